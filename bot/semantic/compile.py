"""Fences: a semantic table as SQL that holds the bound events' rows and nothing else.

A stored table reads its physical table joined along its path to `… = ANY($1::uuid[])`, where no
soft-deleted row counts, its own or one on the path. That cut ends with OFFSET 0, which PostgreSQL
never optimizes across, so expressions are computed on rows that are in the cut already. Lookups
join other fences by their bare names: they cannot show a row that the cut does not hold.
A derived table is its own SELECT over other fences.

Physical tables are written `public.x`, for the session's search_path is empty.
"""

from __future__ import annotations

from collections.abc import Iterable

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

BOUND = "ANY($1::uuid[])"


def fences(model: SemanticModel, tables: Iterable[str]) -> tuple[Fence, ...]:
    """The fences of `tables` and of every table that they read, each after what it reads.

    Raises KeyError for a table that the model does not list.
    """
    made: dict[str, Fence] = {}

    def add(name: str) -> None:
        if name in made:
            return
        table = model.tables[name]
        wanted = needs(table)
        for other in wanted:
            add(other)
        made[name] = Fence(name, _body(model, table), wanted)

    for name in tables:
        add(name)
    return tuple(made.values())


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


def reads(table: SemanticTable) -> tuple[str, ...]:
    """The physical columns that a stored table's own columns need, each once."""
    found: list[str] = []
    for column in table.columns:
        if isinstance(column.origin, FromSource):
            found.append(column.origin.column)
        elif isinstance(column.origin, Computed):
            found.extend(column.origin.reads)
    return tuple(dict.fromkeys(found))


def grants(table: SemanticTable) -> tuple[str, ...]:
    """The physical columns that the fences of a stored table and its children read of it."""
    assert isinstance(table.recipe, Stored)
    extra = (table.recipe.soft_delete,) if table.recipe.soft_delete else ()
    return tuple(dict.fromkeys((*reads(table), *extra)))


def _body(model: SemanticModel, table: SemanticTable) -> str:
    if isinstance(table.recipe, Derived):
        return table.recipe.sql
    cut = ", ".join(f"{OWN}.{quoted(column)}" for column in reads(table))
    inner = f"SELECT {cut}\n{_cut(model, table, OWN)}\nOFFSET 0"
    joins: dict[str, str] = {}  # the column looked up through -> alias of the fence joined
    shown = []
    for column in table.columns:
        if isinstance(column.origin, Lookup):
            alias = joins.setdefault(column.origin.through, f"looked_{len(joins) + 1}")
            shown.append(f"{alias}.{column.origin.column} AS {column.name}")
        else:
            shown.append(f"{_value(column)} AS {column.name}")
    lines = [f"SELECT {', '.join(shown)}", f"FROM (\n{inner}\n) AS {OWN}"]
    for way, alias in joins.items():
        through = table.column(way)
        assert through is not None
        target, _, key = through.references.partition(".")
        lines.append(f"LEFT JOIN {target} AS {alias} ON {alias}.{key} = {_value(through)}")
    return "\n".join(lines)


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
