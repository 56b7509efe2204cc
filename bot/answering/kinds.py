"""What names a column of a query can hold: `games.home_team` holds the names of teams.

A kind is a linked column of the semantic model, such as "teams.name".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pglast import ast

from bot.answering.names import kind_word
from bot.guard.parse import Node, children, is_a, texts
from bot.semantic import SemanticModel, SemanticTable
from bot.semantic.model import Lookup


@dataclass(frozen=True, slots=True)
class Holder:
    """A column that holds names of a kind, of a source in FROM that is called `source`."""

    source: str
    column: str
    kind: str


def kind_of(table: SemanticTable, column: str, model: SemanticModel) -> str:
    """The kind of names in a column; "" where it holds none."""
    if f"{table.name}.{column}" in model.linked:
        return f"{table.name}.{column}"
    found = table.column(column)
    if found is None or found.type != "text":
        return ""
    if isinstance(found.origin, Lookup):
        through = table.column(found.origin.through)
        target = model.tables[through.references.partition(".")[0]] if through else None
        return kind_of(target, found.origin.column, model) if target else ""
    # A derived table says of `opponent` only that `opponent_id` refers to teams.
    beside = table.column(f"{column}_id")
    if table.derived and beside and beside.references:
        name = f"{beside.references.partition('.')[0]}.name"
        return name if name in model.linked else ""
    return next((kind for kind in model.linked if kind_word(kind) == column), "")


def holders(select: Node, model: SemanticModel) -> tuple[Holder, ...]:
    """The columns of a SELECT's own tables that hold names."""
    return tuple(
        Holder(called, column.name, kind)
        for called, table in sources(select, model)
        for column in table.columns
        if (kind := kind_of(table, column.name, model))
    )


def sources(select: Node, model: SemanticModel) -> Iterator[tuple[str, SemanticTable]]:
    """The semantic tables in the FROM of a SELECT, with what each is called there."""
    for node in own(select.fromClause or ()):
        if is_a(node, ast.RangeVar) and node.relname in model.tables:
            if node.alias and node.alias.colnames:
                continue  # its columns are called something else
            called = node.alias.aliasname if node.alias else node.relname
            yield called, model.tables[node.relname]


def holder_of(reference: Node, held: tuple[Holder, ...]) -> Holder | None:
    """The holder that a reference to a column means, if it is one of `held`."""
    *qualifier, column = texts(reference.fields) or ("",)
    meant = [
        each
        for each in held
        if each.column == column and (not qualifier or each.source == qualifier[0])
    ]
    return meant[0] if len(meant) == 1 else None


def own(nodes: object) -> Iterator[Node]:
    """`nodes` and those below, but not into another SELECT."""
    waiting = [node for node in (nodes if isinstance(nodes, tuple) else (nodes,)) if node]
    while waiting:
        node = waiting.pop()
        if not is_a(node, ast.SelectStmt):
            yield node
            waiting.extend(reversed(list(children(node))))
