"""A small database with two events, and a way to guard a query for a test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import asyncpg
import pytest

from bot.domain import GUARD_SEAL, GuardedQuery
from bot.metrics import Metrics, new_metrics
from bot.warehouse import Warehouse, open_warehouse

SPRING, AUTUMN = UUID(int=1), UUID(int=2)

SCHEMA = f"""
    CREATE TYPE mood AS ENUM ('calm', 'wild');
    CREATE TABLE events (
        id uuid PRIMARY KEY, slug text, name text, status text,
        start_date timestamptz, end_date date
    );
    CREATE TABLE teams (id integer PRIMARY KEY, event uuid, name varchar(40), mood mood);
    INSERT INTO events VALUES
        ('{SPRING}', 'spring', 'Spring', 'completed', '2026-04-01 10:00+02', '2026-04-02'),
        ('{AUTUMN}', 'autumn', 'Autumn', 'published', '2026-10-01 10:00+02', '2026-10-02');
    INSERT INTO teams SELECT n, '{SPRING}', 'Team ' || n, 'calm' FROM generate_series(1, 40) n;
    INSERT INTO teams SELECT n, '{AUTUMN}', 'Team ' || n, 'wild' FROM generate_series(41, 50) n;
"""


@pytest.fixture
async def url(fresh_database: Callable[[], Awaitable[str]]) -> str:
    """The URL of the small database."""
    made = await fresh_database()
    connection = await asyncpg.connect(made)
    await connection.execute(SCHEMA)
    await connection.close()
    return made


@pytest.fixture
def metrics() -> Metrics:
    """Metrics of the test's own."""
    return new_metrics()


@pytest.fixture
async def warehouse(url: str, metrics: Metrics) -> AsyncIterator[Warehouse]:
    """A warehouse on the small database: a second a query, two connections."""
    async with open_warehouse(
        url, timeout=1, max_cost=100_000, metrics=metrics, connections=2
    ) as opened:
        yield opened


@pytest.fixture
def guarded() -> Callable[[str], GuardedQuery]:
    """Stands for the guard: whatever text it is given is cut to the spring event."""

    def make(sql: str) -> GuardedQuery:
        return GuardedQuery(sql, (SPRING,), ("teams",), sql, GUARD_SEAL)

    return make
