"""Put a sample into an empty database: tables, rows by COPY, then keys, all in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random

import asyncpg

from bot.demo.sample.event import DELETED, DRAFT, Tournament, event_id, make_event
from bot.demo.sample.mistakes import record_mistakes
from bot.demo.sample.record import Pen, record
from bot.demo.sample.rows import COLUMNS, Rows
from bot.demo.sample.shared import Shared, made_at, make_shared
from bot.demo.sample.spec import SampleSpec
from bot.domain import Event

_HERE = Path(__file__).parent
_MARK = "Sample of Game Stats Bot: "


class SampleError(Exception):
    """The database cannot take the sample, because it holds tables that are not a sample's."""


async def load_sample(owner_url: str, spec: SampleSpec) -> tuple[Event, ...]:
    """Make the sample in the database at `owner_url` and give its events by number.

    A database that holds this very sample is left as it is; another sample is replaced. Raises
    SampleError if there is anything else, asyncpg's errors if the database fails.
    """
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            if not await _holds(connection, spec):
                await _fill(connection, spec)
            return await _events(connection, spec)
    finally:
        await connection.close()


async def _holds(connection: asyncpg.Connection, spec: SampleSpec) -> bool:
    """Whether the database holds this sample; an earlier one is emptied out."""
    comment = "SELECT obj_description('public'::regnamespace, 'pg_namespace')"
    mark = await connection.fetchval(comment) or ""
    if mark == _mark(spec):
        return True
    if mark.startswith(_MARK):
        await connection.execute(f"DROP TABLE IF EXISTS {', '.join(COLUMNS)}")
    if await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"):
        raise SampleError("The database is not empty and holds no sample. Name another database.")
    return False


async def _fill(connection: asyncpg.Connection, spec: SampleSpec) -> None:
    await connection.execute((_HERE / "schema.sql").read_text())
    for rows in make_rows(spec):
        for table, records in rows.in_order():
            await connection.copy_records_to_table(table, records=records, columns=COLUMNS[table])
    await connection.execute((_HERE / "keys.sql").read_text())
    await connection.execute(f"COMMENT ON SCHEMA public IS '{_mark(spec)}'; ANALYZE")


def _mark(spec: SampleSpec) -> str:
    """What a database with this sample bears: a digest of the spec and of what makes rows of it."""
    digest = hashlib.sha256(repr(spec).encode())
    for source in sorted((*_HERE.glob("*.py"), *_HERE.glob("*.sql"))):
        digest.update(source.read_bytes())
    return f"{_MARK}{digest.hexdigest()}"


def make_rows(spec: SampleSpec) -> Iterator[Rows]:
    """The shared rows, then those of one event after the other, so that memory stays small."""
    random = Random(f"{spec.seed}:shared")
    rows = Rows(random, made_at(datetime.combine(spec.today, time(), UTC)))
    shared = make_shared(random, rows)
    yield rows
    hidden = () if spec.only is not None else (DRAFT, DELETED)
    for number in (*spec.numbers, *hidden):
        yield event_rows(spec, make_event(spec, number, shared), shared)


def event_rows(spec: SampleSpec, event: Tournament, shared: Shared) -> Rows:
    """All rows of one event."""
    luck = f":{spec.luck}" if spec.luck else ""
    random = Random(f"{spec.seed}:rows:{event.number}{luck}")
    opened = datetime.combine(event.first, time(), UTC) - timedelta(days=60)
    rows = Rows(random, opened)
    pen = Pen(random, rows, shared, event)
    record(pen)
    record_mistakes(pen)
    return rows


async def _events(connection: asyncpg.Connection, spec: SampleSpec) -> tuple[Event, ...]:
    ids = [event_id(spec, number) for number in spec.numbers]
    found = await connection.fetch(
        "SELECT id, slug, name, status, start_date, end_date FROM events"
        " WHERE id = ANY($1) ORDER BY array_position($1, id)",
        ids,
    )
    return tuple(Event(*row.values()) for row in found)
