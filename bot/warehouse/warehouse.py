"""The pool and what runs on it: one READ ONLY transaction a call, limits first, text of ours only.

Text from outside goes through the extended protocol alone (prepare, bind, fetch), which takes one
statement: `COMMIT; DROP …` is a syntax error. The pool connects when it is used, so the bot starts
while the database is down and mends itself when it is back. Limits of a query: the planner's cost,
statement_timeout, a deadline of ours, rows, bytes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg

from bot.domain import ROWS_KEPT, Event, GuardedQuery, ResultTable
from bot.metrics import Metrics
from bot.semantic import SemanticModel
from bot.semantic.draft import Survey
from bot.traces import span, text
from bot.warehouse.connection import HardenedConnection
from bot.warehouse.errors import (
    DatabaseBusy,
    DatabaseDown,
    TooCostly,
    WarehouseError,
    decoded,
    translated,
)
from bot.warehouse.plan import too_much
from bot.warehouse.role import RoleFault, role_faults
from bot.warehouse.rows import catalog_of, columns_of, event_of, size_of
from bot.warehouse.survey import survey

BYTES_KEPT = 16_000_000
"""The largest result taken, in bytes as `size_of` counts them."""

CONNECT_SECONDS = 5.0
"""How long one attempt to connect, or a wait for a free connection, may take."""

_FIRST_ROWS, _MORE_ROWS = 16, 512  # fetched at once; few at first, since a row may be huge

EVENTS_ONLY = "*"
"""What row-level security reads as: the list of events, and no row of any other table."""

_CATALOG_SQL = """
    SELECT c.relname, a.attname, pg_catalog.format_type(a.atttypid, NULL)
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND a.attnum > 0 AND NOT a.attisdropped
      AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT')
    ORDER BY c.relname, a.attnum
"""

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
Cursor: TypeAlias = "asyncpg.cursor.Cursor[asyncpg.Record]"


class Warehouse:
    """The tournament's database. Every method raises WarehouseError, and nothing else it knows of.

    `timeout` is in seconds, `max_cost` in the planner's units.
    """

    def __init__(
        self, pool: asyncpg.Pool[asyncpg.Record], timeout: float, max_cost: float, metrics: Metrics
    ) -> None:
        self._pool = pool
        self._timeout = timeout
        self._max_cost = max_cost
        self._metrics = metrics

    async def run(self, query: GuardedQuery, *, rows: int = ROWS_KEPT) -> ResultTable:
        """Give at most `rows` rows of `query`. Raises TypeError for anything but a GuardedQuery."""
        if type(query) is not GuardedQuery:
            raise TypeError("the warehouse runs a GuardedQuery only")
        start, status = time.perf_counter(), "ok"
        try:
            async with self._transaction(_listed(query.events)) as connection:
                text(sql=query.sql)
                statement = await connection.prepare(query.sql)
                # A query that reads no table may have no use for its parameter.
                events = [list(query.events)] if statement.get_parameters() else []
                plan = await connection.fetchval(
                    f"EXPLAIN (VERBOSE, FORMAT JSON) {query.sql}", *events
                )
                if too_much(plan, self._max_cost, query.fences):
                    raise TooCostly
                columns = columns_of(statement.get_attributes())
                kept = await _fetch(await statement.cursor(*events), rows + 1)
        except WarehouseError as error:
            status = error.code.value
            raise
        else:
            seconds = time.perf_counter() - start
            return ResultTable(columns, kept[:rows], truncated=len(kept) > rows, seconds=seconds)
        finally:
            self._metrics.warehouse_seconds.labels(status).observe(time.perf_counter() - start)

    async def events(self, directory_sql: str) -> tuple[Event, ...]:
        """Every event that `directory_sql` (of the semantic model, without parameters) lists."""
        async with self._transaction(EVENTS_ONLY) as connection:
            return tuple(event_of(row) for row in await connection.fetch(directory_sql))

    async def catalog(self) -> Mapping[str, Mapping[str, str]]:
        """The columns of schema public that our role may read: table → column → type."""
        async with self._transaction(EVENTS_ONLY) as connection:
            return catalog_of(await connection.fetch(_CATALOG_SQL))

    async def role_faults(self, model: SemanticModel) -> tuple[RoleFault, ...]:
        """What our role can do beyond what it needs, and what it lacks."""
        async with self._transaction(EVENTS_ONLY) as connection:
            return await role_faults(connection, model)

    async def survey(self) -> Survey:
        """What the database says of itself, for a draft of a semantic model."""
        async with self._transaction(EVENTS_ONLY) as connection:
            return await survey(connection)

    async def now(self) -> datetime:
        """The time by the database's clock, aware."""
        async with self._transaction(EVENTS_ONLY) as connection:
            moment = await connection.fetchval("SELECT pg_catalog.clock_timestamp()")
            assert isinstance(moment, datetime)
            return moment

    async def ping(self) -> None:
        """Return once the database has answered."""
        async with self._transaction(EVENTS_ONLY) as connection:
            await connection.fetchval("SELECT 1")

    @asynccontextmanager
    async def _transaction(self, visible: str) -> AsyncIterator[Connection]:
        """A READ ONLY transaction under our limits; `visible` is what row-level security shows.

        Whatever the server's own timeout does not see (fetching in steps, a network that swallows
        packets) ends at a deadline of ours; asyncpg then cancels the query on the server.
        """
        with span("database"), translated():
            async with (
                self._connection() as connection,
                asyncio.timeout(self._timeout + 1),
                connection.transaction(readonly=True),
            ):
                await connection.execute(self._limits(visible))
                yield connection

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        """A connection of the pool. Only the wait for it turns a TimeoutError into an outage."""
        try:
            connection = await self._pool.acquire(timeout=2 * CONNECT_SECONDS)
        except TimeoutError as error:
            full = self._pool.get_size() - self._pool.get_idle_size() >= self._pool.get_max_size()
            raise (DatabaseBusy if full else DatabaseDown) from error
        try:
            await _heard(connection)
            yield connection
        finally:
            await self._pool.release(connection, timeout=CONNECT_SECONDS)

    def _limits(self, visible: str) -> str:
        """SETs for one transaction: numbers and uuids of ours, so that they need no quoting.

        SET LOCAL and not set_config(), which a hardened role may not call. One question uses one
        core and little memory; compiling a plan (jit) costs more than it gives on such queries.
        The data fits in memory, so a random read has no disk's price.
        """
        milliseconds = max(1, int(self._timeout * 1000))
        return f"""
            SET LOCAL search_path = '';
            SET LOCAL statement_timeout = {milliseconds};
            SET LOCAL lock_timeout = {milliseconds};
            SET LOCAL idle_in_transaction_session_timeout = {milliseconds + 5_000};
            SET LOCAL work_mem = '32MB';
            SET LOCAL max_parallel_workers_per_gather = 0;
            SET LOCAL jit = off;
            SET LOCAL random_page_cost = 1.1;
            SET LOCAL game_stats.events = '{visible}';
        """


async def _heard(connection: Connection) -> None:
    """Return once the server answers what costs nothing: whatever takes long then is the query."""
    try:
        await connection.execute("SELECT", timeout=CONNECT_SECONDS)
    except TimeoutError as error:
        connection.terminate()
        raise DatabaseDown from error


def _listed(events: tuple[UUID, ...]) -> str:
    """`events` as row-level security reads them; UUID() makes sure that they are nothing else."""
    return ",".join(str(UUID(str(event))) for event in events)


async def _fetch(cursor: Cursor, most: int) -> tuple[tuple[object, ...], ...]:
    """At most `most` rows within BYTES_KEPT; PostgreSQL makes no more than are asked for."""
    kept: list[tuple[object, ...]] = []
    size = 0
    while len(kept) < most:
        wanted = min(_MORE_ROWS if kept else _FIRST_ROWS, most - len(kept))
        with decoded():
            batch = [tuple(record) for record in await cursor.fetch(wanted)]
        size += sum(map(size_of, batch))
        if size > BYTES_KEPT:
            raise TooCostly("The answer is too large to send. Ask for fewer rows or columns.")
        kept += batch
        if len(batch) < wanted:
            break
    return tuple(kept)


@asynccontextmanager
async def open_warehouse(
    url: str,
    *,
    timeout: float,  # noqa: ASYNC109 - of each query, not of this call
    max_cost: float,
    metrics: Metrics,
    connections: int = 8,
) -> AsyncIterator[Warehouse]:
    """A warehouse on the database at `url`, which need not be up yet.

    `timeout` is the seconds that one query may take, `max_cost` what the planner may expect of it.
    """
    pool = asyncpg.create_pool(
        url,
        connection_class=HardenedConnection,
        min_size=0,
        max_size=connections,
        timeout=CONNECT_SECONDS,
        # Each text runs about once; and a kept plan would fail after a change of the schema.
        statement_cache_size=0,
        # A rollback on a network that swallows packets ends too.
        command_timeout=timeout + 2,
        server_settings={"application_name": "game-stats-bot", "jit": "off"},
    )
    async with pool:
        yield Warehouse(pool, timeout, max_cost, metrics)
