"""From what asyncpg returns to domain values: kinds of columns, rows within a limit of bytes.

Values stay as PostgreSQL gave them: numeric is Decimal, timestamptz an aware datetime, uuid UUID,
arrays lists, json and jsonb their text (so that no number in it loses a digit). Infinite times come
as Python's least or greatest, without a zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time

import asyncpg

from bot.domain import Column, ColumnKind, Event

_KINDS = {
    # PostgreSQL's type names (pg_type.typname); whatever is not listed is OTHER.
    ColumnKind.TEXT: ("text", "varchar", "bpchar", "char", "name", "citext"),
    ColumnKind.NUMBER: ("int2", "int4", "int8", "float4", "float8", "numeric"),
    ColumnKind.BOOLEAN: ("bool",),
    ColumnKind.DATE: ("date",),
    ColumnKind.DATETIME: ("timestamp", "timestamptz"),
    ColumnKind.UUID: ("uuid",),
}
_KIND_OF = {name: kind for kind, names in _KINDS.items() for name in names}

_VALUE_BYTES = 16  # what a number or a date is counted as


def columns_of(attributes: Sequence[asyncpg.Attribute]) -> tuple[Column, ...]:
    """Name and kind of each result column, in order; names may repeat."""
    return tuple(
        Column(attribute.name, _KIND_OF.get(attribute.type.name, ColumnKind.OTHER))
        for attribute in attributes
    )


def size_of(value: object) -> int:
    """Roughly the bytes that `value` holds; enough to stop a result before it fills the memory."""
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, list | tuple | asyncpg.Record):
        return sum(size_of(part) for part in value)
    return _VALUE_BYTES


def event_of(row: asyncpg.Record) -> Event:
    """An event from a row of the directory: id, slug, name, status, starts_at, ends_at."""
    return Event(
        id=row["id"],
        slug=row["slug"],
        name=row["name"],
        status=row["status"],
        starts_at=_aware(row["starts_at"]),
        ends_at=_aware(row["ends_at"]),
    )


def _aware(moment: date | datetime) -> datetime:
    """`moment` as an aware time; one without a zone is taken as UTC, a date as its midnight."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def catalog_of(rows: Iterable[asyncpg.Record]) -> dict[str, dict[str, str]]:
    """Table → column → type from rows of (table, column, type)."""
    catalog: dict[str, dict[str, str]] = {}
    for table, column, type_name in rows:
        catalog.setdefault(table, {})[column] = type_name
    return catalog
