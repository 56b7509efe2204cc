"""A line of questions before a server that answers few at once: fair to people, then by age.

    async with line.turn("U1", tell, wait=300):
        ...  # at most `places` are here at once

Each person's next question counts as much as anybody's: who asks five at once has the second to
fifth behind the first of others. (Start-time fair queueing with one unit a question, as in Goyal,
Vin and Cheng 1996.) Whoever waits is told its place and an estimate, and told again when it moves.
Leaving, also by cancellation, frees the place for the next.
"""

from __future__ import annotations

import asyncio
import math
import statistics
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.llm.errors import ServerBusyError

Tell = Callable[[int, float | None], Awaitable[None]]
"""Hears a place in the line, 1 for who is next, and the seconds to wait, if they can be guessed."""

_BUSY = "Too many questions are waiting for the language model: ask again in a minute."
_RECENT = 20


@dataclass(eq=False, slots=True)
class _Waiter:
    """A question in the line. `place` counts from 1; `moved` is set when it may have changed."""

    who: str
    place: int = 0
    round: int = 0
    moved: asyncio.Event = field(default_factory=asyncio.Event)


class Line:
    """At most `places` inside at once; for one event loop."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._waiting: list[_Waiter] = []  # by arrival
        self._rounds: list[int] = []  # of those inside
        self._round = 0  # the least of them, or of the last one
        self._next: dict[str, int] = {}  # the first round that a person has not used
        self._took: deque[float] = deque(maxlen=_RECENT)

    @property
    def inside(self) -> int:
        """How many have their turn."""
        return len(self._rounds)

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def estimate(self, place: int) -> float | None:
        """Seconds until `place` has its turn, by those that were; None before there was one."""
        if not self._took:
            return None
        return statistics.median(self._took) * math.ceil(place / self._places)

    @asynccontextmanager
    async def turn(self, who: str, tell: Tell, wait: float) -> AsyncIterator[None]:
        """Wait for a place at most `wait` seconds, else raise ServerBusyError.

        `who` is whose question it is. `tell` must not raise.
        """
        try:
            async with asyncio.timeout(wait):
                own = await self._enter(_Waiter(who), tell)
        except TimeoutError as error:
            raise ServerBusyError(_BUSY, retry_after=60) from error
        began = time.monotonic()
        try:
            yield
            self._took.append(time.monotonic() - began)
        finally:
            self._rounds.remove(own)
            self._arrange()

    async def _enter(self, waiter: _Waiter, tell: Tell) -> int:
        """Stand in line; the round that was used."""
        self._waiting.append(waiter)
        self._arrange()
        try:
            told = 0
            while waiter.place > self._places - self.inside:
                if waiter.place != told:
                    told = waiter.place
                    await tell(told, self.estimate(told))
                    continue  # the line may have moved meanwhile
                waiter.moved.clear()
                await waiter.moved.wait()
            self._rounds.append(waiter.round)
            self._next[waiter.who] = waiter.round + 1
            return waiter.round
        finally:
            self._waiting.remove(waiter)
            self._arrange()

    def _arrange(self) -> None:
        """Give everybody a round and a place, and wake them to look."""
        if self._rounds:
            self._round = min(self._rounds)
        elif not self._waiting:
            self._round, self._next = 0, {}
        earlier: Counter[str] = Counter()
        for waiter in self._waiting:
            first = max(self._round, self._next.get(waiter.who, 0))
            waiter.round = first + earlier[waiter.who]
            earlier[waiter.who] += 1
        # sorted() is stable: within a round the oldest is first.
        for place, waiter in enumerate(sorted(self._waiting, key=lambda each: each.round), 1):
            waiter.place = place
            waiter.moved.set()
