"""How often one person may ask. A moving window in Redis, so that all processes count together.

When Redis does not answer, StoreDown is raised and the question is refused as an outage: its job
could not be queued either, and a limit that opens when it fails is none.
"""

from __future__ import annotations

import time
from typing import Any

from limits import parse_many
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import Redis

from bot.domain import Asker
from bot.store.errors import translated


class Limits:
    """Limits a person: `rate` such as "20/hour", or several of them as "20/hour;5/minute".

    Raises ValueError for a rate that cannot be read.
    """

    def __init__(self, redis: Redis, prefix: str, rate: str) -> None:
        self._items = parse_many(rate)
        # The pool of our own client; limits takes over nothing else of it, not even the URL.
        pool: dict[str, Any] = {"connection_pool": redis.connection_pool}
        storage = RedisStorage(
            "async+redis://", implementation="redispy", key_prefix=prefix.rstrip(":"), **pool
        )
        self._limiter = MovingWindowRateLimiter(storage)

    async def hit(self, asker: Asker) -> float | None:
        """Count one question. None if it may be asked, else the seconds until the next may be."""
        with translated():
            for item in self._items:
                if not await self._limiter.hit(item, asker.key):
                    window = await self._limiter.get_window_stats(item, asker.key)
                    return max(1.0, window.reset_time - time.time())
        return None
