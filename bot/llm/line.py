"""A line of questions before a server that answers few at once: first come, first served.

    async with line.turn(tell, wait=300):
        ...  # at most `places` are here at once

Whoever waits is told its place, and told again when it moves up. Leaving, also by cancellation,
frees the place for the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.llm.errors import ServerBusyError

_BUSY = "Too many questions are waiting for the language model: ask again in a minute."


class Line:
    """At most `places` inside at once; for one event loop."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._waiting: list[asyncio.Event] = []
        self.inside = 0

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @asynccontextmanager
    async def turn(
        self, tell: Callable[[int], Awaitable[None]], wait: float
    ) -> AsyncIterator[None]:
        """Wait for a place at most `wait` seconds, else raise ServerBusyError.

        `tell` is awaited with the position in the line, 1 for who is next. Must not raise.
        """
        try:
            async with asyncio.timeout(wait):
                await self._enter(tell)
        except TimeoutError as error:
            raise ServerBusyError(_BUSY, retry_after=60) from error
        try:
            yield
        finally:
            self.inside -= 1
            self._call()

    async def _enter(self, tell: Callable[[int], Awaitable[None]]) -> None:
        called = asyncio.Event()
        self._waiting.append(called)
        try:
            told = 0
            while (place := self._waiting.index(called) + 1) > self._places - self.inside:
                if place != told:
                    told = place
                    await tell(place)
                    continue  # the line may have moved meanwhile
                called.clear()
                await called.wait()
            self.inside += 1
        finally:
            self._waiting.remove(called)
            self._call()

    def _call(self) -> None:
        for waiter in self._waiting:
            waiter.set()
