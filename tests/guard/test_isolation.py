"""Non-interference: other events' rows change neither a result nor an error.

The queries run as the owner, whom row-level security does not hold: what is shown here is what
the guard does alone.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from bot.demo.sample import SampleSpec, load_sample
from bot.domain import GuardedQuery, Refusal

Guarding = Callable[..., GuardedQuery | Refusal]
HONEST, ATTACKS = (
    [json.loads(line) for line in (Path(__file__).parent / name).read_text().splitlines()]
    for name in ("honest.jsonl", "attacks.jsonl")
)
PROBES = [
    # Errors on purpose: the value that makes one must be the event's own.
    "SELECT name::int FROM teams",
    "SELECT 1 / (seed - 3) FROM teams",
    "SELECT name FROM teams WHERE CASE WHEN name > 'M' THEN 1 / 0 ELSE 1 END = 1",
    "SELECT max(name)::int FROM players",
    "SELECT name::date FROM games",
    "SELECT (SELECT name FROM teams) AS one",
    # Joins that let a condition run on everything that the plan can reach.
    "SELECT t.name FROM teams t JOIN divisions d ON d.name::text || '!' <> t.name",
    "SELECT count(*) FROM teams a FULL JOIN teams b ON a.name = b.division",
    "SELECT name FROM teams WHERE true OR name = 'x'",
    "SELECT count(*) FROM games WHERE home_team_id NOT IN (SELECT id FROM teams)",
    # Names of fences and tables given to something else.
    "WITH teams AS (SELECT name FROM games) SELECT * FROM teams",
    "WITH games AS (SELECT * FROM teams), teams AS (SELECT * FROM games) SELECT name FROM teams",
    "SELECT games.name FROM teams AS games",
    "SELECT * FROM (WITH teams AS (SELECT 1 x) SELECT * FROM teams) a, (SELECT name FROM teams) b",
    "SELECT count(*) FROM events UNION ALL SELECT count(*) FROM locations",
    "SELECT count(*) FROM fields UNION ALL SELECT count(*) FROM game_rounds",
]
LINES = HONEST + [line for line in ATTACKS if line["category"] == "harmless"]
LINES += [{"id": sql, "sql": sql, "dialect": "postgres"} for sql in PROBES]


async def outcome(connection: asyncpg.Connection, query: GuardedQuery) -> object:
    """The rows in any order, or the class of the error."""
    try:
        async with connection.transaction(readonly=True):
            await connection.execute("SET LOCAL search_path = ''")
            rows = await connection.fetch(query.sql, list(query.events))
    except asyncpg.PostgresError as error:
        return error.sqlstate
    return sorted(repr(tuple(row.items())) for row in rows)


@pytest.fixture
async def databases(
    fresh_database: Callable[[], Awaitable[str]],
) -> tuple[asyncpg.Connection, asyncpg.Connection]:
    """One database with three events and more, and one with the first of them alone."""
    both = []
    for spec in (SampleSpec(), SampleSpec(only=(0,))):
        url = await fresh_database()
        await load_sample(url, spec)
        connection = await asyncpg.connect(url)
        both.append(connection)
    yield tuple(both)
    for connection in both:
        await connection.close()


async def test_other_events_change_nothing(
    databases: tuple[asyncpg.Connection, asyncpg.Connection], guarded: Guarding
) -> None:
    """Every statement has the same outcome with other events in the database and without."""
    crowded, alone = databases
    event = await alone.fetchval("SELECT id FROM public.events")
    assert await crowded.fetchval("SELECT count(*) FROM public.events") > 1
    different = []
    for line in LINES:
        query = guarded(line["sql"], line["dialect"], (event,))
        assert isinstance(query, GuardedQuery), line["id"]
        outcomes = [await outcome(database, query) for database in (crowded, alone)]
        if line.get("open"):
            outcomes = [len(found) for found in outcomes]
        if outcomes[0] != outcomes[1]:
            different.append(line["id"])
    assert different == []


async def test_the_comparison_can_fail(
    databases: tuple[asyncpg.Connection, asyncpg.Connection], guarded: Guarding
) -> None:
    """Bound to both events, the same queries do see the difference between the databases."""
    crowded, alone = databases
    events = tuple(row["id"] for row in await crowded.fetch("SELECT id FROM public.events"))
    query = guarded("SELECT name FROM teams", events=events)
    assert isinstance(query, GuardedQuery)
    assert await outcome(crowded, query) != await outcome(alone, query)
