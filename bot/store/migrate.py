"""Bring the bot's tables up to date: alembic, in one transaction, under an advisory lock.

Two replicas that start at once do not meet: the second waits for the first and finds nothing to do.
A migration that fails leaves the database as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bot.store.errors import translated

SCHEMA = "bot"
"""The schema of every table of the bot."""

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 4_718_220_633  # any number that other users of advisory locks are unlikely to take
_CONNECT_SECONDS = 5.0


async def migrate(url: str) -> None:
    """Run every migration that the database at `url` lacks. Raises StoreError."""

    async def connect() -> asyncpg.Connection[asyncpg.Record]:
        # asyncpg reads the URL itself: SQLAlchemy would not know `sslmode` or a socket's folder.
        return await asyncpg.connect(url, timeout=_CONNECT_SECONDS)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        with translated(), _unwrapped():
            async with engine.begin() as connection:
                await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def revisions() -> tuple[str, ...]:
    """Every revision of the tables that this program knows, the oldest first."""
    known = ScriptDirectory(str(_FOLDER)).walk_revisions()
    return tuple(reversed([script.revision for script in known]))


@contextmanager
def _unwrapped() -> Iterator[None]:
    """Give back the asyncpg error that SQLAlchemy has wrapped twice, for `translated`."""
    try:
        yield
    except DBAPIError as error:
        raise (error.orig and error.orig.__cause__) or error from error


def _upgrade(connection: Connection) -> None:
    connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
