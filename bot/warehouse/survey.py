"""What a database says of itself, read for `bot.semantic.draft`: catalog look-ups and a few values.

Only what the role may read of schema public. Values are looked at, a thousand rows of a table, to
tell what is personal and what repeats; the draft writes down only the latter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import asyncpg

from bot.semantic.draft import ColumnSeen, ForeignKey, Survey, TableSeen
from bot.semantic.sql import quoted

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy
Row = Mapping[str, Any] | asyncpg.Record

_ROWS = 1000
_FEW, _LONG, _SHOWN = 8, 40, 50

_COLUMNS = """
    SELECT c.relname AS table, a.attname AS name, a.attnotnull AS firm, t.typtype::text AS kind,
           pg_catalog.format_type(a.atttypid, NULL) AS type,
           coalesce(pg_catalog.col_description(c.oid, a.attnum), '') AS comment,
           coalesce(pg_catalog.obj_description(c.oid, 'pg_class'), '') AS about,
           greatest(c.reltuples, 0)::bigint AS rows
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
      AND NOT a.attisdropped
    JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT')
    ORDER BY c.relname, a.attnum
"""

_KEYS = """
    SELECT c.relname AS table, k.contype::text AS kind, f.relname AS target,
           ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u(number, place)
                 JOIN pg_catalog.pg_attribute AS a
                   ON a.attrelid = c.oid AND a.attnum = u.number ORDER BY place) AS columns,
           k.confkey = (SELECT p.conkey FROM pg_catalog.pg_constraint AS p
                        WHERE p.conrelid = k.confrelid AND p.contype = 'p') AS to_key
    FROM pg_catalog.pg_constraint AS k
    JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_class AS f ON f.oid = k.confrelid
    WHERE n.nspname = 'public' AND k.contype IN ('p', 'f')
    ORDER BY c.relname, k.conname
"""


async def survey(connection: Connection) -> Survey:
    """Every table that the role may read something of. Raises asyncpg's errors."""
    columns = await connection.fetch(_COLUMNS)
    keys = await connection.fetch(_KEYS)
    tables: dict[str, TableSeen] = {}
    for name in dict.fromkeys(row["table"] for row in columns):
        table = _table(name, [row for row in columns if row["table"] == name], keys)
        tables[name] = await _with_values(connection, table)
    return tables


def _table(name: str, columns: list[Row], keys: Iterable[Row]) -> TableSeen:
    own = [row for row in keys if row["table"] == name]
    primary: list[str] = next((row["columns"] for row in own if row["kind"] == "p"), [])
    seen = tuple(
        ColumnSeen(
            row["name"], row["type"], row["kind"], nullable=not row["firm"], comment=row["comment"]
        )
        for row in columns
    )
    there = {column.name for column in seen}
    return TableSeen(
        name=name,
        columns=seen,
        key=tuple(primary) if there.issuperset(primary) else (),
        foreign_keys=tuple(
            ForeignKey(row["columns"][0], row["target"])
            for row in own
            if row["kind"] == "f" and row["to_key"] and len(row["columns"]) == 1
        ),
        comment=columns[0]["about"],
        rows=columns[0]["rows"],
    )


async def _with_values(connection: Connection, table: TableSeen) -> TableSeen:
    listed = ", ".join(f"left({quoted(column.name)}::text, 200)" for column in table.columns)
    rows = await connection.fetch(
        f"SELECT {listed} FROM public.{quoted(table.name)} LIMIT {_ROWS}"  # noqa: S608  names of the catalog, quoted
    )
    columns = []
    for place, column in enumerate(table.columns):
        values = [row[place] for row in rows if row[place] is not None]
        few = () if column.name in _referring(table) else _few(column, values)
        columns.append(replace(column, values=tuple(values[:_SHOWN]), few=few))
    return replace(table, columns=tuple(columns))


def _referring(table: TableSeen) -> set[str]:
    return {*table.key, *(key.column for key in table.foreign_keys)}


def _few(column: ColumnSeen, values: list[str]) -> tuple[str, ...]:
    """All values of a text column, if they are few, short and come again and again."""
    if column.type not in {"text", "character varying", "character"} and column.kind != "e":
        return ()
    found = sorted(set(values))
    short = all(0 < len(value) <= _LONG for value in found)
    repeat = len(values) >= 3 * len(found)
    return tuple(found) if found and short and repeat and len(found) <= _FEW else ()
