"""Signed HTTP delivery to a request URL, for an app without Socket Mode.

Events go as JSON, commands and interactions as forms, each with X-Slack-Signature over the body
and a timestamp. Source: docs.slack.dev/authentication/verifying-requests-from-slack.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx

from bot.demo.workspace.errors import NotDelivered
from bot.demo.workspace.outbox import COMMANDS, EVENTS, Retry
from bot.demo.workspace.state import Json, State


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the v0 signature of `body`."""
    text = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


@dataclass(slots=True)
class HttpEvents:
    """Delivery to `url`. `ack_seconds` is how long the app may take to answer."""

    state: State
    url: str
    secret: str
    client: httpx.AsyncClient
    ack_seconds: float = 3.0

    async def deliver(self, kind: str, payload: Json, retry: Retry) -> Json:
        """Post a payload; return what the app answered. Raises NotDelivered."""
        if kind == EVENTS:
            body, form = json.dumps(payload).encode(), "application/json"
        else:
            fields = payload if kind == COMMANDS else {"payload": json.dumps(payload)}
            body, form = urlencode(fields).encode(), "application/x-www-form-urlencoded"
        timestamp = str(int(self.state.clock()))
        headers = {
            "Content-Type": form,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self.secret, timestamp, body),
        }
        if retry.number:
            headers |= {
                "X-Slack-Retry-Num": str(retry.number),
                "X-Slack-Retry-Reason": retry.reason,
            }
        try:
            answer = await self.client.post(
                self.url, content=body, headers=headers, timeout=self.ack_seconds
            )
        except httpx.TimeoutException:
            raise NotDelivered("http_timeout" if kind == EVENTS else "operation_timeout") from None
        except httpx.HTTPError:
            raise NotDelivered(
                "connection_failed" if kind == EVENTS else "dispatch_failed"
            ) from None
        if answer.is_error:
            raise NotDelivered("http_error" if kind == EVENTS else "dispatch_failed")
        if not answer.content:
            return {}
        if answer.headers.get("content-type", "").startswith("application/json"):
            found = answer.json()
            return found if isinstance(found, dict) else {}
        return {"text": answer.text}
