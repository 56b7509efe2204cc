"""What can go wrong between us and Slack; the one place where Slack's own errors are translated.

SlackError
├── SlackDownError          no answer, a server error or a broken connection: worth a retry
│   └── RateLimitedError    too many calls; `retry_after` says when to come back
├── BlocksRejectedError     the decoration was refused: send the same answer plainer
├── MessageGoneError        the message to edit does not exist or is not ours any more
├── ChannelClosedError      the bot cannot write there (not a member, archived, unknown)
├── TriggerExpiredError     the click is too old to open a view
├── ReplyExpiredError       the private reply address is used up or too old
├── TokenRefusedError       the token is wrong, revoked or lacks a scope: the operator's to fix
└── CallRejectedError       anything else that Slack refused: our own mistake
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError


class SlackError(Exception):
    """A call to Slack failed. `method` is the call, `code` Slack's word for the reason."""

    def __init__(self, method: str, code: str) -> None:
        super().__init__(f"{method}: {code}")
        self.method = method
        self.code = code


class SlackDownError(SlackError):
    """Slack did not answer properly; the same call may work later."""


class RateLimitedError(SlackDownError):
    """Too many calls. `retry_after` is in seconds."""

    def __init__(self, method: str, retry_after: float) -> None:
        super().__init__(method, "ratelimited")
        self.retry_after = retry_after


class BlocksRejectedError(SlackError):
    """Slack refuses these blocks or finds the message too long.

    `unsupported` are the types that this workspace does not have at all, as far as Slack says.
    """

    unsupported: frozenset[str] = frozenset()


class MessageGoneError(SlackError):
    """The message cannot be edited: deleted, too old, or someone else's."""


class ChannelClosedError(SlackError):
    """The bot cannot write in this channel."""


class TriggerExpiredError(SlackError):
    """The trigger of a click lives for three seconds; this one is over."""


class ReplyExpiredError(SlackError):
    """A response address lives for thirty minutes and five uses; this one is over."""


class TokenRefusedError(SlackError):
    """Slack does not accept the token, or not for this call."""


class CallRejectedError(SlackError):
    """Slack refused the call for a reason that is ours."""


_KINDS: dict[type[SlackError], frozenset[str]] = {
    SlackDownError: frozenset(
        {
            "internal_error",
            "fatal_error",
            "service_unavailable",
            "request_timeout",
            "team_added_to_org",
        }
    ),
    BlocksRejectedError: frozenset(
        {
            "invalid_blocks",
            "invalid_blocks_format",
            "invalid_attachments",
            "msg_blocks_too_long",
            "msg_too_long",
        }
    ),
    MessageGoneError: frozenset(
        {"message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"}
    ),
    ChannelClosedError: frozenset(
        {
            "channel_not_found",
            "not_in_channel",
            "is_archived",
            "restricted_action",
            "restricted_action_read_only_channel",
            "restricted_action_thread_locked",
            "user_not_in_channel",
            "cannot_dm_bot",
            "user_disabled",
        }
    ),
    TriggerExpiredError: frozenset(
        {"expired_trigger_id", "trigger_expired", "invalid_trigger_id", "exchanged_trigger_id"}
    ),
    ReplyExpiredError: frozenset({"expired_url", "used_url", "no_service", "invalid_response_url"}),
    TokenRefusedError: frozenset(
        {
            "invalid_auth",
            "not_authed",
            "account_inactive",
            "token_revoked",
            "token_expired",
            "missing_scope",
            "no_permission",
            "not_allowed_token_type",
            "access_denied",
        }
    ),
}

_NETWORK = (aiohttp.ClientError, asyncio.TimeoutError, OSError)


def slack_error(method: str, code: str, status: int, retry_after: str | None = None) -> SlackError:
    """The error of our tree for an answer of Slack; `retry_after` is the header as it came."""
    if status == 429 or code in {"ratelimited", "rate_limited", "message_limit_exceeded"}:
        seconds = float(retry_after) if retry_after and retry_after.isdigit() else 1.0
        return RateLimitedError(method, seconds)
    if status >= 500:
        return SlackDownError(method, code or f"status {status}")
    for kind, codes in _KINDS.items():
        if code in codes:
            return kind(method, code)
    return CallRejectedError(method, code or f"status {status}")


_UNSUPPORTED = re.compile(r"unsupported type: (\w+) \[json-pointer:/blocks/\d+(/type)?\]")


def _unsupported(data: dict[str, Any]) -> frozenset[str]:
    """The block types that Slack's answer calls unsupported."""
    metadata = data.get("response_metadata") or {}
    texts = " ".join(map(str, metadata.get("messages") or data.get("errors") or ()))
    return frozenset(match.group(1) for match in _UNSUPPORTED.finditer(texts))


@contextmanager
def translated(method: str) -> Iterator[None]:
    """Turn what the SDK and the network raise into a SlackError. Raises only that."""
    try:
        yield
    except SlackApiError as error:
        response = error.response
        data = response.data if isinstance(getattr(response, "data", None), dict) else {}
        headers = getattr(response, "headers", None) or {}
        status = getattr(response, "status_code", getattr(response, "status", 500))
        code = str(data.get("error", ""))
        known = slack_error(method, code, status, headers.get("Retry-After"))
        if isinstance(known, BlocksRejectedError):
            known.unsupported = _unsupported(data)
        raise known from error
    except SlackClientError as error:
        raise SlackDownError(method, type(error).__name__) from error
    except _NETWORK as error:
        raise SlackDownError(method, type(error).__name__) from error
