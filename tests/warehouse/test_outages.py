"""A database that is down, comes back, or has no room; and what else is read from it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import pytest

from bot.demo.servers import Servers
from bot.domain import Code, Event, GuardedQuery
from bot.metrics import Metrics
from bot.warehouse import DatabaseBusy, DatabaseDown, QueryFailed, Warehouse, open_warehouse
from bot.warehouse.errors import SENTENCES, WarehouseError, translated

Guarded = Callable[[str], GuardedQuery]


@pytest.fixture
def refused_url() -> Iterator[str]:
    """The URL of a port that nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        yield f"postgresql://nobody:x@127.0.0.1:{held.getsockname()[1]}/x"


async def test_a_database_that_is_down(
    refused_url: str, metrics: Metrics, guarded: Guarded
) -> None:
    """A warehouse opens while its database is down; every use then is an outage."""
    async with open_warehouse(refused_url, timeout=1, max_cost=1, metrics=metrics) as warehouse:
        for use in (warehouse.ping, warehouse.catalog, lambda: warehouse.run(guarded("SELECT 1"))):
            with pytest.raises(DatabaseDown):
                await use()


async def test_a_database_that_comes_up_later(
    servers: Servers, metrics: Metrics, guarded: Guarded
) -> None:
    """A warehouse that was opened before its database works once that is there."""
    admin = await asyncpg.connect(servers.postgres_url("postgres"))
    late = servers.postgres_url("late_warehouse")
    async with open_warehouse(late, timeout=1, max_cost=1e6, metrics=metrics) as warehouse:
        with pytest.raises(DatabaseDown):
            await warehouse.ping()
        await admin.execute("CREATE DATABASE late_warehouse STRATEGY file_copy")
        await warehouse.ping()
        assert (await warehouse.run(guarded("SELECT 1"))).rows == ((1,),)
    await admin.execute("DROP DATABASE late_warehouse WITH (FORCE)")
    await admin.close()


async def test_a_database_that_falls_silent_is_down(
    url: str, metrics: Metrics, guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that takes connections and answers nothing is an outage, not a slow query."""
    monkeypatch.setattr("bot.warehouse.warehouse.CONNECT_SECONDS", 0.3)
    address = urlsplit(url)
    talking = asyncio.Event()
    talking.set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            await talking.wait()
            writer.write(data)
        writer.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(address.hostname, address.port)
        await asyncio.gather(carry(reader, there[1]), carry(there[0], writer))

    async with await asyncio.start_server(relay, "127.0.0.1", 0) as between:
        port = between.sockets[0].getsockname()[1]
        through = url.replace(f":{address.port}/", f":{port}/")
        async with open_warehouse(through, timeout=1, max_cost=1e6, metrics=metrics) as warehouse:
            await warehouse.run(guarded("SELECT 1"))
            talking.clear()
            for _ in range(2):
                with pytest.raises(DatabaseDown):
                    await warehouse.run(guarded("SELECT 1"))
            talking.set()
            assert (await warehouse.run(guarded("SELECT 1"))).rows == ((1,),)


async def test_connections_that_were_cut(
    warehouse: Warehouse, guarded: Guarded, servers: Servers
) -> None:
    """After the server has dropped every connection the next query gets a new one."""
    await warehouse.run(guarded("SELECT 1"))
    admin = await asyncpg.connect(servers.postgres_url("postgres"))
    cut = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'game-stats-bot'
    """
    assert await admin.fetch(cut)
    async with asyncio.timeout(30):
        while True:
            try:
                table = await warehouse.run(guarded("SELECT 1"))
                break
            except DatabaseDown:
                continue
    assert table.rows == ((1,),)
    await admin.close()


async def test_a_query_cut_in_the_middle(
    warehouse: Warehouse, guarded: Guarded, servers: Servers
) -> None:
    """A server that goes away under a query is an outage, not a fault of the query."""
    admin = await asyncpg.connect(servers.postgres_url("postgres"))
    task = asyncio.create_task(warehouse.run(guarded("SELECT pg_sleep(0.9)")))
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%sleep(0.9)'"
    async with asyncio.timeout(30):
        while not await admin.fetch(cut):  # noqa: ASYNC110 - the server sets no Event
            await asyncio.sleep(0.01)
    with pytest.raises(DatabaseDown):
        await task
    await admin.close()


async def test_a_pool_that_is_used_up(
    url: str, metrics: Metrics, guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waiting too long for a free connection says busy, not down."""
    monkeypatch.setattr("bot.warehouse.warehouse.CONNECT_SECONDS", 0.1)
    async with open_warehouse(
        url, timeout=5, max_cost=1e6, metrics=metrics, connections=1
    ) as warehouse:
        slow = asyncio.create_task(warehouse.run(guarded("SELECT pg_sleep(2)")))
        await asyncio.sleep(0.5)
        with pytest.raises(DatabaseBusy):
            await warehouse.ping()
        await slow


async def test_events(warehouse: Warehouse) -> None:
    """The directory's rows become events, whose times have a zone."""
    events = await warehouse.events(
        "SELECT id, slug, name, status, start_date AS starts_at, end_date AS ends_at "
        "FROM public.events WHERE slug = 'spring'"
    )
    starts, ends = datetime(2026, 4, 1, 8, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC)
    assert events == (Event(UUID(int=1), "spring", "Spring", "completed", starts, ends),)


async def test_catalog(warehouse: Warehouse) -> None:
    """The catalog lists what schema public has, with PostgreSQL's names of types."""
    catalog = await warehouse.catalog()
    assert set(catalog) == {"events", "teams"}
    assert catalog["teams"] == {
        "id": "integer",
        "event": "uuid",
        "name": "character varying",
        "mood": "public.mood",
    }


async def test_a_role_that_may_do_little(
    url: str, servers: Servers, metrics: Metrics, guarded: Guarded
) -> None:
    """A role without set_config that may read two columns is served, and cut by its policy."""
    owner = await asyncpg.connect(url)
    database = url.rsplit("/", 1)[1]
    await owner.execute(f"""
        CREATE ROLE little_reader LOGIN PASSWORD '{servers.password("little_reader")}';
        REVOKE EXECUTE ON FUNCTION set_config(text, text, boolean) FROM PUBLIC;
        GRANT SELECT (id, name) ON teams TO little_reader;
        ALTER TABLE teams ENABLE ROW LEVEL SECURITY;
        CREATE POLICY cut ON teams FOR SELECT TO little_reader USING (
            event::text = ANY (string_to_array(current_setting('game_stats.events', true), ','))
        );
    """)
    little = servers.postgres_url(database, "little_reader")
    async with open_warehouse(little, timeout=1, max_cost=1e6, metrics=metrics) as warehouse:
        table = await warehouse.run(guarded("SELECT count(id), max(name) FROM public.teams"))
        assert table.rows == ((40, "Team 9"),)
        assert await warehouse.catalog() == {
            "teams": {"id": "integer", "name": "character varying"}
        }
        for sql in ("SELECT event FROM public.teams", "SELECT set_config('jit', 'on', true)"):
            with pytest.raises(QueryFailed) as caught:
                await warehouse.run(guarded(sql))
            assert caught.value.sqlstate == "42501"
    await owner.execute("DROP OWNED BY little_reader")
    await owner.execute("DROP ROLE little_reader")
    await owner.close()


def test_every_error_of_postgresql_becomes_one_of_ours() -> None:
    """Each exception that asyncpg can raise from the server is translated, by its SQLSTATE."""
    seen = set()
    for kind in vars(asyncpg.exceptions).values():
        if isinstance(kind, type) and issubclass(kind, asyncpg.PostgresError):
            with pytest.raises(WarehouseError) as caught, translated():
                raise kind("a text with data")
            assert "a text with data" not in str(caught.value)
            assert str(caught.value)
            seen.add(caught.value.code)
    assert seen == {
        Code.DATABASE_DOWN,
        Code.BUSY,
        Code.TOO_COSTLY,
        Code.TIMED_OUT,
        Code.QUERY_FAILED,
    }


@pytest.mark.parametrize(
    "error",
    [
        OSError(),
        asyncpg.InterfaceError("closing"),
        asyncpg.InternalClientError("out of step"),
        EOFError(),
    ],
)
def test_errors_of_the_network(error: Exception) -> None:
    """A connection that fails is an outage; what we do not know passes through as the bug it is."""
    wanted = EOFError if isinstance(error, EOFError) else DatabaseDown
    with pytest.raises(wanted), translated():
        raise error


def test_sentences_name_real_states() -> None:
    """Every key of SENTENCES is a class or a code that asyncpg knows."""
    known = {
        kind.sqlstate
        for kind in vars(asyncpg.exceptions).values()
        if isinstance(kind, type) and issubclass(kind, asyncpg.PostgresError) and kind.sqlstate
    }
    for key in SENTENCES:
        assert key in known or any(state.startswith(key) for state in known if len(key) == 2)
