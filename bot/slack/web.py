"""The Web API's edge: one shared session, calls counted, errors translated (`retries`, `errors`).

async with open_web(token, base_url, metrics) as web:
reply = await web.call("chat.postMessage", channel="C1", text="Hello")

In a bot for many workspaces each call has the token of the one that its event or job belongs to
(`tenant`); a call that belongs to none fails.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.metrics import Metrics
from bot.slack import tenant
from bot.slack.errors import SlackError, slack_error, translated
from bot.slack.render.pieces import Message
from bot.slack.retries import HarmlessRetry, PatientRetry
from bot.traces import span

_TIMEOUT = 30


@dataclass(frozen=True, slots=True)
class Web:
    """Calls to Slack. `plain` carries the bot's token, or none in a bot for `many` workspaces."""

    plain: AsyncWebClient
    metrics: Metrics
    many: bool = False
    _lacking: dict[str, set[str]] = field(default_factory=dict)

    @property
    def client(self) -> AsyncWebClient:
        """The SDK's client with the token of this workspace. Raises NoTenantError."""
        if not self.many:
            return self.plain
        session, base_url = self.plain.session, self.plain.base_url
        assert session is not None  # open_web made it
        return new_client(session, base_url, tenant.here().token, self.metrics)

    @property
    def unsupported(self) -> set[str]:
        """The block types and methods that this workspace was seen not to have."""
        return self._lacking.setdefault(tenant.here().team if self.many else "", set())

    async def call(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Do one call, such as "chat.postMessage". Raises SlackError."""
        with self._counted(method):
            answer = await getattr(self.client, method.replace(".", "_"))(**arguments)
        data = answer.data
        return data if isinstance(data, dict) else {}

    async def exchange(
        self, code: str, *, client_id: str, client_secret: str, redirect_url: str
    ) -> Mapping[str, Any]:
        """What a person who installed the app has granted. Raises SlackError."""
        # The SDK's own method makes aiohttp warn of a class that will be gone.
        headers = {"Authorization": aiohttp.encode_basic_auth(client_id, client_secret)}
        given = {"code": code, "redirect_uri": redirect_url}
        with self._counted("oauth.v2.access"):
            answer = await self.plain.api_call("oauth.v2.access", data=given, headers=headers)
        data = answer.data
        return data if isinstance(data, dict) else {}

    async def respond(self, response_url: str, message: Message) -> None:
        """Show `message` to the one person who clicked or typed. Raises SlackError."""
        with self._counted("response_url"):
            webhook = AsyncWebhookClient(
                response_url,
                session=self.plain.session,
                retry_handlers=[PatientRetry(self.metrics.slack_limited)],
            )
            webhook.proxy = self.plain.proxy
            answer = await webhook.send(
                text=message.text,
                blocks=message.blocks or None,
                response_type="ephemeral",
                replace_original=False,
            )
            if answer.status_code != 200:
                code = answer.body.strip() if len(answer.body) < 60 else ""
                after = answer.headers.get("Retry-After")
                raise slack_error("response_url", code, answer.status_code, after)

    async def upload(
        self,
        channel: str,
        thread_ts: str,
        name: str,
        content: bytes,
        *,
        title: str,
        comment: str,
        alt: str = "",
    ) -> None:
        """Put a file into a thread (or, without one, a channel). `alt` is a picture in words.

        Raises SlackError.
        """
        await self.call(
            "files.upload_v2",
            channel=channel,
            thread_ts=thread_ts or None,
            filename=name,
            content=content,
            title=title,
            initial_comment=comment,
            alt_txt=alt or None,
        )

    @contextmanager
    def _counted(self, method: str) -> Iterator[None]:
        result = "ok"
        try:
            with (
                span("slack", method=method),
                translated(method),
                self.metrics.slack_seconds.time(),
            ):
                yield
        except SlackError as error:
            result = type(error).__name__.removesuffix("Error")
            raise
        finally:
            self.metrics.slack_calls.labels(method, result).inc()


def new_client(
    session: aiohttp.ClientSession, base_url: str, token: str | None, metrics: Metrics
) -> AsyncWebClient:
    """A client on the shared session; one for this machine goes through no proxy."""
    client = AsyncWebClient(
        token=token,
        base_url=base_url,
        timeout=_TIMEOUT,
        session=session,
        retry_handlers=[PatientRetry(metrics.slack_limited), HarmlessRetry()],
    )
    if is_local(base_url):
        client.proxy = None
    return client


def is_local(url: str) -> bool:
    """Whether `url` is on this machine, where the environment's proxy has no business."""
    return urlsplit(url).hostname in {"localhost", "127.0.0.1", "::1"}


@asynccontextmanager
async def open_web(
    token: str, base_url: str, metrics: Metrics, *, many: bool = False
) -> AsyncIterator[Web]:
    """The Web API with one connection pool for everything. With `many` there is no one token."""
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        yield Web(new_client(session, base_url, token or None, metrics), metrics, many)
