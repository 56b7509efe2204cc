"""Migrations, and what PostgreSQL keeps: bindings, answers, digests."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
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
from bot.store import DigestResult, Store, StoreDown, migrate, open_store
from bot.store.migrate import revisions

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
    assert (
        await connection.fetchval("SELECT version_num FROM bot.alembic_version") == revisions()[-1]
    )
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


async def test_a_time_of_a_digest_is_settled_once(store: Store) -> None:
    """Of many processes that settle a time one does, and no earlier time is settled after it."""
    made = await store.digests.set("T", "C", "18:00", "Europe/Berlin", "U", now=NOW)
    assert await store.digests.get("T", "C") == made
    assert (made.settled_until, made.sections, made.paused) == (NOW, (), False)
    later = NOW + timedelta(hours=4)
    assert (
        sum(await asyncio.gather(*[store.digests.settle("T", "C", later) for _ in range(8)])) == 1
    )
    assert not await store.digests.settle("T", "C", later - timedelta(hours=1))
    assert await store.digests.all("T") == await store.digests.all()
    assert await store.digests.all("T2") == ()


async def test_what_admins_set_of_a_digest(store: Store) -> None:
    """Sections outlast a new schedule, a pause ends with one, and all goes with the digest."""
    assert not await store.digests.choose("T", "C", ("next",))
    assert not await store.digests.pause("T", "C")
    await store.digests.set("T", "C", "18:00", "UTC", "U", now=NOW)
    assert await store.digests.choose("T", "C", ("next", "Who won?"))
    assert await store.digests.pause("T", "C")
    await store.digests.note("T", "C", DigestResult.UNCHANGED)
    await store.digests.mark("T", "C", SPRING, {"moved": {"a": 1}})
    paused = await store.digests.get("T", "C")
    assert paused is not None
    assert (paused.paused, paused.last_result) == (True, DigestResult.UNCHANGED)
    again = await store.digests.set("T", "C", "weekdays at 9", "UTC", "U", now=NOW)
    assert (again.paused, again.sections) == (False, ("next", "Who won?"))
    assert await store.digests.marks("T", "C") == {SPRING: {"moved": {"a": 1}}}
    assert await store.digests.remove("T", "C")
    assert not await store.digests.remove("T", "C")
    assert await store.digests.marks("T", "C") == {}


async def test_digests_of_the_first_version_go_on(url: str) -> None:
    """A row that has only a time of day, as older files bring them, is each day's schedule."""
    await migrate(url)
    async with open_store(url, "redis://127.0.0.1:1/0") as store:
        async with store.database.connection() as connection:
            await connection.execute(
                "INSERT INTO bot.digests (team, channel, at, timezone, created_by)"
                " VALUES ('T', 'C', '07:30', 'UTC', 'U')"
            )
        found = await store.digests.get("T", "C")
    assert found is not None
    assert found.schedule == "7:30"


async def test_a_digest_in_no_timezone(store: Store) -> None:
    """A timezone that does not exist is refused when a digest is set."""
    with pytest.raises(ZoneInfoNotFoundError):
        await store.digests.set("T", "C", "9:00", "Europe/Nowhere", "U", now=NOW)
