"""Who takes care of what several processes hear of, such as a Slack event delivered twice."""

from __future__ import annotations

import secrets

from redis.asyncio import Redis

from bot.store.errors import translated


class Claims:
    """Claims by key. Every method raises StoreError."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis = redis
        self._prefix = prefix

    async def claim(self, key: str, seconds: float) -> bool:
        """True for the first caller within `seconds`, over all processes."""
        token = secrets.token_hex(8)
        milliseconds = max(1, int(seconds * 1000))
        with translated():
            # With `get`, a command that is sent again after a lost reply finds its own token.
            held = await self._redis.set(
                self._prefix + key, token, nx=True, get=True, px=milliseconds
            )
        return held is None or held == token

    async def take(self, key: str) -> bool:
        """End a claim; True for the one caller who ended it."""
        with translated():
            return bool(await self._redis.delete(self._prefix + key))

    async def release(self, key: str) -> None:
        """Give a claim back, so that the next caller gets it; for whoever holds it."""
        with translated():
            await self._redis.delete(self._prefix + key)
