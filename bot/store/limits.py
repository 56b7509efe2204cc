"""How often a person may ask, or a channel. Moving windows in Redis: processes count together.

When Redis does not answer, StoreDown is raised and the question is refused as an outage: its job
could not be queued either, and a limit that opens when it fails is none.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from limits import RateLimitItem, parse_many
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import Redis

from bot.domain import Asker
from bot.store.errors import translated

_RATE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of one limit: `remaining` of `amount` questions `per` ("1 hour")."""

    remaining: int
    amount: int
    per: str


def readable(rate: str) -> str:
    """A rate such as "20/hour" or "20/hour;5/minute", tidied. Raises ValueError."""
    items = parse_many(rate) if len(rate) <= _RATE_LENGTH else []
    if not items or any(item.amount < 1 for item in items):
        raise ValueError(f"couldn't read {rate[:_RATE_LENGTH]!r} as a limit")
    return ";".join(part.strip() for part in rate.split(";"))


class Limits:
    """Limits a person: `rate` such as "20/hour", or several of them as "20/hour;5/minute".

    Raises ValueError for a rate that cannot be read, here and where one is given.
    """

    def __init__(self, redis: Redis, prefix: str, rate: str) -> None:
        self.default = rate
        self._items = parse_many(rate)
        # The pool of our own client; limits takes over nothing else of it, not even the URL.
        pool: dict[str, Any] = {"connection_pool": redis.connection_pool}
        storage = RedisStorage(
            "async+redis://", implementation="redispy", key_prefix=prefix.rstrip(":"), **pool
        )
        self._limiter = MovingWindowRateLimiter(storage)

    async def hit(
        self, asker: Asker, *, rate: str = "", channel: str = "", channel_rate: str = ""
    ) -> float | None:
        """Count one question. None if it may be asked, else the seconds until the next may be.

        `rate` is the asker's own, if they have one; `channel_rate` is over everybody in `channel`.
        """
        place = _place(asker.team, channel)
        shared = parse_many(channel_rate) if channel_rate else []
        with translated():
            # Whoever is held up by the channel has not used up anything of their own.
            for item in shared:
                if not await self._limiter.test(item, place):
                    return await self._wait(item, place)
            for item in self._of(rate):
                if not await self._limiter.hit(item, asker.key):
                    return await self._wait(item, asker.key)
            for item in shared:
                if not await self._limiter.hit(item, place):
                    return await self._wait(item, place)
        return None

    async def left(self, asker: Asker, rate: str = "") -> tuple[Left, ...]:
        """What `asker` may still ask, a line a limit."""
        found = []
        with translated():
            for item in self._of(rate):
                stats = await self._limiter.get_window_stats(item, asker.key)
                per = str(item).partition(" per ")[2]
                found.append(Left(stats.remaining, item.amount, per))
        return tuple(found)

    async def clear(self, asker: Asker, rate: str = "") -> None:
        """Forget what `asker` has used of their limits."""
        with translated():
            for item in self._of(rate):
                await self._limiter.clear(item, asker.key)

    async def clear_channel(self, team: str, channel: str, rate: str) -> None:
        """Forget what a channel has used of its limit."""
        with translated():
            for item in parse_many(rate) if rate else []:
                await self._limiter.clear(item, _place(team, channel))

    def _of(self, rate: str) -> list[RateLimitItem]:
        return parse_many(rate) if rate else self._items

    async def _wait(self, item: RateLimitItem, key: str) -> float:
        window = await self._limiter.get_window_stats(item, key)
        return max(1.0, window.reset_time - time.time())


def _place(team: str, channel: str) -> str:
    return f"slack:{team}:channel:{channel}"
