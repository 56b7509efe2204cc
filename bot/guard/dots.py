"""`g.x` must not call a function: the one place where PostgreSQL calls one without brackets.

Where g has no column x, PostgreSQL reads `g.x` as x(g) on g's whole row. A table's or subquery's
row is a record, which only harmless functions take; but the row of a function in FROM is a bare
value, and `SELECT g.pg_sleep FROM unnest(ARRAY[9.0]) AS g` sleeps.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from pglast import ast

from bot.domain import Code
from bot.guard.allowed import FROM_FUNCTIONS
from bot.guard.parse import Node, is_a, texts, walk
from bot.guard.refusals import Refused, shown


def check_dots(root: Node, listed: AbstractSet[str]) -> None:
    """Raise Refused where x of `g.x` is no column of a function in FROM that goes by g.

    `listed` are the names of the semantic model's columns, which are taken anywhere. Aliases count
    wherever they stand in the statement, so no scope has to be worked out here.
    """
    functions: dict[str, AbstractSet[str]] = {}
    for node in walk(root):
        if is_a(node, ast.RangeFunction):
            name, columns = function_columns(node)
            functions[name] = functions.get(name, columns) & columns
    for node in walk(root):
        if is_a(node, ast.ColumnRef) and len(texts(node.fields)) > 1:
            *_, qualifier, name = texts(node.fields)
            if name not in functions.get(qualifier, {name}) and name not in listed:
                raise Refused(
                    Code.UNKNOWN_COLUMN,
                    f'There is no column "{shown(name)}" in {shown(qualifier)}.',
                    tuple(f"{qualifier}.{column}" for column in sorted(functions[qualifier])),
                )


def function_columns(node: Node) -> tuple[str, frozenset[str]]:
    """The name that a function in FROM goes by, and the names of its columns."""
    alias, called = node.alias, texts(node.functions[0][0].funcname)[-1]
    name = alias.aliasname if alias else called
    renamed = texts(alias.colnames) if alias else ()
    own = FROM_FUNCTIONS.get(called) or (name,)
    columns = frozenset((*renamed, *own[len(renamed) :]))
    return name, columns | ({"ordinality"} if node.ordinality else set())
