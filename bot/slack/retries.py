"""Which failed calls the client sends again by itself, so that nothing is posted twice.

A call that Slack refused for being too many was not done: it waits as told, if that is not long.
A call that broke off may have been done: it is sent again only where doing it twice is harmless.
"""

from __future__ import annotations

import aiohttp
from prometheus_client import Counter
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState

WAIT_LIMIT = 10
"""Seconds of Retry-After that the client sits out; a longer wait is the caller's to decide."""

_TWICE_IS_HARMLESS = (
    "auth.test",
    "apps.connections.open",
    "chat.update",
    "conversations.history",
    "conversations.open",
    "conversations.replies",
    "users.info",
)


class PatientRetry(AsyncRateLimitErrorRetryHandler):
    """Waits for Slack's Retry-After, up to WAIT_LIMIT seconds a time, three times.

    Counts each answer of 429 in `limited`, also the last, which is not sat out.
    """

    def __init__(self, limited: Counter) -> None:
        super().__init__(max_retry_count=3)
        self._limited = limited

    async def can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        """Whether to wait and send again."""
        if response is not None and response.status_code == 429:
            self._limited.inc()
        return await super().can_retry_async(
            state=state, request=request, response=response, error=error
        )

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if not await super()._can_retry_async(
            state=state, request=request, response=response, error=error
        ):
            return False
        return response is not None and _seconds(response) <= WAIT_LIMIT


class HarmlessRetry(AsyncRetryHandler):
    """Repeats a call once after a broken connection or a server error, if that is harmless."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,  # noqa: ARG002 (the SDK's signature)
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        broken = isinstance(error, aiohttp.ClientConnectionError | TimeoutError)
        failed = response is not None and response.status_code >= 500
        return (broken or failed) and request.url.endswith(_TWICE_IS_HARMLESS)


def _seconds(response: HttpResponse) -> float:
    for name, values in response.headers.items():
        if name.lower() == "retry-after":
            value = values[0] if isinstance(values, list) else values
            return float(value) if value.isdigit() else 1.0
    return 1.0
