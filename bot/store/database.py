"""The bot's own PostgreSQL: a pool that connects on use and brings the tables up to date first.

The bot starts while its database is down; the first connection that succeeds runs the migrations,
once a process, and every later one is just taken from the pool.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg

from bot.store.errors import translated
from bot.store.migrate import migrate

CONNECT_SECONDS = 5.0
"""How long one attempt to connect, or a wait for a free connection, may take."""

COMMAND_SECONDS = 10.0
"""How long one statement may take; each touches a few rows by key."""

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"


class Database:
    """Gives connections to an up-to-date database."""

    def __init__(self, url: str, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self._url = url
        self._pool = pool
        self._migrated = False
        self._migrating = asyncio.Lock()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection; statements on it autocommit. Raises StoreError."""
        await self.bring_up_to_date()
        with translated():
            async with self._pool.acquire(timeout=2 * CONNECT_SECONDS) as connection:
                yield connection

    async def bring_up_to_date(self) -> None:
        """Run the migrations, unless this process has. Raises StoreError."""
        async with self._migrating:
            if not self._migrated:
                await migrate(self._url)
                self._migrated = True


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Database]:
    """The database at `url`, which need not be up yet."""
    pool = asyncpg.create_pool(
        url,
        min_size=0,
        max_size=8,
        timeout=CONNECT_SECONDS,
        command_timeout=COMMAND_SECONDS,
        server_settings={"application_name": "game-stats-bot"},
    )
    async with pool:
        yield Database(url, pool)
