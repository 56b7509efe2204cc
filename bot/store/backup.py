"""What people made, as one file: bindings, digests and whatever else is in PARTS.

    {"format": 1, "revision": "0001", "made_at": "…", "checksum": "…", "tables": {"bindings": […]}}

`revision` is that of the migrations when the file was made; a newer one than ours is refused, an
older one is taken in, its missing columns getting their defaults. Rows that are there already are
left alone unless told otherwise, so that an old file loses nothing. The audit is not part of it.

    BackupError     the file cannot be read, or is not one of ours: the text says which and why
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg

from bot.store.database import Connection, Database
from bot.store.migrate import revisions

FORMAT = 1

Rows = list[dict[str, Any]]


class BackupError(Exception):
    """A file that cannot be taken in; the text is for people."""


@dataclass(frozen=True, slots=True)
class Part:
    """A table of schema bot, and its primary key."""

    table: str
    key: tuple[str, ...]


PARTS = (
    Part("bindings", ("team", "channel")),
    Part("digests", ("team", "channel")),
    Part("live", ("team", "channel")),
    Part("channel_languages", ("team", "channel")),
    Part("language_models", ("single",)),
    Part("verified", ("id",)),
    Part("rules", ("team", "kind", "subject")),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of one table of a file: rows added, changed, left as they are, and the same."""

    table: str
    added: int
    changed: int
    kept: int
    same: int


async def export(database: Database) -> dict[str, Any]:
    """Everything that people made, of one moment. Raises StoreError."""
    tables: dict[str, Rows] = {}
    async with (
        database.connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        for part in PARTS:
            rows = await connection.fetch(
                f"SELECT to_jsonb(t) AS row FROM bot.{part.table} AS t"  # noqa: S608 - our names
                f" ORDER BY {', '.join(part.key)}"
            )
            tables[part.table] = [json.loads(row["row"]) for row in rows]
    return {
        "format": FORMAT,
        "revision": revisions()[-1],
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "checksum": _checksum(tables),
        "tables": tables,
    }


async def take_in(
    database: Database, text: str, *, overwrite: bool = False, dry_run: bool = False
) -> tuple[Taken, ...]:
    """Put a file's rows into the database, all of them or none.

    `overwrite` lets the file win where a row differs; `dry_run` only says what would be done.

    Raises:
        BackupError: the file is not one of ours, is damaged, or is from a newer bot.
        StoreError: the database is down.
    """
    tables = _read(text)
    async with database.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            taken = tuple(
                [
                    await _take(connection, part, tables[part.table], overwrite=overwrite)
                    for part in PARTS
                    if part.table in tables
                ]
            )
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
            await transaction.rollback()
            raise BackupError(f"A row of the file does not fit its table: {error}.") from None
        except BaseException:
            await transaction.rollback()
            raise
        await (transaction.rollback() if dry_run else transaction.commit())
    return taken


def _read(text: str) -> dict[str, Rows]:
    """The tables of a file. Raises BackupError."""
    try:
        said = json.loads(text)
    except ValueError as error:
        raise BackupError(f"The file is not JSON: {error}.") from None
    if not isinstance(said, dict) or not isinstance(said.get("tables"), dict):
        raise BackupError("The file is not an export of this bot.")
    if said.get("format") != FORMAT or said.get("revision") not in revisions():
        raise BackupError(
            f"The file is from another version (format {said.get('format')}, tables"
            f" {said.get('revision')}); this one knows format {FORMAT} and tables up to"
            f" {revisions()[-1]}. Update the bot first."
        )
    tables: dict[str, Rows] = said["tables"]
    if said.get("checksum") != _checksum(tables):
        raise BackupError("The file is damaged: its checksum is not that of its rows.")
    _check_shape(tables)
    return tables


def _check_shape(tables: Mapping[str, Any]) -> None:
    keys = {part.table: set(part.key) for part in PARTS}
    for name, rows in tables.items():
        if name not in keys:
            raise BackupError(f"The file has a table {name!r} that this bot does not know.")
        if not isinstance(rows, list) or not all(
            isinstance(row, dict) and keys[name] <= set(row) for row in rows
        ):
            raise BackupError(f"The rows of {name} are not rows with their keys.")


async def _take(connection: Connection, part: Part, rows: Rows, *, overwrite: bool) -> Taken:
    # Nobody else may write between our look and our write.
    await connection.execute(f"LOCK TABLE bot.{part.table} IN SHARE ROW EXCLUSIVE MODE")
    added = changed = kept = same = 0
    for row in rows:
        found = await _stored(connection, part, row)
        if found is None:
            await _insert(connection, part, row)
            added += 1
        elif all(found.get(name) == value for name, value in row.items()):
            same += 1
        elif overwrite:
            await _update(connection, part, row)
            changed += 1
        else:
            kept += 1
    return Taken(part.table, added, changed, kept, same)


async def _stored(connection: Connection, part: Part, row: dict[str, Any]) -> dict[str, Any] | None:
    matched = " AND ".join(f"t.{name} = r.{name}" for name in part.key)
    found = await connection.fetchval(
        f"SELECT to_jsonb(t) FROM bot.{part.table} AS t,"  # noqa: S608 - our names
        f" jsonb_populate_record(NULL::bot.{part.table}, $1::jsonb) AS r WHERE {matched}",
        json.dumps(row),
    )
    return None if found is None else dict(json.loads(found))


async def _insert(connection: Connection, part: Part, row: dict[str, Any]) -> None:
    names = await _columns(connection, part, row)
    # Only columns that the file has: the others get their defaults.
    await connection.execute(
        f"INSERT INTO bot.{part.table} ({names}) SELECT {names}"  # noqa: S608 - checked names
        f" FROM jsonb_populate_record(NULL::bot.{part.table}, $1::jsonb)",
        json.dumps(row),
    )


async def _update(connection: Connection, part: Part, row: dict[str, Any]) -> None:
    names = await _columns(connection, part, row)
    matched = " AND ".join(f"t.{name} = r.{name}" for name in part.key)
    given = ", ".join(f'r."{name}"' for name in row)
    await connection.execute(
        f"UPDATE bot.{part.table} AS t SET ({names}) = ROW({given})"  # noqa: S608 - checked names
        f" FROM jsonb_populate_record(NULL::bot.{part.table}, $1::jsonb) AS r WHERE {matched}",
        json.dumps(row),
    )


async def _columns(connection: Connection, part: Part, row: dict[str, Any]) -> str:
    """The row's columns, each one of the table's own. Raises BackupError for any other."""
    found = await connection.fetch(
        "SELECT attname FROM pg_attribute"
        " WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped",
        f"bot.{part.table}",
    )
    unknown = set(row) - {each["attname"] for each in found}
    if unknown:
        raise BackupError(f"{part.table} has no column {', '.join(sorted(unknown))}.")
    return ", ".join(f'"{name}"' for name in row)


def _checksum(tables: Mapping[str, Any]) -> str:
    """SHA-256 of the rows in one fixed spelling."""
    spelt = json.dumps(tables, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(spelt.encode()).hexdigest()
