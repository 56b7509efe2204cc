"""Work that somebody wants stopped, wherever it is done: a mark in Redis that the worker looks for.

A mark outlives the worker, so that a question which another takes over is stopped too.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from redis.asyncio import Redis

from bot.store.errors import StoreDown, translated
from bot.store.tasks import check_cancelled

REMEMBERED_SECONDS = 24 * 3600
"""As long as the queue remembers a job."""

LOOK_SECONDS = 0.5


class Stops:
    """Marks by the id of what is to be stopped."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis = redis
        self._prefix = prefix

    async def stop(self, what: str) -> None:
        """Have `what` stopped; twice, or when it is over, does no harm. Raises StoreError."""
        with translated():
            await self._redis.set(self._prefix + what, 1, ex=REMEMBERED_SECONDS)

    async def asked(self, what: str) -> None:
        """Return once `what` is to be stopped; while Redis is down nothing can be."""
        while True:
            with suppress(StoreDown), translated():
                if await self._redis.exists(self._prefix + what):
                    return
            check_cancelled()
            await asyncio.sleep(LOOK_SECONDS)
