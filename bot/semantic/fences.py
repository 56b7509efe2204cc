"""Fences: the tables of a query, and those that they read, each cut down to what is asked of it.

A fence need not hold every column: it holds those that are asked for, joins the lookups that these
need, and asks the fences below for no more than it reads itself. `bot.semantic.compile` writes the
SQL of each; what a table gives for the same columns is kept from query to query.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from pglast import ast, parse_sql

from bot.semantic.compile import body, on_the_way, sealed
from bot.semantic.links import needs
from bot.semantic.model import (
    Derived,
    Fence,
    Lookup,
    SemanticColumn,
    SemanticModel,
    SemanticTable,
)
from bot.semantic.used import used_columns

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
    for name in reversed(_closure(compiled, asked)):
        if name in wanted:  # by now all that read it have said what they want
            for other, columns in _reads(compiled, name, frozenset(wanted[name])).items():
                wanted.setdefault(other, set()).update(columns)
    return tuple(
        _fence(compiled, name, frozenset(wanted[name]), named=name in asked)
        for name in _closure(compiled, asked)
        if name in wanted
    )


@lru_cache(maxsize=512)
def _closure(compiled: _Compiled, tables: tuple[str, ...]) -> tuple[str, ...]:
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
        if isinstance(column.origin, Lookup) and not on_the_way(compiled.model, table, column):
            through = table.column(column.origin.through)
            assert through is not None
            target, _, key = through.references.partition(".")
            found[target] = found.get(target, frozenset()) | {key, column.origin.column}
    return found


@lru_cache(maxsize=2048)
def _fence(compiled: _Compiled, name: str, columns: Columns, *, named: bool) -> Fence:
    """The fence of a table; only one that the query names itself has to be sealed."""
    table = compiled.model.tables[name]
    kept = _kept(table, columns)
    write = sealed if named else body
    return Fence(name, write(compiled.model, table, kept), tuple(_reads(compiled, name, columns)))


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
