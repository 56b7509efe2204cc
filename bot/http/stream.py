"""A question's way as server-sent events, and what ends when its client goes away.

    event: stage     data: {"stage": "drafting", "detail": "…"}      any number of them
    event: result    data: what the request without a stream would have answered with 200
    event: error     data: {"status": 422, "error": {"code": "…", "message": "…"}}

Exactly one result or error is the last event; between events a comment keeps proxies awake.
Source of the format: the HTML standard, “Server-sent events”.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from starlette.types import Receive, Scope, Send

from bot.domain import Progress, Report
from bot.http.contract import Stage
from bot.http.render import to_json
from bot.store.tasks import end

HEARTBEAT_SECONDS = 15.0
SEND_SECONDS = 30.0
"""How long a client may leave what we send unread."""

T = TypeVar("T")


class Gone(Exception):
    """The client is no longer there."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `data` is JSON on one line."""

    name: str
    data: bytes

    def text(self) -> bytes:
        """As it goes over the wire."""
        return f"event: {self.name}\ndata: ".encode() + self.data + b"\n\n"


async def unless_gone(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, which is cancelled when the client goes away: then Gone is raised.

    The request's body must have been read.
    """
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(_left(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise Gone
        return working.result()
    finally:
        await end(leaving)
        await end(working)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@dataclass(frozen=True, slots=True)
class EventStream:
    """An ASGI response. `work` reports stages and gives the last event.

    `on_gone` is called instead when the client goes away before that. `headers` come on top of
    those of a stream.
    """

    work: Callable[[Report], Awaitable[Event]]
    on_gone: Callable[[], Awaitable[None]]
    headers: dict[str, str] = field(default_factory=dict)

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream until its last event, or until the client goes away."""
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"x-accel-buffering", b"no"),  # nginx would hold the stages back
            *((name.encode(), value.encode()) for name, value in self.headers.items()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        try:
            await unless_gone(receive, self._talk(send))
        except Gone:
            await self.on_gone()

    async def _talk(self, send: Send) -> None:
        events: asyncio.Queue[Event] = asyncio.Queue()

        async def report(progress: Progress) -> None:
            stage = Stage(progress.stage.value, progress.detail)
            events.put_nowait(Event("stage", to_json(asdict(stage))))

        working = asyncio.ensure_future(self.work(report))
        working.add_done_callback(lambda _: events.put_nowait(_OVER))
        try:
            while (event := await _next(events)) is not _OVER:
                await _send(send, event.text() if event else b": still there\n\n")
            await _send(send, (await working).text())
            await _send(send, b"", more=False)
        finally:
            await end(working)


_OVER = Event("over", b"")


async def _next(events: asyncio.Queue[Event]) -> Event | None:
    try:
        return await asyncio.wait_for(events.get(), HEARTBEAT_SECONDS)
    except TimeoutError:
        return None


async def _send(send: Send, body: bytes, *, more: bool = True) -> None:
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await send({"type": "http.response.body", "body": body, "more_body": more})
    except TimeoutError:
        raise Gone from None
