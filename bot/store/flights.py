"""Equal questions in flight share one generation, over all processes.

The first asker leads: it holds a lease, renews it while the language model works, and leaves the
draft under its own token for those who follow. A leader that fails, is stopped or dies leaves no
draft, and a follower leads in its place; failures are never shared. Without Redis nobody shares.

    <key>           the token of the leader, for LEASE_SECONDS, renewed
    <key>:<token>   its draft, for followers who saw that token
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from redis.asyncio import Redis

from bot.domain import Draft
from bot.store.drafts import draft_from, draft_text
from bot.store.errors import StoreDown, translated
from bot.store.tasks import check_cancelled, end

LEASE_SECONDS = 6.0
"""How long a dead leader holds up its followers."""

_POLL_SECONDS = 0.1
_DRAFT_SECONDS = 30

_RENEW = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end"

_LAND = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
if ARGV[2] ~= '' then redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3]) end
"""


class Flights:
    """Flights by key. `lease` is in seconds."""

    def __init__(self, redis: Redis, prefix: str, lease: float = LEASE_SECONDS) -> None:
        self._redis = redis
        self._prefix = prefix
        self._lease = lease

    async def once(
        self, key: str, produce: Callable[[], Awaitable[Draft]], *, seconds: float
    ) -> Draft:
        """The draft that `produce` makes, here or where an equal question is being answered now.

        Raises what `produce` raises when it runs here, and TimeoutError after `seconds` of waiting
        for another's.
        """
        name = f"{self._prefix}{{{key}}}"
        try:
            async with asyncio.timeout(seconds):
                token, draft = await self._lead_or_follow(name)
        except StoreDown:
            return await produce()
        return draft or await self._lead(name, token, produce)

    async def _lead_or_follow(self, name: str) -> tuple[str, Draft | None]:
        """Our token once we lead, or another's draft once it is there."""
        own = secrets.token_hex(8)
        lease = max(1, int(self._lease * 1000))
        while True:
            with translated():
                leader = await self._redis.set(name, own, nx=True, get=True, px=lease)
                if leader in (None, own):
                    return own, None
                draft = await self._follow(name, str(leader))
            if draft:
                return "", draft

    async def _follow(self, name: str, leader: str) -> Draft | None:
        """The draft of `leader`, or None once it no longer leads."""
        while True:
            # Both at once: between two reads the leader could land unseen.
            current, text = await self._redis.mget(name, f"{name}:{leader}")
            if text or current != leader:
                return draft_from(text) if text else None
            check_cancelled()
            await asyncio.sleep(_POLL_SECONDS)

    async def _lead(self, name: str, token: str, produce: Callable[[], Awaitable[Draft]]) -> Draft:
        text = ""
        async with self._renewed(name, token):
            try:
                draft = await produce()
                text = draft_text(draft)
            finally:
                with suppress(StoreDown), translated():
                    await self._redis.eval(
                        _LAND, 2, name, f"{name}:{token}", token, text, _DRAFT_SECONDS
                    )
        return draft

    @asynccontextmanager
    async def _renewed(self, name: str, token: str) -> AsyncIterator[None]:
        async def renew() -> None:
            while True:
                check_cancelled()
                await asyncio.sleep(self._lease / 3)
                with suppress(StoreDown), translated():
                    await self._redis.eval(_RENEW, 1, name, token, int(self._lease * 1000))

        task = asyncio.create_task(renew())
        try:
            yield
        finally:
            await end(task)
