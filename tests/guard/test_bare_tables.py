"""A fence behaves as the bare table would: same names, rows, order, and the same refusals.

The bare tables have the fences' rows and, unlike a fence, their primary keys; each statement runs
on them as it stands, and on the fences as the guard writes it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import pytest

from bot.demo.sample import SampleDatabase
from bot.demo.servers import Servers
from bot.demo.servers.databases import ensure_database
from bot.domain import GuardedQuery, Refusal
from bot.semantic import SemanticModel

Guarding = Callable[..., GuardedQuery | Refusal]

GROUPED = [
    "SELECT t.name, count(p.id) FROM teams t JOIN players p ON p.team_id = t.id GROUP BY t.id",
    "SELECT name, seed FROM teams GROUP BY id",
    "SELECT id, name FROM teams GROUP BY 1",
    "SELECT id AS key, upper(name) || seed FROM teams GROUP BY key",
    "SELECT t.* FROM teams t GROUP BY t.id",
    "SELECT * FROM teams GROUP BY id",
    (
        "SELECT t.name, d.name, count(*) FROM teams t JOIN divisions d ON d.id = t.division_id"
        " JOIN players p ON p.team_id = t.id GROUP BY t.id, d.id"
    ),
    (
        "SELECT t.name, d.name FROM teams t JOIN divisions d ON d.id = t.division_id"
        " GROUP BY t.id, d.name"
    ),
    (
        "SELECT t.name FROM teams t LEFT JOIN players p ON p.team_id = t.id GROUP BY t.id"
        " HAVING count(p.id) > 10 AND t.seed < 5 ORDER BY t.division, t.seed + 1"
    ),
    (
        "SELECT t.name, sum(s.points) AS points FROM standings s JOIN teams t ON t.id = s.team_id"
        " GROUP BY t.id ORDER BY points DESC, t.name"
    ),
    "SELECT s.team, s.wins + s.losses AS games FROM standings s GROUP BY s.team_id",
    "SELECT team, opponent, goals_for FROM team_games GROUP BY game_id, team_id",
    "SELECT CASE WHEN t.seed = 1 THEN t.name ELSE 'other' END FROM teams t GROUP BY t.id",
    (
        "SELECT g.home_team, (SELECT max(s.total) FROM spirit_scores s WHERE s.game_id = g.id"
        " AND s.team = g.home_team) AS best FROM games g GROUP BY g.id"
    ),
    "SELECT * FROM (SELECT t.name, count(*) AS n FROM teams t GROUP BY t.id) AS x",
    "WITH x AS (SELECT t.name, count(*) AS n FROM teams t GROUP BY t.id) SELECT * FROM x",
    "SELECT name FROM teams GROUP BY id UNION SELECT name FROM divisions GROUP BY id",
    "SELECT name FROM teams GROUP BY teams.id",
    "SELECT t.name, rank() OVER (ORDER BY t.seed, t.name) FROM teams t GROUP BY t.id",
    "SELECT t.name, rank() OVER w FROM teams t GROUP BY t.id WINDOW w AS (ORDER BY t.seed, t.id)",
    "SELECT DISTINCT ON (t.division) t.name FROM teams t GROUP BY t.id ORDER BY t.division, t.seed",
    "SELECT p.name, t.division FROM teams t JOIN players p ON p.team_id = t.id GROUP BY p.id, t.id",
    "SELECT id, t.name FROM teams t JOIN (SELECT id FROM teams) AS u USING (id) GROUP BY id",
    "SELECT id, t.name FROM teams t LEFT JOIN (SELECT id FROM teams) AS u USING (id) GROUP BY id",
    "SELECT id, t.name FROM (SELECT id FROM teams) AS u RIGHT JOIN teams t USING (id) GROUP BY id",
    (
        "SELECT t.name, count(*) FROM teams t JOIN players p ON p.team_id = t.id"
        " GROUP BY t.id, ROLLUP (p.gender)"
    ),
    (
        "SELECT t.name, count(*) FROM teams t JOIN players p ON p.team_id = t.id"
        " GROUP BY GROUPING SETS ((t.id), (t.id, p.gender))"
    ),
    "SELECT t.name FROM teams t CROSS JOIN divisions d GROUP BY t.id",
    "SELECT count(*), t.name FROM teams AS t, players AS p WHERE p.team_id = t.id GROUP BY t.id",
    "SELECT x.name FROM teams AS x GROUP BY x.id, x.name",
    "SELECT t.name, avg(t.seed) FROM teams t GROUP BY t.id",
    (
        "SELECT t.name, string_agg(p.name, ', ' ORDER BY p.name, p.id) FROM teams t"
        " JOIN players p ON p.team_id = t.id GROUP BY t.id ORDER BY 1, t.seed"
    ),
    "SELECT t FROM teams t GROUP BY t.id",
    "SELECT a.name, b.name FROM teams a JOIN teams b ON b.seed = a.seed GROUP BY a.id, b.id",
    "SELECT min(t.name) FILTER (WHERE t.seed = 1), t.division FROM teams t GROUP BY t.id",
    "SELECT 'x' || t.name AS label FROM teams t GROUP BY (t.id)",
    "SELECT t.name FROM teams t GROUP BY t.id, t.seed + 1",
]
"""GROUP BY of a primary key, with other columns of its table everywhere."""

NAMED = [
    "SELECT a.name, b.name FROM teams a JOIN divisions b ON b.id = a.division_id",
    "SELECT * FROM teams a JOIN divisions b ON b.id = a.division_id",
    "SELECT name, name, name AS other FROM teams",
    "SELECT count(*), count(*), sum(seed) FROM teams",
    "SELECT * FROM teams",
    "SELECT * FROM standings ORDER BY division, rank, team_id",
    "SELECT *, seed + 1 FROM teams",
    "SELECT d.*, t.name FROM teams t JOIN divisions d ON d.id = t.division_id",
    "SELECT * FROM teams JOIN players USING (division)",
    "SELECT * FROM teams NATURAL JOIN (SELECT id FROM teams WHERE seed = 1) AS x",
    "SELECT * FROM (SELECT name, name AS n FROM teams) AS x",
    "TABLE divisions",
    "SELECT 1, 'a', true, NULL FROM divisions",
    "SELECT (SELECT max(seed) FROM teams), upper(name), name::text, seed::int FROM teams",
    "SELECT CASE WHEN seed = 1 THEN 1 END, coalesce(seed, 0), ARRAY[seed] FROM teams",
    "SELECT t FROM teams t",
    "SELECT t.id IS NULL, t IS NULL FROM teams t",
]
"""Names of outputs, twice the same among them, and stars."""

ORDERED = [
    "SELECT name AS n, seed FROM teams ORDER BY n, seed",
    "SELECT name, seed FROM teams ORDER BY 2 DESC NULLS LAST, 1",
    "SELECT name FROM teams ORDER BY seed * -1, name",
    "SELECT name FROM teams ORDER BY length(name), name DESC",
    "SELECT seed AS name, name AS seed FROM teams ORDER BY name, seed",
    "SELECT name AS seed FROM teams ORDER BY seed",
    "SELECT division, count(*) AS n FROM teams GROUP BY division ORDER BY n DESC, division",
    "SELECT division, count(*) FROM teams GROUP BY 1 ORDER BY count(*), 1",
    "SELECT DISTINCT division FROM teams ORDER BY division DESC",
    "SELECT name FROM teams UNION SELECT name FROM divisions ORDER BY name",
    "SELECT name FROM teams UNION ALL SELECT name FROM divisions ORDER BY 1 LIMIT 7 OFFSET 2",
    (
        "SELECT a.name, b.name FROM teams a JOIN divisions b ON b.id = a.division_id"
        " ORDER BY a.name, b.name"
    ),
    "SELECT name FROM teams ORDER BY name FETCH FIRST 3 ROWS ONLY",
    "SELECT name, final_placement FROM teams ORDER BY final_placement DESC, name",
    "SELECT upper(name) AS name FROM teams ORDER BY name",
    (
        "WITH x AS (SELECT name, seed FROM teams ORDER BY seed, name LIMIT 5)"
        " SELECT name FROM x ORDER BY name DESC"
    ),
]
"""ORDER BY of an output's name, a position, an expression."""

WRONG = [
    "SELECT t.name FROM teams t GROUP BY t.division",
    (
        "SELECT t.name, d.division_type FROM teams t JOIN divisions d ON d.id = t.division_id"
        " GROUP BY t.id"
    ),
    "SELECT x.name FROM (SELECT * FROM teams) AS x GROUP BY x.id",
    "WITH x AS (SELECT * FROM teams) SELECT x.name FROM x GROUP BY x.id",
    "SELECT team FROM team_games GROUP BY game_id",
    "SELECT rank, team FROM pool_standings GROUP BY team_id",
    "SELECT id, t.name FROM teams t FULL JOIN (SELECT id FROM teams) AS u USING (id) GROUP BY id",
    "SELECT t.name FROM teams t JOIN players p ON p.team_id = t.id GROUP BY p.team_id",
    "SELECT t.name FROM teams t GROUP BY ROLLUP (t.id)",
    "SELECT t.name FROM teams t GROUP BY upper(t.id::text)",
    "SELECT name FROM teams a JOIN divisions b ON b.id = a.division_id",
    "SELECT seed AS a, final_placement AS a FROM teams ORDER BY a",
    "SELECT name FROM teams ORDER BY 2",
    "SELECT name AS n FROM teams ORDER BY n || 'x'",
    "SELECT DISTINCT name FROM teams ORDER BY seed",
]
"""What PostgreSQL refuses on the bare table as well."""


@pytest.fixture(scope="session")
def bare_url(
    servers: Servers, tournament: SampleDatabase, model: SemanticModel, guarded: Guarding
) -> str:
    """A database whose tables are the fences' rows of the first event, with primary keys."""

    async def make() -> str:
        url = await ensure_database(servers, "bare_tables")
        read, write = await asyncpg.connect(tournament.owner_url), await asyncpg.connect(url)
        try:
            for table in model.tables.values():
                events = (tournament.events[0].id,)
                query = guarded(f"SELECT * FROM {table.name}", "postgres", events)
                assert isinstance(query, GuardedQuery)
                statement = await read.prepare(query.sql)
                kinds = {a.name: a.type.name for a in statement.get_attributes()}
                columns = [f"{name} {kind}" for name, kind in kinds.items()]
                columns += [f"PRIMARY KEY ({', '.join(table.key)})"] if table.key else []
                await write.execute(f"CREATE TABLE {table.name} ({', '.join(columns)})")
                rows = await statement.fetch(list(events))
                await write.copy_records_to_table(table.name, records=map(tuple, rows))
        finally:
            await read.close()
            await write.close()
        return url

    return asyncio.run(make())


@pytest.fixture
async def bare(bare_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A session on the bare tables."""
    connection = await asyncpg.connect(bare_url)
    yield connection
    await connection.close()


@pytest.fixture
async def fenced(tournament: SampleDatabase) -> AsyncIterator[asyncpg.Connection]:
    """A session as the warehouse has it."""
    connection = await asyncpg.connect(tournament.owner_url, server_settings={"search_path": ""})
    yield connection
    await connection.close()


def _plain(value: Any) -> Any:
    """A whole row as a tuple: that of a CTE has no type with names."""
    return tuple(value) if isinstance(value, asyncpg.Record) else value


async def result(
    connection: asyncpg.Connection, sql: str, *arguments: Any
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Names of the outputs, and rows."""
    statement = await connection.prepare(sql)
    rows = [tuple(map(_plain, row)) for row in await statement.fetch(*arguments)]
    return [attribute.name for attribute in statement.get_attributes()], rows


@pytest.mark.parametrize("sql", [*GROUPED, *NAMED, *ORDERED])
async def test_a_fence_is_as_good_as_the_table(
    bare: asyncpg.Connection,
    fenced: asyncpg.Connection,
    guarded: Guarding,
    tournament: SampleDatabase,
    sql: str,
) -> None:
    """Names, rows and, where the statement orders them, their order are the bare table's."""
    query = guarded(sql, "postgres", (tournament.events[0].id,))
    assert isinstance(query, GuardedQuery), query
    names, rows = await result(bare, sql)
    ours, found = await result(fenced, query.sql, list(query.events))
    assert ours == names
    assert rows
    if sql in ORDERED:
        assert found == rows
    assert sorted(map(repr, found)) == sorted(map(repr, rows))


@pytest.mark.parametrize("sql", WRONG)
async def test_what_the_table_refuses_the_fence_refuses(
    bare: asyncpg.Connection,
    fenced: asyncpg.Connection,
    guarded: Guarding,
    tournament: SampleDatabase,
    sql: str,
) -> None:
    """No more is allowed than on the bare table: the guard or PostgreSQL says no."""
    with pytest.raises(asyncpg.PostgresError):
        await result(bare, sql)
    query = guarded(sql, "postgres", (tournament.events[0].id,))
    if isinstance(query, GuardedQuery):
        with pytest.raises(asyncpg.PostgresError):
            await result(fenced, query.sql, list(query.events))
