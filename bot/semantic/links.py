"""What can only be checked once every table is known: paths, references, lookups, order.

Each function takes the whole model and raises SemanticModelError at the line at fault.
`check_columns` and `check_order` give the model back with what they worked out: the types of
looked-up columns, and the tables in an order in which each fence finds those it reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from types import MappingProxyType

from bot.semantic.errors import SemanticModelError
from bot.semantic.model import (
    Derived,
    FromSource,
    Lookup,
    Parent,
    Root,
    SemanticColumn,
    SemanticModel,
    SemanticTable,
    Stored,
)

DIRECTORY = ("id", "slug", "name", "status", "starts_at", "ends_at")
"""The columns that the list of events is made of, which the root has as its own if at all."""

_KEYS = frozenset({"uuid", "integer", "bigint"})
"""Types that the root's key may have; `bot.semantic.compile.event_of` makes uuids of them."""


def check_root(model: SemanticModel) -> None:
    """The root is stored, its key is `id`; it has a name, and nothing of DIRECTORY looked up."""
    root = model.tables[model.root]
    for name in DIRECTORY:
        column = root.column(name)
        missing = column is None and name in ("id", "name")
        if missing or (column is not None and isinstance(column.origin, Lookup)):
            raise _fault(model, root, f"the root {root.name!r} has no column {name!r} of its own")
    if root.key != ("id",) or physical(root, "id") is None:
        raise _fault(model, root, f"the key of the root {root.name!r} is 'id', with a source")
    key = root.column("id")
    if key is not None and key.type not in _KEYS:
        raise _fault(model, key, f"the key of the root is {' or '.join(sorted(_KEYS))}")


def check_linked(model: SemanticModel, line: int) -> None:
    """Every linked column is there."""
    for linked in model.linked:
        if _find(model, linked) is None:
            raise SemanticModelError(model.path, line, f"linked names the unknown {linked!r}")


def check_clock(model: SemanticModel, line: int) -> None:
    """The clock, if there is one, is a column of times."""
    if not model.clock:
        return
    found = _find(model, model.clock)
    if found is None or found[1].type != "timestamptz":
        raise SemanticModelError(model.path, line, f"clock {model.clock!r} is no timestamptz")


def check_paths(model: SemanticModel) -> None:
    """Every stored table reaches the events, over physical columns, without a cycle."""
    for table in model.tables.values():
        if isinstance(table.recipe, Stored):
            for user in _ways(model, table):
                if user not in model.tables:
                    raise _fault(model, table, f"path over the unknown table {user!r}")
    _order(model, lambda table: _ways(model, table), "path to the event")


def check_columns(model: SemanticModel) -> SemanticModel:
    """References and lookups lead somewhere; looked-up columns get their target's type."""
    tables = {}
    for name, table in model.tables.items():
        columns = tuple(_column(model, table, column) for column in table.columns)
        tables[name] = replace(table, columns=columns)
    return replace(model, tables=MappingProxyType(tables))


def check_order(model: SemanticModel) -> SemanticModel:
    """No table is made, over any number of steps, from itself."""
    _order(model, needs, "lookups and derived tables")
    return model


def needs(table: SemanticTable) -> tuple[str, ...]:
    """The semantic tables whose fences the fence of `table` reads."""
    if isinstance(table.recipe, Derived):
        return table.recipe.reads
    found = []
    for column in table.columns:
        if isinstance(column.origin, Lookup):
            through = table.column(column.origin.through)
            assert through is not None
            found.append(through.references.partition(".")[0])
    return tuple(dict.fromkeys(found))


def physical(table: SemanticTable, name: str) -> str | None:
    """The physical column behind a semantic one, if it is read as it is."""
    column = table.column(name)
    return column.origin.column if column and isinstance(column.origin, FromSource) else None


def _ways(model: SemanticModel, table: SemanticTable) -> tuple[str, ...]:
    """The tables that a stored table's path goes over, each checked where it leaves this one."""
    recipe = table.recipe
    if isinstance(recipe, Derived) or isinstance(recipe.reach, Root):
        return ()
    if isinstance(recipe.reach, Parent):
        way = recipe.reach.column
        what = f"the parent {way!r} of {table.name!r}"
        column = table.column(way)
        if column is None or physical(table, way) is None or not column.references:
            raise _fault(model, table, f"{what} is no column with references and a source")
        parent = _target(model, table, column)[0]
        if parent.derived:
            raise _fault(model, table, f"{what} leads to the derived {parent.name!r}")
        return (parent.name,)
    return tuple(_user(model, table, user, way) for user, way in recipe.reach.users)


def _user(model: SemanticModel, table: SemanticTable, name: str, way: str) -> str:
    user = model.tables.get(name)
    column = user.column(way) if user else None
    if user is None or column is None or physical(user, way) is None:
        raise _fault(
            model, table, f"used_by of {table.name!r} names the unknown column '{name}.{way}'"
        )
    if column.references.partition(".")[0] != table.name:
        raise _fault(model, table, f"used_by: '{name}.{way}' does not reference {table.name!r}")
    return name


def _column(model: SemanticModel, table: SemanticTable, column: SemanticColumn) -> SemanticColumn:
    if column.references:
        _target(model, table, column)
    if not isinstance(column.origin, Lookup):
        return column
    kind, at = "", (table, column)
    for _ in range(len(model.tables) + 1):  # a longer chain is a cycle
        owner, looked = at
        if looked.type and not isinstance(looked.origin, Lookup):
            kind = looked.type
            break
        at = _looked_up(model, owner, looked)
    if not kind:
        raise _fault(model, column, f"the lookup of {table.name}.{column.name} goes in a circle")
    if column.type not in ("", kind):
        raise _fault(model, column, f"{table.name}.{column.name} looks up a {kind}")
    return replace(column, type=kind)


def _looked_up(
    model: SemanticModel, table: SemanticTable, column: SemanticColumn
) -> tuple[SemanticTable, SemanticColumn]:
    assert isinstance(column.origin, Lookup)
    through = table.column(column.origin.through)
    if through is None or not through.references or isinstance(through.origin, Lookup):
        what = f"{table.name}.{column.name} looks up through {column.origin.through!r}"
        raise _fault(model, column, f"{what}, which is no column of its own with references")
    target, _ = _target(model, table, through)
    found = target.column(column.origin.column)
    if found is None:
        what = f"{table.name}.{column.name} looks up the unknown column"
        raise _fault(model, column, f"{what} '{target.name}.{column.origin.column}'")
    return target, found


def _target(
    model: SemanticModel, table: SemanticTable, column: SemanticColumn
) -> tuple[SemanticTable, SemanticColumn]:
    found = _find(model, column.references)
    what = f"{table.name}.{column.name} references"
    if found is None:
        raise _fault(model, column, f"{what} the unknown {column.references!r}")
    owner, key = found
    if owner.key != (key.name,) or not (owner.derived or physical(owner, key.name)):
        raise _fault(model, column, f"{what} {column.references!r}, which is no key with a source")
    return found


def _find(model: SemanticModel, dotted: str) -> tuple[SemanticTable, SemanticColumn] | None:
    name, _, column_name = dotted.partition(".")
    table = model.tables.get(name)
    column = table.column(column_name) if table else None
    return (table, column) if table and column else None


def _order(
    model: SemanticModel, after: Callable[[SemanticTable], Iterable[str]], what: str
) -> None:
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            circle = " → ".join((*trail[trail.index(name) :], name))
            raise _fault(model, model.tables[name], f"{what}: a cycle, {circle}")
        if name not in done:
            for other in after(model.tables[name]):
                visit(other, (*trail, name))
            done.add(name)

    for name in model.tables:
        visit(name, ())


def _fault(
    model: SemanticModel, place: SemanticTable | SemanticColumn, what: str
) -> SemanticModelError:
    return SemanticModelError(model.path, place.line, what)
