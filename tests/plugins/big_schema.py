"""A semantic model of 200 tables with its database: too big for any small prompt.

`big_schema(seed)` gives the YAML of the model and the SQL that makes and fills the tables. Same
seed, same texts. Names and descriptions are in big_schema.txt, one table a line: topic and name,
the table it belongs to, what a row is. Columns are drawn.
"""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from pathlib import Path

import yaml

_LINES = Path(__file__).with_name("big_schema.txt").read_text(encoding="utf-8").splitlines()
_EVENTS = (uuid.UUID(int=1), uuid.UUID(int=2))
_ROWS = 6
"""Rows of each table for each event."""

_COLUMNS = (
    ("status", "text", "planned, open or done"),
    ("amount", "numeric", "in euros"),
    ("quantity", "integer", "how many"),
    ("starts_at", "timestamptz", "when it begins"),
    ("ends_at", "timestamptz", "when it is over"),
    ("place", "text", "where"),
    ("remark", "text", "anything worth knowing"),
    ("is_confirmed", "boolean", "whether somebody has agreed"),
    ("rating", "integer", "1 to 5"),
    ("duration_minutes", "integer", "how long it takes"),
    ("priority", "integer", "1 is most urgent"),
    ("language", "text", "two letters"),
)
_TEXTS = {"status": ("planned", "open", "done"), "place": ("north", "south"), "language": ("en",)}


@dataclass(frozen=True)
class BigSchema:
    """`model` is YAML, `ddl` makes and fills the database, `events` are its two events."""

    model: str
    ddl: str
    events: tuple[uuid.UUID, ...]
    tables: tuple[str, ...]


@dataclass(frozen=True)
class _Table:
    name: str
    parent: str
    description: str
    columns: tuple[tuple[str, str, str], ...]


def big_schema(seed: int = 1) -> BigSchema:
    """The schema for a seed."""
    drawn = random.Random(seed)
    tables = [_table(line, drawn) for line in _LINES]
    names = ("events", *(each.name for each in tables))
    ddl = "\n".join([_root(), *(_made(each, drawn) for each in tables)])
    return BigSchema(_yaml(tables), ddl, _EVENTS, names)


def _table(line: str, drawn: random.Random) -> _Table:
    name, parent, description = line.split(" ", 2)
    columns = drawn.sample(_COLUMNS, drawn.randint(3, 6))
    return _Table(name.partition(".")[2], parent, description, tuple(columns))


def _key(parent: str) -> str:
    return "event_id" if parent == "events" else f"{parent}_id"


def _yaml(tables: list[_Table]) -> str:
    uuids = {"type": "uuid"}
    root = {
        "source": "events",
        "description": "the tournament",
        "key": ["id"],
        "columns": {
            "id": uuids,
            **{name: {"type": "text"} for name in ("slug", "name", "status")},
            "starts_at": {"type": "timestamptz"},
            "ends_at": {"type": "timestamptz"},
        },
    }
    made: dict[str, object] = {"events": root}
    for table in tables:
        key = _key(table.parent)
        made[table.name] = {
            "source": table.name,
            "description": table.description,
            "parent": key,
            "key": ["id"],
            "columns": {
                "id": uuids,
                "name": {"type": "text"},
                key: {"type": "uuid", "references": f"{table.parent}.id"},
                **{n: {"type": kind, "description": said} for n, kind, said in table.columns},
            },
        }
    whole = {
        "name": "big",
        "root": "events",
        "linked": ["hotels.name"],
        "tables": made,
        "examples": [
            {"question": "How many squads are there?", "sql": "SELECT count(*) FROM squads"}
        ],
        "verified": [
            {"question": "Which hotels are there?", "sql": "SELECT name FROM hotels ORDER BY name"}
        ],
    }
    return yaml.safe_dump(whole, sort_keys=False, allow_unicode=True)


def _root() -> str:
    rows = ", ".join(
        f"('{event}', 'event-{n}', 'Event {n}', 'in_progress', '2026-07-04', '2026-07-06')"
        for n, event in enumerate(_EVENTS, 1)
    )
    return (
        "CREATE TABLE events (id uuid PRIMARY KEY, slug text, name text, status text,"
        f" starts_at timestamptz, ends_at timestamptz);\nINSERT INTO events VALUES {rows};"
    )


def _made(table: _Table, drawn: random.Random) -> str:
    columns = ", ".join(f"{name} {kind}" for name, kind, _ in table.columns)
    key = _key(table.parent)
    rows = []
    for place, event in enumerate(_EVENTS):
        for row in range(_ROWS):
            parent = event if table.parent == "events" else _id(table.parent, place, row)
            values = ", ".join(_value(name, kind, drawn) for name, kind, _ in table.columns)
            own = _id(table.name, place, row)
            rows.append(f"('{own}', '{table.name} {row + 1}', '{parent}', {values})")
    return (
        f"CREATE TABLE {table.name} (id uuid PRIMARY KEY, name text,"
        f" {key} uuid REFERENCES {table.parent}, {columns});\n"
        f"INSERT INTO {table.name} VALUES {', '.join(rows)};"
    )


def _id(table: str, event: int, row: int) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{table} {event} {row}")


def _value(name: str, kind: str, drawn: random.Random) -> str:
    if kind == "text":
        return f"'{drawn.choice(_TEXTS.get(name, ('a', 'b', 'c')))}'"
    if kind == "boolean":
        return drawn.choice(("true", "false"))
    if kind == "timestamptz":
        return f"'2026-07-0{drawn.randint(4, 6)} {drawn.randint(8, 20):02}:00+00'"
    return str(drawn.randint(1, 100))
