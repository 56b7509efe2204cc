"""Migrations, and what PostgreSQL keeps: bindings, answers, digests."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfoNotFoundError

import asyncpg
import pytest

from bot.demo.servers import Servers
from bot.domain import (
    GUARD_SEAL,
    Answer,
    Asker,
    Code,
    Column,
    ColumnKind,
    Dialect,
    Draft,
    Event,
    GuardedQuery,
    Question,
    Refusal,
    ResultTable,
    Source,
)
from bot.store import Store, StoreDown, migrate, open_store

SPRING, AUTUMN = UUID(int=1), UUID(int=2)
ASKER = Asker("slack", "T1", "U1")
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def answered(question: Question, seconds: float, source: Source = Source.MODEL) -> Answer:
    """An answer of two rows."""
    return Answer(
        question=question,
        events=(Event(SPRING, "spring", "Spring", "completed", NOW, NOW),),
        query=GuardedQuery("WITH …", (SPRING,), ("teams",), "SELECT name", GUARD_SEAL),
        draft=Draft("FROM teams", Dialect.DUCKDB, source, "duckdb-nsql:7b", fell_back=True),
        table=ResultTable((Column("name", ColumnKind.TEXT),), (("a",), ("b",)), truncated=True),
        seconds=seconds,
        repaired=True,
    )


async def test_migrations_run_twice(url: str) -> None:
    """A second run of the migrations finds nothing to do."""
    await migrate(url)
    await migrate(url)
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT version_num FROM bot.alembic_version") == "0006"
    await connection.close()


async def test_migrations_run_by_many_at_once(url: str) -> None:
    """Processes and tasks that start at once on an empty database all succeed."""
    code = "import asyncio, sys; from bot.store import migrate; asyncio.run(migrate(sys.argv[1]))"
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", code, url) for _ in range(2)
    ]
    await asyncio.gather(*[migrate(url) for _ in range(4)])
    assert [await process.wait() for process in processes] == [0, 0]


async def test_a_failed_migration_changes_nothing(url: str) -> None:
    """A database in which the migration cannot finish is left as it was."""
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE SCHEMA bot; CREATE TABLE bot.digests (nothing integer)")
    with pytest.raises(Exception, match="42P07"):
        await migrate(url)
    tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'bot'")
    assert [row["tablename"] for row in tables] == ["digests"]
    await connection.close()


async def test_a_database_that_comes_up_later(servers: Servers, redis_url: str) -> None:
    """A store that was opened before its database migrates and uses it once it is there."""
    admin = await asyncpg.connect(servers.postgres_url("postgres"))
    async with open_store(servers.postgres_url("late_store"), redis_url) as store:
        with pytest.raises(StoreDown):
            await store.bindings.all()
        assert await store.down() == ("bot database",)
        await admin.execute("CREATE DATABASE late_store STRATEGY file_copy")
        await store.bindings.bind("T", "C", (SPRING,), "U")
        assert await store.bindings.get("T", "C") == (SPRING,)
        assert await store.down() == ()
    await admin.execute("DROP DATABASE late_store WITH (FORCE)")
    await admin.close()


async def test_both_servers_down(down_store: Store) -> None:
    """Without servers a store opens, says what is down, and raises StoreDown."""
    assert await down_store.down() == ("bot database", "redis")
    with pytest.raises(StoreDown):
        await down_store.bindings.get("T", "C")


async def test_bindings(store: Store) -> None:
    """A channel has the events it was last bound to, each once and in order, until it has none."""
    assert await store.bindings.get("T", "C") == ()
    await store.bindings.bind("T", "C", (SPRING,), "U1")
    await store.bindings.bind("T", "C", (AUTUMN, SPRING, AUTUMN), "U2")
    assert await store.bindings.get("T", "C") == (AUTUMN, SPRING)
    assert await store.bindings.get("T2", "C") == ()
    [binding] = await store.bindings.all()
    assert (binding.channel, binding.events, binding.bound_by) == ("C", (AUTUMN, SPRING), "U2")
    assert await store.bindings.unbind("T", "C", "U3")
    assert not await store.bindings.unbind("T", "C", "U3")
    assert await store.bindings.get("T", "C") == ()
    assert await store.bindings.all() == ()
    with pytest.raises(ValueError, match="at least one"):
        await store.bindings.bind("T", "C", (), "U1")


async def test_an_answer_is_kept(store: Store) -> None:
    """Everything about an answer but its rows comes back, under the question's id."""
    question = Question("q1", "top\0 teams", ASKER, "C1")
    await store.answers.record(question, answered(question, 2.5))
    stored = await store.answers.get("q1")
    assert stored is not None
    assert (stored.text, stored.asker, stored.channel) == ("top teams", ASKER, "C1")
    assert (stored.surface, stored.team) == ("slack", "T1")
    assert (stored.code, stored.events, stored.tables) == (None, (SPRING,), ("teams",))
    assert (stored.sql, stored.dialect, stored.shown) == (
        "FROM teams",
        Dialect.DUCKDB,
        "SELECT name",
    )
    assert (stored.rows, stored.truncated, stored.seconds) == (2, True, 2.5)
    assert (stored.source, stored.language_model) == (Source.MODEL, "duckdb-nsql:7b")
    assert stored.fell_back
    assert stored.repaired
    assert await store.answers.get("q2") is None


async def test_a_refusal_is_kept_and_replaced(store: Store) -> None:
    """A refusal is kept with its code; if the question ends again, the last outcome counts."""
    question = Question("q1", "?", ASKER, "C1", (AUTUMN,))
    refusal = Refusal(Code.NOT_A_QUERY, "I only read.", sql="DROP TABLE teams\0")
    await store.answers.record(question, refusal, 1.0)
    stored = await store.answers.get("q1")
    assert stored is not None
    assert (stored.code, stored.message, stored.sql) == (Code.NOT_A_QUERY, "I only read.", "")
    assert (stored.shown, stored.events) == ("DROP TABLE teams", (AUTUMN,))
    await store.answers.record(question, answered(question, 2.5))
    replaced = await store.answers.get("q1")
    assert replaced is not None
    assert replaced.code is None
    assert (await store.answers.recent()).count == 1


async def test_the_last_hour(store: Store, url: str) -> None:
    """Times are of answers by a model alone; outages and bugs are errors, refusals are not."""
    empty = await store.answers.recent()
    assert (empty.count, empty.median, empty.p95, empty.errors) == (0, None, None, {})
    for number in range(1, 101):
        question = Question(f"m{number}", "?", ASKER)
        await store.answers.record(question, answered(question, float(number)))
    cached = Question("cached", "?", ASKER)
    await store.answers.record(cached, answered(cached, 1000.0, Source.CACHE))
    for number, code in enumerate((Code.MODEL_DOWN, Code.MODEL_DOWN, Code.BUG, Code.EMPTY)):
        await store.answers.record(Question(f"r{number}", "?", ASKER), Refusal(code, "."), 500.0)
    old = Question("old", "?", ASKER)
    await store.answers.record(old, answered(old, 5000.0))
    connection = await asyncpg.connect(url)
    await connection.execute(
        "UPDATE bot.answers SET created_at = now() - interval '61 minutes' "
        "WHERE question_id = 'old'"
    )
    await connection.close()
    recent = await store.answers.recent()
    assert recent.count == 105
    assert recent.median == pytest.approx(50.5)
    assert recent.p95 == pytest.approx(95.05)
    assert recent.errors == {Code.MODEL_DOWN: 2, Code.BUG: 1}


async def test_a_digest_once_a_day(store: Store) -> None:
    """A digest is due from its local time on, once a local day, for one of those who mark it."""
    await store.digests.set("T", "C", time(18), "Europe/Berlin", "U", now=NOW)  # 14:00 there
    assert await store.digests.due(NOW) == ()
    evening = datetime(2026, 5, 1, 16, 0, tzinfo=UTC)
    [due] = await store.digests.due(evening)
    assert (due.team, due.channel, due.at, due.due_on(evening)) == (
        "T",
        "C",
        time(18),
        date(2026, 5, 1),
    )
    marks = [store.digests.mark("T", "C", date(2026, 5, 1)) for _ in range(8)]
    assert sum(await asyncio.gather(*marks)) == 1
    assert await store.digests.due(evening) == ()
    assert await store.digests.due(evening + timedelta(hours=7)) == ()  # 01:00 the next day
    assert len(await store.digests.due(evening + timedelta(days=3))) == 1
    assert await store.digests.remove("T", "C")
    assert not await store.digests.remove("T", "C")
    assert await store.digests.get("T", "C") is None


async def test_a_digest_set_after_its_time_starts_tomorrow(store: Store) -> None:
    """A digest whose time has passed today is not sent at once."""
    schedule = await store.digests.set("T", "C", time(9), "Europe/Berlin", "U", now=NOW)
    assert schedule.last_sent_on == date(2026, 5, 1)
    assert await store.digests.get("T", "C") == schedule
    assert await store.digests.due(NOW) == ()
    assert len(await store.digests.due(NOW + timedelta(days=1))) == 1


async def test_digests_over_clock_changes(store: Store) -> None:
    """At 02:30 on nights that have none or two of it, a digest is due exactly once."""
    for night in (datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)):
        await store.digests.set("T", "C", time(2, 30), "Europe/Berlin", "U", now=night)
        sent = 0
        for minutes in range(0, 26 * 60, 10):
            now = night + timedelta(minutes=minutes)
            for due in await store.digests.due(now):
                day = due.due_on(now)
                assert day is not None
                sent += await store.digests.mark("T", "C", day)
        assert sent == 1
        assert await store.digests.remove("T", "C")


async def test_a_digest_in_no_timezone(store: Store) -> None:
    """A timezone that does not exist is refused when a digest is set."""
    with pytest.raises(ZoneInfoNotFoundError):
        await store.digests.set("T", "C", time(9), "Europe/Nowhere", "U")
