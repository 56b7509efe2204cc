"""The sample twice: as the bot sees it on PostgreSQL, and the same rows in DuckDB.

`fill` copies every semantic table through its fence into a DuckDB table of the same name, and
`duckdb_rows` runs a statement there as it stands. Values of both sides become comparable with
`plain`: aware times in UTC without their zone, decimals and floats alike, JSON as what it holds.
"""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import duckdb

from bot.domain import Dialect, GuardedQuery
from bot.guard import guard
from bot.semantic import SemanticModel

TYPES = {"numeric": "DECIMAL(18, 3)", "jsonb": "JSON"}
"""Types of the semantic model that DuckDB calls otherwise."""


async def fill(
    twin: duckdb.DuckDBPyConnection,
    url: str,
    model: SemanticModel,
    events: tuple[UUID, ...],
    folder: Path,
) -> None:
    """Make every table of `model` in `twin`, with the rows that the fences show of `events`."""
    twin.execute("SET TimeZone = 'UTC'")
    # What the translation says with NULLIF; DuckDB's own default has changed between versions.
    twin.execute("SET error_on_division_by_zero = false")
    twin.execute("SET ieee_floating_point_ops = false")
    connection = await asyncpg.connect(url)
    try:
        for table in model.tables.values():
            query = guard(f"SELECT * FROM {table.name}", Dialect.POSTGRES, model, events)
            assert isinstance(query, GuardedQuery)
            path = folder / f"{table.name}.csv"
            await connection.copy_from_query(
                query.sql, list(events), output=str(path), format="csv", null="\\N"
            )
            columns = ", ".join(f"{c.name} {TYPES.get(c.type, c.type)}" for c in table.columns)
            twin.execute(f"CREATE TABLE {table.name} ({columns})")
            twin.execute(
                f"COPY {table.name} FROM '{path}' (FORMAT csv, HEADER false, NULLSTR '\\N')"
            )
    finally:
        await connection.close()


def duckdb_rows(
    twin: duckdb.DuckDBPyConnection, sql: str
) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """The names and rows that DuckDB itself gives for `sql`."""
    described = twin.execute(f"DESCRIBE {sql}").fetchall()
    names = tuple(row[0] for row in described)
    shown = [
        f"timezone('UTC', c{n})" if row[1] == "TIMESTAMP WITH TIME ZONE" else f"c{n}"
        for n, row in enumerate(described)
    ]
    columns = ", ".join(f"c{n}" for n in range(len(described)))
    text = sql.rstrip("; \n")
    wrapped = f"SELECT {', '.join(shown)} FROM ({text}) AS answer({columns})"
    return names, twin.execute(wrapped).fetchall()


def plain(value: Any) -> Any:
    """A value of either side in one form; see the module."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        with contextlib.suppress(ValueError):
            value = json.loads(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    form = next((form for types, form in FORMS if isinstance(value, types)), None)
    return form(value) if form else value


def _in_utc(value: datetime) -> datetime:
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value


FORMS: list[tuple[Any, Callable[[Any], Any]]] = [
    (bool, bool),
    (int | float | Decimal, float),
    (datetime, _in_utc),
    (date, lambda value: datetime.combine(value, time())),
    (UUID, str),
]
"""The one form of a type; the first that fits, since a bool is an int and a datetime a date."""


def same(left: Any, right: Any) -> bool:
    """Whether two plain values are one: floats within a millionth, as a FLOAT is."""
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-6, abs_tol=1e-9)
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return left == right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[n], right[n]) for n in left)
    return type(left) is type(right) and bool(left == right)


def sort_key(row: Sequence[Any]) -> str:
    """A key under which equal rows of both sides meet."""
    return repr([round(value, 6) if isinstance(value, float) else value for value in row])
