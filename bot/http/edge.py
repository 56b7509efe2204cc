"""Around every request: its id, its language, headers for browsers, a log line, an answer to a bug.

A request's id is the caller's `X-Request-ID` where that is a plain word, else ours; it is in the
answer and in every log line meanwhile.
"""

from __future__ import annotations

import re
import time
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.http.errors import problem
from bot.texts import accepted, speaking

API = "/api/"

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}

log = structlog.get_logger()


class Edge:
    """ASGI middleware; as Starlette wants it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        said = headers.get("x-request-id", "")
        request_id = said if _ID.fullmatch(said) else uuid.uuid4().hex
        status, began = 0, time.monotonic()

        async def marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                answered = MutableHeaders(scope=message)
                answered["X-Request-ID"] = request_id
                for name, value in _HEADERS.items():
                    answered.setdefault(name, value)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                with speaking(accepted(headers.get("accept-language", ""))):
                    await self._app(scope, receive, marked)
            except Exception:
                log.exception("bug", reference=request_id)
                if status:
                    raise  # the answer has begun: all that is left is to break it off
                await problem(500, "bug", _sorry(request_id))(scope, receive, marked)
            if scope["path"].startswith(API):
                log.info(
                    "http",
                    method=scope["method"][:16],
                    path=scope["path"][:100],
                    status=status,
                    seconds=round(time.monotonic() - began, 3),
                )


def _sorry(reference: str) -> str:
    return f"Something went wrong on our side. Please tell an admin this reference: {reference}."
