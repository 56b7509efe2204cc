"""One table's columns as lines of YAML: listed ones, and those left out with the reason."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.semantic.draft.names import friendly
from bot.semantic.draft.survey import ColumnSeen, TableSeen
from bot.semantic.draft.suspicion import suspicion
from bot.semantic.model import TYPES
from bot.semantic.sql import quoted

_AS_THEY_ARE = {
    physical: kind
    for kind in ("numeric", "bigint", "integer", *TYPES)
    for physical in TYPES[kind]
    if kind not in ("jsonb", "numeric", "bigint")
} | {"bigint": "bigint", "numeric": "numeric"}
"""The type of a physical one that needs no expression."""

_BY_EXPRESSION = {
    "timestamp without time zone": ("timestamptz", "{} AT TIME ZONE 'UTC'"),
    "time without time zone": ("text", "{}::text"),
    "interval": ("double precision", "extract(epoch FROM {})::double precision"),
    "money": ("numeric", "{}::numeric"),
    "name": ("text", "{}::text"),
}

_DELETED = frozenset({"deleted_at", "deletedat", "deleted_on", "removed_at", "date_deleted"})
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*( [A-Za-z0-9_]+)*")


@dataclass(slots=True)
class Columns:
    """What is made of a table's columns. `names` are the friendly ones by the physical."""

    lines: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    soft_delete: str = ""


def columns_of(
    table: TableSeen, targets: Mapping[str, str], needed: frozenset[str], *, root: bool
) -> Columns:
    """The columns of `table`; `targets` gives `table.key` for each that refers to a listed table.

    `needed` are taken whatever they look like, for paths and references go over them.
    """
    found = Columns()
    _name(table, targets, found, _misfits(table) if root else frozenset())
    for column in table.columns:
        if _deletes(column) and not found.soft_delete:
            found.soft_delete = column.name
            continue
        name = found.names[column.name]
        why = "" if column.name in needed else suspicion(column)
        kind, expression = _read(column)
        if why or not kind:
            why = why or f"a semantic model has no type for {column.type}"
            found.left_out.append(f"# {name}: {why}")
            continue
        found.types[name] = kind
        keys = {"type": kind}
        if expression:
            keys["expression"] = expression
        elif column.name != name:
            keys["source"] = column.name
        if column.name in targets:
            keys["references"] = targets[column.name]
        if column.comment:
            keys["description"] = " ".join(column.comment.split())
        said = ", ".join(f"{key}: {text(value)}" for key, value in keys.items())
        if column.few and not root:
            said += f", samples: [{', '.join(text(value) for value in column.few)}]"
        found.lines.append(f"{name}: {{{said}}}")
    return found


def text(value: str) -> str:
    """A text as YAML reads it inside { } and [ ]."""
    return value if _WORD.fullmatch(value) else json.dumps(value, ensure_ascii=False)


_OF_EVENTS = {
    "name": frozenset({"text"}),
    "slug": frozenset({"text"}),
    "status": frozenset({"text"}),
    "starts_at": frozenset({"timestamptz", "date"}),
    "ends_at": frozenset({"timestamptz", "date"}),
}
"""The root's columns of these names are what the list of tenants is made of."""


def _misfits(table: TableSeen) -> frozenset[str]:
    """Names that a column of the root has, though it is nothing for the list of tenants."""
    return frozenset(
        friendly(column.name)
        for column in table.columns
        if (kinds := _OF_EVENTS.get(friendly(column.name)))
        and (_read(column)[0] not in kinds or (column.nullable and friendly(column.name) != "name"))
    )


def _name(
    table: TableSeen, targets: Mapping[str, str], found: Columns, reserved: frozenset[str]
) -> None:
    if len(table.key) == 1:
        found.names[table.key[0]] = "id"
    for column in table.columns:
        if column.name in found.names:
            continue
        name = column.name
        if column.name in targets and not friendly(name).endswith("_id"):
            name = f"{name}_id"
        found.names[column.name] = friendly(name, {*found.names.values(), *reserved})


def _deletes(column: ColumnSeen) -> bool:
    moment = column.type.startswith(("timestamp", "date"))
    return moment and column.nullable and friendly(column.name) in _DELETED


def _read(column: ColumnSeen) -> tuple[str, str]:
    """The type of a column in the model, and the expression that makes it of the physical one."""
    if column.type in _AS_THEY_ARE:
        return _AS_THEY_ARE[column.type], ""
    if column.type in _BY_EXPRESSION:
        kind, expression = _BY_EXPRESSION[column.type]
        return kind, expression.format(quoted(column.name))
    if column.kind in ("e", "d"):  # an enum or a domain
        return "text", f"{quoted(column.name)}::text"
    return "", ""
