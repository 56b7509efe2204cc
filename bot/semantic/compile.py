"""Fences: a semantic table as SQL that holds the bound events' rows and nothing else.

A stored table reads its physical table joined along its path to `… = ANY($1::uuid[])`, where no
soft-deleted row counts, its own or one on the path. That cut ends with OFFSET 0, which PostgreSQL
never optimizes across, so expressions are computed on rows that are in the cut already. Lookups
join other fences by their bare names: they cannot show a row that the cut does not hold.
A derived table is its own SELECT over other fences.

A fence need not hold every column: it holds those that are asked for, joins the lookups that these
need, and asks the fences below for no more than it reads itself. Its rows are the same either way.

Physical tables are written `public.x`, for the session's search_path is empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from pglast import ast, parse_sql

from bot.semantic.links import DIRECTORY, needs, physical
from bot.semantic.model import (
    TYPES,
    Computed,
    Derived,
    Fence,
    FromSource,
    Lookup,
    Parent,
    Root,
    SemanticColumn,
    SemanticModel,
    SemanticTable,
    Stored,
    UsedBy,
)
from bot.semantic.sql import OWN, quoted
from bot.semantic.used import used_columns

BOUND = "ANY($1::uuid[])"

Columns = frozenset[str]
"""Names of the columns that a fence holds; it holds them in the model's order."""


class _Compiled:
    """A model as a key of the caches below: a mapping of tables has no hash, a fingerprint has."""

    def __init__(self, model: SemanticModel) -> None:
        self.model = model

    def __hash__(self) -> int:
        return hash(self.model.fingerprint)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Compiled) and self.model is other.model


def fences(
    model: SemanticModel, tables: Iterable[str], used: Mapping[str, Columns] | None = None
) -> tuple[Fence, ...]:
    """The fences of `tables` and of every table that they read, each after what it reads.

    `used` are the columns of each that have to be there, None for all of every one; at least one
    is there in any case. Raises KeyError for a table that the model does not list.
    """
    compiled = _Compiled(model)
    wanted: dict[str, set[str]] = {}
    asked = tuple(tables)
    for name in asked:
        every = (column.name for column in model.tables[name].columns)
        wanted.setdefault(name, set()).update(every if used is None else used[name])
    for name in reversed(_ordered(compiled, asked)):
        if name in wanted:  # by now all that read it have said what they want
            for other, columns in _reads(compiled, name, frozenset(wanted[name])).items():
                wanted.setdefault(other, set()).update(columns)
    return tuple(
        _fence(compiled, name, frozenset(wanted[name]))
        for name in _ordered(compiled, asked)
        if name in wanted
    )


@lru_cache(maxsize=512)
def _ordered(compiled: _Compiled, tables: tuple[str, ...]) -> tuple[str, ...]:
    """`tables` and all that they could read, each once and after what it reads."""
    found: dict[str, None] = {}

    def add(name: str) -> None:
        if name not in found:
            for other in needs(compiled.model.tables[name]):
                add(other)
            found[name] = None

    for name in tables:
        add(name)
    return tuple(found)


@lru_cache(maxsize=2048)
def _reads(compiled: _Compiled, name: str, columns: Columns) -> Mapping[str, Columns]:
    """The columns of other fences that the fence of a table reads to give `columns`."""
    table, found = compiled.model.tables[name], dict[str, Columns]()
    if isinstance(table.recipe, Derived):
        nodes = _nodes(parse_sql(table.recipe.sql)[0].stmt)
        return used_columns(nodes, compiled.model.tables)
    for column in _kept(table, columns):
        if isinstance(column.origin, Lookup):
            through = table.column(column.origin.through)
            assert through is not None
            target, _, key = through.references.partition(".")
            found[target] = found.get(target, frozenset()) | {key, column.origin.column}
    return found


@lru_cache(maxsize=2048)
def _fence(compiled: _Compiled, name: str, columns: Columns) -> Fence:
    table = compiled.model.tables[name]
    kept = _kept(table, columns)
    body = _body(compiled.model, table, kept)
    return Fence(name, body, tuple(_reads(compiled, name, columns)))


def _kept(table: SemanticTable, columns: Columns) -> tuple[SemanticColumn, ...]:
    """The columns of a fence in order; the first one, or the key's, where none is asked for."""
    found = columns or frozenset(table.key[:1] or (table.columns[0].name,))
    return tuple(column for column in table.columns if column.name in found)


def _nodes(root: Any) -> Iterator[Any]:
    """Every node of a tree."""
    waiting = [root]
    while waiting:
        part = waiting.pop()
        if isinstance(part, tuple):
            waiting.extend(part)
        elif isinstance(part, ast.Node):
            yield part
            waiting.extend(getattr(part, name) for name in part)


def directory_sql(model: SemanticModel) -> str:
    """SELECT id, slug, name, status, starts_at, ends_at of every event that may be bound.

    Deleted events and drafts are left out; there are no parameters.
    """
    table = model.tables[model.root]
    values = {column.name: _value(column) for column in table.columns if column.name in DIRECTORY}
    shown = ", ".join(f"{values[name]} AS {name}" for name in DIRECTORY)
    where = " AND ".join([*_alive(table, OWN), f"{values['status']} <> 'draft'"])
    read = f"FROM {source(table)} AS {OWN} WHERE {where}"
    return f"SELECT {shown} {read} ORDER BY starts_at, name"


def source(table: SemanticTable) -> str:
    """The physical table of a stored one, with its schema."""
    assert isinstance(table.recipe, Stored)
    return f"public.{quoted(table.recipe.source)}"


def key_column(table: SemanticTable) -> str:
    """The physical column of a stored table's one-column key."""
    found = physical(table, table.key[0])
    assert found is not None
    return found


def reads(columns: Iterable[SemanticColumn]) -> tuple[str, ...]:
    """The physical columns that a stored table's own columns need, each once."""
    found: list[str] = []
    for column in columns:
        if isinstance(column.origin, FromSource):
            found.append(column.origin.column)
        elif isinstance(column.origin, Computed):
            found.extend(column.origin.reads)
    return tuple(dict.fromkeys(found))


def grants(table: SemanticTable) -> tuple[str, ...]:
    """The physical columns that the fences of a stored table and its children read of it."""
    assert isinstance(table.recipe, Stored)
    extra = (table.recipe.soft_delete,) if table.recipe.soft_delete else ()
    return tuple(dict.fromkeys((*reads(table.columns), *extra)))


def _body(model: SemanticModel, table: SemanticTable, columns: tuple[SemanticColumn, ...]) -> str:
    if isinstance(table.recipe, Derived):
        if columns == table.columns:
            return table.recipe.sql
        shown = ", ".join(f"{OWN}.{column.name}" for column in columns)
        return f"SELECT {shown}\nFROM (\n{table.recipe.sql}\n) AS {OWN}"
    ways: dict[str, str] = {}  # the column looked up through -> alias of the fence joined
    for column in columns:
        if isinstance(column.origin, Lookup):
            ways.setdefault(column.origin.through, f"looked_{len(ways) + 1}")
    joined = [column for column in table.columns if column.name in ways]
    cut = ", ".join(f"{OWN}.{quoted(column)}" for column in reads((*columns, *joined)))
    lines = [f"FROM (\nSELECT {cut}\n{_cut(model, table, OWN)}\nOFFSET 0\n) AS {OWN}"]
    for way, alias in ways.items():
        through = table.column(way)
        assert through is not None
        target, _, key = through.references.partition(".")
        lines.append(f"LEFT JOIN {target} AS {alias} ON {alias}.{key} = {_value(through)}")
    shown = ", ".join(
        f"{ways[column.origin.through]}.{column.origin.column} AS {column.name}"
        if isinstance(column.origin, Lookup)
        else f"{_value(column)} AS {column.name}"
        for column in columns
    )
    return "\n".join((f"SELECT {shown}", *lines))


def _value(column: SemanticColumn) -> str:
    """A column's own value, of exactly the declared type where the physical one may be a kin."""
    if isinstance(column.origin, Computed):
        return f"({column.origin.sql})::{column.type}"
    assert isinstance(column.origin, FromSource)
    value = f"{OWN}.{quoted(column.origin.column)}"
    return f"{value}::{column.type}" if len(TYPES[column.type]) > 1 else value


def _alive(table: SemanticTable, alias: str) -> list[str]:
    assert isinstance(table.recipe, Stored)
    deleted = table.recipe.soft_delete
    return [f"{alias}.{quoted(deleted)} IS NULL"] if deleted else []


def _cut(model: SemanticModel, table: SemanticTable, alias: str) -> str:
    """FROM and WHERE that leave the rows of `table` that belong to the bound events."""
    tables = [f"{source(table)} AS {alias}"]
    conditions = _alive(table, alias)
    at, name = table, alias
    while True:
        recipe = at.recipe
        assert isinstance(recipe, Stored)
        if isinstance(recipe.reach, Root):
            conditions.append(f"{name}.{quoted(key_column(at))} = {BOUND}")
            break
        if isinstance(recipe.reach, UsedBy):
            conditions.append(_used(model, at, name, recipe.reach))
            break
        at, name, join = _up(model, at, name, recipe.reach)
        tables.append(join)
        conditions += _alive(at, name)
    return f"FROM {' '.join(tables)}\nWHERE {' AND '.join(conditions)}"


def _up(
    model: SemanticModel, table: SemanticTable, alias: str, reach: Parent
) -> tuple[SemanticTable, str, str]:
    column = table.column(reach.column)
    way = physical(table, reach.column)
    assert column is not None
    assert way is not None
    parent = model.tables[column.references.partition(".")[0]]
    name = f"{alias}_up"
    on = f"{name}.{quoted(key_column(parent))} = {alias}.{quoted(way)}"
    return parent, name, f"JOIN {source(parent)} AS {name} ON {on}"


def _used(model: SemanticModel, table: SemanticTable, alias: str, reach: UsedBy) -> str:
    """The row is one that a row of the bound events refers to."""
    users = []
    for user_name, column in reach.users:
        user = model.tables[user_name]
        way = physical(user, column)
        assert way is not None
        name = f"{alias}_user"
        users.append(f"SELECT {name}.{quoted(way)} {_cut(model, user, name)}")
    return f"{alias}.{quoted(key_column(table))} IN ({' UNION '.join(users)})"
