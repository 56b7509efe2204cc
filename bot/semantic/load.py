"""A semantic model from its YAML file, with every fault found before anything uses it.

`load` reads the file (bot.semantic.nodes), makes the tables one by one, and then checks what
needs them all: paths that end at the events, lookups and references that lead somewhere, no
cycle. The first fault is raised as one SemanticModelError, `file:line: what is wrong`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import MappingProxyType

from bot.semantic.errors import SemanticModelError
from bot.semantic.links import (
    check_clock,
    check_columns,
    check_linked,
    check_order,
    check_paths,
    check_root,
)
from bot.semantic.model import (
    NUMBERS,
    TYPES,
    Computed,
    Derived,
    FromSource,
    Lookup,
    Origin,
    Parent,
    Reach,
    Root,
    SemanticColumn,
    SemanticModel,
    SemanticTable,
    Stored,
    UsedBy,
)
from bot.semantic.nodes import Entry, read
from bot.semantic.questions import (
    checked_select,
    read_ambiguous,
    read_examples,
    read_terms,
    read_verified,
)
from bot.semantic.sql import SqlFaultError, plain, read_expression

_UNIT = 12
"""Characters of a unit at most; it stands in headers on a phone."""


def load(path: Path) -> SemanticModel:
    """The semantic model in `path`. Raises SemanticModelError on any fault."""
    try:
        content = path.read_bytes()
        text = content.decode()
    except OSError as error:
        raise SemanticModelError(path, 1, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SemanticModelError(path, 1, "is not UTF-8 text") from error
    top = read(path, text)
    root = top.text("root")
    section = top.entry("tables")
    if not section.has(root):
        raise top.fault(f"root is the unknown table {root!r}", "root")
    tables = _tables(section, root)
    model = SemanticModel(
        name=top.text("name"),
        root=root,
        tables=MappingProxyType(tables),
        verified=read_verified(top, tables),
        examples=read_examples(top, tables, "examples"),
        near=read_examples(top, tables, "near"),
        off_topic=top.texts("off_topic"),
        linked=top.texts("linked"),
        ambiguous=read_ambiguous(top),
        terms=read_terms(top),
        clock=top.text("clock", ""),
        fingerprint=hashlib.sha256(content).hexdigest()[:16],
        path=path,
    )
    top.done()
    check_root(model)
    check_linked(model, top.key_lines.get("linked", 1))
    check_clock(model, top.key_lines.get("clock", 1))
    check_paths(model)
    return check_order(check_columns(model))


def _tables(section: Entry, root: str) -> dict[str, SemanticTable]:
    names = [name for name, _ in section.each()]
    tables = {}
    for name, entry in section.each():
        if not plain(name):
            raise entry.fault(f"table name {name!r} is no plain lower-case identifier")
        if name == "own":
            raise entry.fault("'own' cannot be a table's name: the fences use it")
        tables[name] = _table(name, entry, root, names)
    return tables


def _table(name: str, entry: Entry, root: str, names: list[str]) -> SemanticTable:
    entry.what = f"table {name!r}"
    derived = entry.has("sql")
    if derived and name == root:
        raise entry.fault(f"{name!r} is the root and not derived")
    columns = tuple(
        _column(column, name, child, derived=derived)
        for column, child in entry.entry("columns").each()
    )
    if not columns:
        raise entry.fault(f"table {name!r} has no columns", "columns")
    recipe = _derived(entry, name, columns, names) if derived else _stored(entry, name, root)
    table = SemanticTable(
        name=name,
        description=entry.text("description", ""),
        columns=columns,
        key=entry.texts("key"),
        recipe=recipe,
        also=entry.texts("also"),
        line=entry.line,
    )
    entry.done()
    for key in table.key:
        if table.column(key) is None:
            raise entry.fault(f"key of {name!r} names the unknown column {key!r}", "key")
    return table


def _stored(entry: Entry, name: str, root: str) -> Stored:
    return Stored(
        source=entry.text("source"),
        reach=_reach(entry, name, root),
        soft_delete=entry.text("soft_delete", ""),
    )


def _reach(entry: Entry, name: str, root: str) -> Reach:
    parent, users = entry.text("parent", ""), entry.texts("used_by")
    if name == root:
        if parent or users:
            raise entry.fault(f"{name!r} is the root and needs no path")
        return Root()
    if bool(parent) == bool(users):
        raise entry.fault(f"table {name!r} needs a path to the event: parent or used_by")
    if parent:
        return Parent(parent)
    pairs = []
    for user in users:
        table, _, column = user.partition(".")
        pairs.append((table, column))
    return UsedBy(tuple(pairs))


def _derived(
    entry: Entry, name: str, columns: tuple[SemanticColumn, ...], names: list[str]
) -> Derived:
    sql = entry.text("sql").rstrip("; \n")
    select = checked_select(entry, sql, [other for other in names if other != name])
    declared = tuple(column.name for column in columns)
    if select.columns != declared:
        wrong = [f"{a or 'nothing'}/{b or 'unnamed'}" for a, b in _pairs(declared, select.columns)]
        raise entry.fault(
            f"columns of {name!r} and its SELECT differ (declared/selected): {', '.join(wrong)}",
            "sql",
        )
    return Derived(sql, select.tables)


def _pairs(left: tuple[str, ...], right: tuple[str, ...]) -> list[tuple[str, str]]:
    length = max(len(left), len(right))
    padded = [side + ("",) * (length - len(side)) for side in (left, right)]
    return [(a, b) for a, b in zip(*padded, strict=True) if a != b]


def _column(name: str, table: str, entry: Entry, *, derived: bool) -> SemanticColumn:
    entry.what = f"column {table}.{name}"
    if not plain(name):
        raise entry.fault(f"column name {name!r} is no plain lower-case identifier")
    origin = None if derived else _origin(name, entry)
    kind = entry.text("type", "" if isinstance(origin, Lookup) else None)
    if kind and kind not in TYPES:
        raise entry.fault(f"{entry.what} has the unknown type {kind!r}", "type")
    column = SemanticColumn(
        name=name,
        type=kind,
        description=entry.text("description", ""),
        samples=entry.texts("samples"),
        references=entry.text("references", ""),
        origin=origin,
        also=entry.texts("also"),
        unit=entry.text("unit", ""),
        line=entry.line,
    )
    entry.done()
    if column.unit and (kind not in NUMBERS or len(column.unit) > _UNIT):
        raise entry.fault(f"the unit of {entry.what} is for numbers, of {_UNIT} letters", "unit")
    return column


def _origin(name: str, entry: Entry) -> Origin:
    ways = [key for key in ("source", "expression", "lookup") if entry.has(key)]
    if len(ways) > 1:
        raise entry.fault(f"{entry.what} has both {ways[0]} and {ways[1]}", ways[1])
    if entry.has("expression"):
        try:
            return Computed(*read_expression(entry.text("expression")))
        except SqlFaultError as error:
            raise entry.fault(f"expression of {entry.what}: {error}", "expression") from error
    if entry.has("lookup"):
        through, _, column = entry.text("lookup").partition(".")
        return Lookup(through, column)
    return FromSource(entry.text("source", name))
