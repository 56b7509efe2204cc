"""What a query gives, and what it may cost."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import asyncpg
import pytest

from bot.domain import Column, ColumnKind, GuardedQuery
from bot.metrics import Metrics
from bot.warehouse import QueryFailed, TimedOut, TooCostly, Warehouse, open_warehouse

Guarded = Callable[[str], GuardedQuery]

CUT = "WITH teams AS MATERIALIZED (SELECT * FROM public.teams WHERE event = ANY($1::uuid[])) "
SLOW = "SELECT count(pg_sleep(0.2)) FROM generate_series(1, 100)"


async def test_rows_and_kinds_of_columns(warehouse: Warehouse, guarded: Guarded) -> None:
    """Rows come with names and kinds of columns, cut to the parameter's events."""
    table = await warehouse.run(
        guarded(CUT + "SELECT count(*) AS n, min(name) AS first, $1 AS e FROM teams")
    )
    assert table.columns == (
        Column("n", ColumnKind.NUMBER),
        Column("first", ColumnKind.TEXT),
        Column("e", ColumnKind.OTHER),
    )
    assert table.rows == ((40, "Team 1", [UUID(int=1)]),)
    assert not table.truncated


async def test_values_survive(warehouse: Warehouse, guarded: Guarded) -> None:
    """Numbers keep their digits, times their zone, JSON its text; infinite and absent ones too."""
    table = await warehouse.run(
        guarded("""
        SELECT 1.50::numeric, 'NaN'::numeric, 'Infinity'::float8, 'NaN'::float8,
            timestamptz '2026-05-01 12:00+02', date '2026-05-01',
            uuid '00000000-0000-0000-0000-000000000003',
            '{"a": 1.10}'::json, ARRAY[[1, NULL], [3, 4]], true, NULL,
            'infinity'::date, 1 AS x, 2 AS x
        """)
    )
    [row] = table.rows
    assert str(row[0]) == "1.50"
    assert isinstance(row[1], Decimal)
    assert row[1].is_nan()
    assert row[2] == math.inf
    assert isinstance(row[3], float)
    assert math.isnan(row[3])
    assert row[4] == datetime(2026, 5, 1, 10, tzinfo=UTC)
    assert row[5:] == (
        date(2026, 5, 1),
        UUID(int=3),
        '{"a": 1.10}',
        [[1, None], [3, 4]],
        True,
        None,
        date.max,
        1,
        2,
    )
    kinds = [column.kind.value for column in table.columns]
    assert kinds[:7] == ["number"] * 4 + ["datetime", "date", "uuid"]
    assert kinds[9] == "boolean"


async def test_a_type_that_asyncpg_has_to_look_up(warehouse: Warehouse, guarded: Guarded) -> None:
    """An enumeration of the database's own comes as text."""
    table = await warehouse.run(guarded(CUT + "SELECT DISTINCT mood FROM teams"))
    assert table.rows == (("calm",),)


async def test_more_rows_than_asked_for(warehouse: Warehouse, guarded: Guarded) -> None:
    """At most the rows asked for come, and the table says that there were more."""
    many = await warehouse.run(guarded(CUT + "SELECT id FROM teams ORDER BY id"), rows=39)
    assert [row for (row,) in many.rows] == list(range(1, 40))
    assert many.truncated
    exact = await warehouse.run(guarded(CUT + "SELECT id FROM teams ORDER BY id"), rows=40)
    assert len(exact.rows) == 40
    assert not exact.truncated


async def test_rows_after_the_limit_are_not_made(warehouse: Warehouse, guarded: Guarded) -> None:
    """PostgreSQL stops once it has made the rows that are kept: a later error never happens."""
    sql = "SELECT 1 / (20 - n) FROM generate_series(1, 1000) AS n"
    table = await warehouse.run(guarded(sql), rows=10)
    assert len(table.rows) == 10


async def test_a_result_of_too_many_bytes(warehouse: Warehouse, guarded: Guarded) -> None:
    """A result that would fill the memory is refused as too costly."""
    with pytest.raises(TooCostly, match="too large"):
        await warehouse.run(guarded("SELECT repeat('x', 6000000) FROM generate_series(1, 10)"))


async def test_the_cost_gate(warehouse: Warehouse, guarded: Guarded) -> None:
    """A query whose plan costs too much is refused before it runs, and the plan is not shown."""
    sql = "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b"
    with pytest.raises(TooCostly) as caught:
        await warehouse.run(guarded(sql))
    assert not any(character.isdigit() for character in str(caught.value))


async def test_the_time_limit(warehouse: Warehouse, guarded: Guarded) -> None:
    """A query that runs longer than it may is stopped, and the pool goes on."""
    with pytest.raises(TimedOut):
        await warehouse.run(guarded(SLOW))
    assert (await warehouse.run(guarded("SELECT 1"))).rows == ((1,),)


async def test_the_time_limit_holds_while_planning(warehouse: Warehouse, guarded: Guarded) -> None:
    """EXPLAIN folds constants, so that planning can take long: the limit holds there as well."""
    hash_of_much = "length(md5(repeat('x', 900000000)))"
    with pytest.raises((TimedOut, TooCostly)):
        await warehouse.run(guarded(f"SELECT {hash_of_much} + {hash_of_much} + {hash_of_much}"))


@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [
        ("SELECT nope", "42703"),
        ("SELECT * FROM nope", "42P01"),
        ("SELECT * FROM teams", "42P01"),
        ("SELECT 1 / 0", "22012"),
        ("SELECT 'secret'::integer", "22P02"),
        ("SELECT id FROM public.teams a JOIN public.teams b USING (name)", "42702"),
        ("SELECT name, count(*) FROM public.teams", "42803"),
        ("SELECT lower(1)", "42883"),
        ("SELECT (SELECT id FROM public.teams)", "21000"),
        ("SELECT date '20000-01-01'", "22008"),
        ("SELECT c FROM pg_class c", "0A000"),
        ("SELECT 1; DROP TABLE public.teams", "42601"),
        ("COMMIT; DROP TABLE public.teams", "42601"),
        ("COMMIT", "42601"),
        ("DELETE FROM public.teams", "25006"),
        ("SELECT 1 FROM public.teams FOR UPDATE", "25006"),
        ("SELECT set_config('transaction_read_only', 'off', true)", "25001"),
        ("", "42601"),
    ],
)
async def test_refused_by_postgresql(
    warehouse: Warehouse, guarded: Guarded, sql: str, sqlstate: str
) -> None:
    """A refusal is a sentence of ours, by SQLSTATE; no word of PostgreSQL's own is in it."""
    with pytest.raises(QueryFailed) as caught:
        await warehouse.run(guarded(sql))
    assert caught.value.sqlstate == sqlstate
    assert str(caught.value).endswith(".")
    assert "secret" not in str(caught.value)
    assert "nope" not in str(caught.value)


async def test_nothing_was_changed_by_text(
    warehouse: Warehouse, guarded: Guarded, url: str
) -> None:
    """Text that ends the transaction and drops a table does neither."""
    for sql in ("COMMIT; DROP TABLE public.teams", "SELECT 1; COMMIT; DROP TABLE public.teams"):
        with pytest.raises(QueryFailed):
            await warehouse.run(guarded(sql))
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT count(*) FROM teams") == 50
    await connection.close()


async def test_what_a_query_runs_under(warehouse: Warehouse, guarded: Guarded) -> None:
    """Read-only, an empty search path, its events for row-level security, and the limits."""
    names = [
        "transaction_read_only",
        "search_path",
        "game_stats.events",
        "statement_timeout",
        "jit",
        "max_parallel_workers_per_gather",
    ]
    columns = ", ".join(f"current_setting('{name}')" for name in names)
    table = await warehouse.run(guarded(f"SELECT {columns}"))
    assert table.rows == (("on", '""', str(UUID(int=1)), "1s", "off", "0"),)


async def test_settings_do_not_outlive_a_query(
    url: str, metrics: Metrics, guarded: Guarded
) -> None:
    """On the same connection, what one query has set is gone for the next."""
    async with open_warehouse(
        url, timeout=1, max_cost=1e6, metrics=metrics, connections=1
    ) as warehouse:
        await warehouse.run(guarded("SELECT set_config('work_mem', '1GB', false)"))
        table = await warehouse.run(guarded("SELECT current_setting('work_mem')"))
        assert table.rows == (("32MB",),)
        await warehouse.run(guarded("SELECT pg_advisory_lock(1)"))
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        assert (await warehouse.run(guarded(held))).rows == ((0,),)


async def test_a_cancelled_query_ends_on_the_server(
    url: str, metrics: Metrics, guarded: Guarded
) -> None:
    """Cancelling stops the query on the server, and its connection serves the next one."""
    async with open_warehouse(
        url, timeout=60, max_cost=1e6, metrics=metrics, connections=1
    ) as warehouse:
        watcher = await asyncpg.connect(url)
        active = """
            SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT count(pg_sleep%'
        """
        for _ in range(3):
            task = asyncio.create_task(warehouse.run(guarded(SLOW)))
            async with asyncio.timeout(30):
                while not await watcher.fetchval(active):  # noqa: ASYNC110 - a server's, no Event
                    await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (await warehouse.run(guarded("SELECT 1"))).rows == ((1,),)
            assert not await watcher.fetchval(active)
        await watcher.close()


async def test_only_guarded_queries_run(warehouse: Warehouse) -> None:
    """Text, and whatever else is no GuardedQuery, is refused with a TypeError."""
    with pytest.raises(TypeError):
        await warehouse.run("SELECT 1")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        GuardedQuery("SELECT 1", (), (), "", object())


async def test_each_query_is_measured(
    warehouse: Warehouse, guarded: Guarded, metrics: Metrics
) -> None:
    """Every run counts under how it ended."""
    await warehouse.run(guarded("SELECT 1"))
    with pytest.raises(QueryFailed):
        await warehouse.run(guarded("SELECT nope"))
    name = "gamestats_bot_database_seconds_count"
    for status in ("ok", "query_failed"):
        assert metrics.registry.get_sample_value(name, {"status": status}) == 1
