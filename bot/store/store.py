"""Everything that the bot itself remembers, opened together and closed together.

PostgreSQL keeps what must last (bindings, answers, digests), Redis what may be lost (SQL cache,
limits, claims, flights). Neither need be up when the store is opened.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis

from bot.store.answers import Answers
from bot.store.asked import Asked
from bot.store.audit import Audit
from bot.store.bindings import Bindings
from bot.store.cache import Cache
from bot.store.choices import ModelChoices
from bot.store.claims import Claims
from bot.store.database import Database, open_database
from bot.store.digests import Digests
from bot.store.embeddings import Embeddings
from bot.store.errors import StoreError, translated
from bot.store.feedback import Feedback
from bot.store.flights import Flights
from bot.store.languages import ChannelLanguages
from bot.store.limits import Limits
from bot.store.live import LiveMessages
from bot.store.redis import open_redis
from bot.store.rules import Rules
from bot.store.stops import Stops
from bot.store.verified import Verified


@dataclass(frozen=True, slots=True)
class Store:
    """The parts of the store; each says in its own file what it keeps."""

    bindings: Bindings
    answers: Answers
    digests: Digests
    live: LiveMessages
    languages: ChannelLanguages
    choices: ModelChoices
    embeddings: Embeddings
    audit: Audit
    feedback: Feedback
    verified: Verified
    rules: Rules
    cache: Cache
    limits: Limits
    claims: Claims
    flights: Flights
    stops: Stops
    asked: Asked
    database: Database
    redis: Redis

    async def down(self) -> tuple[str, ...]:
        """The names of what does not answer now: "bot database", "redis", both or none."""
        names = ("bot database", "redis")
        found = await asyncio.gather(self._ask_database(), self._ask_redis())
        return tuple(name for name, answers in zip(names, found, strict=True) if not answers)

    async def _ask_database(self) -> bool:
        try:
            async with self.database.connection() as connection:
                await connection.fetchval("SELECT 1")
        except StoreError:
            return False
        return True

    async def _ask_redis(self) -> bool:
        try:
            with translated():
                await self.redis.ping()
        except StoreError:
            return False
        return True


@asynccontextmanager
async def open_store(
    database_url: str,
    redis_url: str,
    *,
    rate: str = "20/hour",
    cache_seconds: int = 3600,
    prefix: str = "gamestats:",
) -> AsyncIterator[Store]:
    """The store on these two servers. `prefix` begins every key in Redis.

    `rate` is in the notation of limits, ValueError if it cannot be read.
    """
    async with open_database(database_url) as database, open_redis(redis_url) as redis:
        yield Store(
            bindings=Bindings(database),
            answers=Answers(database),
            digests=Digests(database),
            live=LiveMessages(database),
            languages=ChannelLanguages(database),
            choices=ModelChoices(database),
            embeddings=Embeddings(database),
            audit=Audit(database),
            feedback=Feedback(database),
            verified=Verified(database),
            rules=Rules(database),
            cache=Cache(redis, f"{prefix}sql:", cache_seconds),
            limits=Limits(redis, f"{prefix}limit:", rate),
            claims=Claims(redis, f"{prefix}claim:"),
            flights=Flights(redis, f"{prefix}flight:"),
            stops=Stops(redis, f"{prefix}stop:"),
            asked=Asked(redis, f"{prefix}asked:"),
            database=database,
            redis=redis,
        )
