"""An HTTP answer that is made while it is sent, and abandoned when the caller leaves.

Starlette's StreamingResponse sends its status before the first piece exists and learns of a caller
who has left only on the next send. Here the first piece is made before anything is sent, so that a
failure can still have its own status, and the caller's leaving is listened for from the start.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from starlette.types import Receive, Scope, Send

from bot.demo.model.errors import EmbeddedModelError, TooLongError

Lines = AsyncGenerator[Mapping[str, Any], None]


class Answer:
    """Sends JSON objects a line each, or, unless `stream`, the one object that there is."""

    def __init__(self, lines: Lines, *, stream: bool) -> None:
        self._lines = lines
        self._stream = stream

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as an ASGI application."""
        sending = asyncio.create_task(self._send(send))
        leaving = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            if not sending.done():
                sending.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await sending

    async def _send(self, send: Send) -> None:
        begun = False
        try:
            async with aclosing(self._lines) as lines:
                async for line in lines:
                    if not begun:
                        begun = True
                        await _start(send, 200, stream=self._stream)
                    await _body(send, line)
        except EmbeddedModelError as error:
            # Once the status is sent, the stream itself has to carry the failure.
            if not begun:
                status = 400 if isinstance(error, TooLongError) else 500
                await _start(send, status, stream=False)
            await _body(send, {"error": str(error)})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _start(send: Send, status: int, *, stream: bool) -> None:
    kind = b"application/x-ndjson" if stream else b"application/json; charset=utf-8"
    headers = [(b"content-type", kind)]
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def _body(send: Send, line: Mapping[str, Any]) -> None:
    body = json.dumps(line, ensure_ascii=False).encode() + b"\n"
    await send({"type": "http.response.body", "body": body, "more_body": True})
