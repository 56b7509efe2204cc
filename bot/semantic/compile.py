"""A semantic table as SQL that holds the bound events' rows and nothing else.

A stored table reads its physical table joined along its path to `… = ANY($1::uuid[])`, where no
soft-deleted row counts, its own or one on the path. That cut ends with OFFSET 0, which PostgreSQL
never optimizes across, so expressions are computed on rows that are in the cut already. Lookups
along the path are read off the rows that the cut is joined over. All others join other fences by
their bare names: they cannot show a row that the cut does not hold.
A derived table is its own SELECT over other fences.

Physical tables are written `public.x`, for the session's search_path is empty.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.semantic.links import DIRECTORY, physical
from bot.semantic.model import (
    TYPES,
    Computed,
    Derived,
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


def directory_sql(model: SemanticModel) -> str:
    """SELECT id, slug, name, status, starts_at, ends_at of every event that may be bound.

    Deleted events and drafts are left out; there are no parameters. What the root does not have is
    made up: a slug of name and key, a status that says nothing, and the day that it is now.
    """
    table = model.tables[model.root]
    own = {column.name: _value(column) for column in table.columns if column.name in DIRECTORY}
    name = f"coalesce({own['name']}, {own['id']}::text)"
    text = f"{name} || ' ' || {own['id']}::text"
    values = {
        "slug": f"trim('-' FROM regexp_replace(lower({text}), '[^a-z0-9]+', '-', 'g'))",
        "status": "'active'::text",
        "starts_at": "date_trunc('day', now())",
        "ends_at": "date_trunc('day', now()) + interval '1 day' - interval '1 second'",
        **own,
        "name": name,
        "id": event_of(model, own["id"]),
    }
    shown = ", ".join(f"{values[name]} AS {name}" for name in DIRECTORY)
    where = " AND ".join([*_alive(table, OWN), f"{values['status']} <> 'draft'"])
    read = f"FROM {source(table)} AS {OWN} WHERE {where}"
    return f"SELECT {shown} {read} ORDER BY starts_at, name"


def event_of(model: SemanticModel, key: str) -> str:
    """The event that the root's key, as SQL, stands for: a uuid, whatever type the key has.

    A whole number is the uuid that is written with its digits, so 42 is
    00000000-0000-0000-0000-000000000042; a minus sign is an f, which no number has.
    """
    column = model.tables[model.root].column("id")
    assert column is not None
    if column.type == "uuid":
        return key
    return f"lpad(replace({key}::text, '-', 'f'), 32, '0')::uuid"


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


def body(model: SemanticModel, table: SemanticTable, columns: tuple[SemanticColumn, ...]) -> str:
    """The SELECT of `columns`, some of the table's in their order; its rows are always the same."""
    shown, read = _parts(model, table, columns)
    return _select(shown, read)


def sealed(model: SemanticModel, table: SemanticTable, columns: tuple[SemanticColumn, ...]) -> str:
    """`body` with its rows in an order of their own, and always EXPECTED rows to the planner.

    PostgreSQL expects rows by the size of the physical tables, which hold all events, and plans the
    query over the fences by that: which side of a join is read first, and so whether an error shows
    that only rows outside the answer raise. Here what it expects is the same whatever there is: one
    row, since a condition that holds for every row is to it one that hardly ever does, times those
    of a function that gives one. Nor does it have statistics of a column. So the plan of a query is
    a function of its text, and of the bound rows alone in what order they come.
    """
    shown, read = _parts(model, table, columns)
    order = f"ORDER BY {', '.join(_order(table) or map(str, range(1, len(columns) + 1)))}"
    if len(read) > 1 or isinstance(table.recipe, Derived):
        # What is joined in it is planned by what there is; the seal comes outside of that.
        read = [f"FROM (\n{_select(shown, [*read, order, 'OFFSET 0'])}\n) AS {OWN}"]
        shown, order = [(f"{OWN}.{name}", name) for _, name in shown], ""
    every = f"0 * num_nulls({shown[0][0]}) = ALL ('{{0, 0, 0, 0}}')"
    lines = (f"{read[0]},", "string_to_table('1', '') AS one", f"WHERE {every}", order)
    return _select(shown, lines).rstrip()


EXPECTED = 1_000
"""The rows that the planner expects of a fence that a query names.

PostgreSQL takes equality with what it has no statistics of for true once in 200
(DEFAULT_NUM_DISTINCT in its selfuncs.h), four of them for true once in a billion and a half, and a
function for its `pg_proc.prorows`.
"""


def _select(shown: Iterable[tuple[str, str]], read: Iterable[str]) -> str:
    """SELECT of values by their names, and the lines that follow."""
    return "\n".join((f"SELECT {', '.join(f'{value} AS {name}' for value, name in shown)}", *read))


def _order(table: SemanticTable) -> list[str]:
    """A table's key in its own SELECT."""
    if isinstance(table.recipe, Derived):
        return [f"{OWN}.{name}" for name in table.key]
    return [f"{OWN}.{quoted(column)}" for column in _keys(table)]


def _keys(table: SemanticTable) -> tuple[str, ...]:
    """The physical columns of a stored table's key."""
    return reads(column for column in table.columns if column.name in table.key)


def _parts(
    model: SemanticModel, table: SemanticTable, columns: tuple[SemanticColumn, ...]
) -> tuple[list[tuple[str, str]], list[str]]:
    """The values and names of `columns`, and the lines that read them: FROM, and what it joins."""
    if isinstance(table.recipe, Derived):
        names = [(f"{OWN}.{column.name}", column.name) for column in columns]
        return names, [f"FROM (\n{table.recipe.sql}\n) AS {OWN}"]
    cut, shown, joined = list(reads(columns)), [], dict[str, str]()
    for column in columns:
        way = on_the_way(model, table, column)
        if way:
            alias, found = way
            cut.append(f"{alias}.{found}")
            value = _hidden(_typed(f"{OWN}.{quoted(cut[-1])}", column.type))
        elif isinstance(column.origin, Lookup):
            alias = joined.setdefault(column.origin.through, f"looked_{len(joined) + 1}")
            value = f"{alias}.{column.origin.column}"
        else:
            value = _hidden(_value(column))
        shown.append((value, column.name))
    throughs = [column for column in table.columns if column.name in joined]
    cut = list(dict.fromkeys((*cut, *reads(throughs), *_keys(table))))
    inner = f"SELECT {', '.join(map(_bare, cut))}\n{_cut(model, table, OWN)}\nOFFSET 0"
    lines = [f"FROM (\n{inner}\n) AS {OWN}"]
    for through in throughs:
        target, _, key = through.references.partition(".")
        alias = joined[through.name]
        lines.append(f"LEFT JOIN {target} AS {alias} ON {alias}.{key} = {_value(through)}")
    return shown, lines


def on_the_way(
    model: SemanticModel, table: SemanticTable, column: SemanticColumn
) -> tuple[str, str] | None:
    """The alias in the cut, and physical column, of a value looked up along the path to the event.

    The row that such a lookup would find in its fence is the one that the cut is joined over.
    None for any other column.
    """
    if not isinstance(column.origin, Lookup):
        return None
    at, alias, found = table, OWN, column
    while isinstance(found.origin, Lookup):
        reach = at.recipe.reach if isinstance(at.recipe, Stored) else None
        if not isinstance(reach, Parent) or reach.column != found.origin.through:
            return None
        wanted = found.origin.column
        at, alias = _parent(model, at, reach), f"{alias}_up"
        above = at.column(wanted)
        assert above is not None
        found = above
    return (alias, found.origin.column) if isinstance(found.origin, FromSource) else None


def _bare(name: str) -> str:
    """A column of the cut: of the table itself, or `alias.column` of one on the path."""
    alias, dot, column = name.rpartition(".")
    return f"{alias}.{quoted(column)} AS {quoted(name)}" if dot else f"{OWN}.{quoted(name)}"


def _value(column: SemanticColumn) -> str:
    """A column's own value, of exactly the declared type where the physical one may be a kin."""
    if isinstance(column.origin, Computed):
        return f"({column.origin.sql})::{column.type}"
    assert isinstance(column.origin, FromSource)
    return _typed(f"{OWN}.{quoted(column.origin.column)}", column.type)


def _typed(value: str, kind: str) -> str:
    return f"{value}::{kind}" if len(TYPES[kind]) > 1 else value


def _hidden(value: str) -> str:
    """A value as an expression, which the planner does not know for the physical column.

    It would take that one's number of distinct values, which is of all events and far from the
    fence's, and so expect next to no row of a join and run it as nested loops (41 ms instead of
    2 ms for a join of four tables, 1,000 events, PostgreSQL 18, which looks through WITH as earlier
    ones do not).
    """
    return f"coalesce({value}, {value})"


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
            key = event_of(model, f"{name}.{quoted(key_column(at))}")
            conditions.append(f"{key} = {BOUND}")
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
    way = physical(table, reach.column)
    assert way is not None
    parent = _parent(model, table, reach)
    name = f"{alias}_up"
    on = f"{name}.{quoted(key_column(parent))} = {alias}.{quoted(way)}"
    return parent, name, f"JOIN {source(parent)} AS {name} ON {on}"


def _parent(model: SemanticModel, table: SemanticTable, reach: Parent) -> SemanticTable:
    column = table.column(reach.column)
    assert column is not None
    return model.tables[column.references.partition(".")[0]]


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
