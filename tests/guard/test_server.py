"""What the guard takes for granted about PostgreSQL, asked of PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import pytest

from bot.domain import GuardedQuery, Refusal
from bot.guard.allowed import AGGREGATES, FROM_FUNCTIONS, FUNCTIONS, WINDOWS

Guarding = Callable[..., GuardedQuery | Refusal]


@pytest.fixture
async def server(tournament: Any) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the sample's owner, with the bot's search path."""
    connection = await asyncpg.connect(tournament.owner_url, server_settings={"search_path": ""})
    yield connection
    await connection.close()


async def test_every_catalog_relation_begins_with_pg(server: asyncpg.Connection) -> None:
    """With an empty search path a bare name is pg_something, or it does not resolve."""
    named = "SELECT relname FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace"
    names = [row["relname"] for row in await server.fetch(named)]
    assert len(names) > 100
    assert [name for name in names if not name.startswith("pg_")] == []


async def test_allowed_functions_exist_and_are_not_volatile(server: asyncpg.Connection) -> None:
    """Every function on the list is PostgreSQL's own, and gives the same result each time."""
    rows = await server.fetch(
        "SELECT proname, provolatile = 'v' AS volatile FROM pg_proc "
        "WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY($1::text[])",
        sorted(FUNCTIONS),
    )
    assert {row["proname"] for row in rows} == FUNCTIONS
    assert [row["proname"] for row in rows if row["volatile"]] == []


async def test_allowed_functions_take_no_relation_and_run_no_text(
    server: asyncpg.Connection,
) -> None:
    """No overload of a function on the list takes or gives a catalog's name or a cursor."""
    rows = await server.fetch(
        "SELECT DISTINCT proname FROM pg_proc, unnest(proargtypes || prorettype) AS t "
        "WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY($1::text[]) "
        "AND (format_type(t, NULL) LIKE 'reg%' OR format_type(t, NULL) = 'refcursor')",
        sorted(FUNCTIONS),
    )
    assert [row["proname"] for row in rows] == []


async def test_only_functions_in_from_give_many_rows(server: asyncpg.Connection) -> None:
    """Set-returning functions of the list are those that may stand in FROM, and one more."""
    rows = await server.fetch(
        "SELECT DISTINCT proname FROM pg_proc WHERE proretset AND proname = ANY($1::text[])",
        sorted(FUNCTIONS),
    )
    assert {row["proname"] for row in rows} == {*FROM_FUNCTIONS, "regexp_matches"}


async def test_the_kinds_of_functions_are_right(server: asyncpg.Connection) -> None:
    """What is listed as an aggregate or a window function is one to PostgreSQL."""
    rows = await server.fetch(
        "SELECT DISTINCT proname, prokind::text AS kind FROM pg_proc WHERE prokind IN ('a', 'w')"
        " AND proname = ANY($1::text[])",
        sorted(FUNCTIONS),
    )
    assert {row["proname"] for row in rows} == AGGREGATES | WINDOWS


async def test_a_dot_calls_a_function(server: asyncpg.Connection) -> None:
    """PostgreSQL does read g.upper as upper(g), which is why the guard refuses it."""
    assert await server.fetchval("SELECT g.upper FROM unnest(ARRAY['a'::text]) AS g") == "A"
    assert await server.fetchval("SELECT ('a'::text).upper") == "A"


ORDERED = [
    "SELECT name FROM players ORDER BY name DESC",
    "SELECT name FROM players ORDER BY name LIMIT 50 OFFSET 3",
    "SELECT name FROM players UNION SELECT name FROM teams ORDER BY name",
    "WITH p AS (SELECT name FROM players) SELECT name FROM p ORDER BY name",
    "SELECT DISTINCT ON (name) name FROM players ORDER BY name",
    "SELECT name, count(*) FROM players GROUP BY name ORDER BY name",
    "SELECT p.name FROM players p JOIN teams t ON t.id = p.team_id ORDER BY p.name",
]


@pytest.mark.parametrize("sql", ORDERED)
async def test_the_order_is_kept(
    server: asyncpg.Connection, guarded: Guarding, tournament: Any, sql: str
) -> None:
    """The outer SELECT keeps the order, even where PostgreSQL is pushed to work in parallel."""
    query = guarded(sql, events=tuple(event.id for event in tournament.events))
    assert isinstance(query, GuardedQuery)
    await server.execute(
        "SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;"
        "SET min_parallel_table_scan_size = 0; SET debug_parallel_query = on"
    )
    names = [row["name"] for row in await server.fetch(query.sql, list(query.events))]
    ordered = await server.fetchval(
        "SELECT array_agg(n ORDER BY n) FROM unnest($1::text[]) AS n", names
    )
    assert len(names) > 10
    assert names == (ordered[::-1] if "DESC" in sql else ordered)
    plan = await server.fetchval(f"EXPLAIN (FORMAT JSON) {query.sql}", list(query.events))
    assert "Gather" not in json.loads(plan)[0]["Plan"]["Node Type"]
