"""What a query says of its rows as a whole: what they are sorted by, and whether some are left out.

A sentence such as “Sharks lead” is true only of rows that are sorted and not cut elsewhere, so it
rests on the query's own syntax tree. What cannot be told for sure is left open.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pglast
from pglast import ast
from pglast.enums import SetOperation, SortByDir
from pglast.visitors import Visitor

from bot.domain import Column, Shape


def shape_of(sql: str, columns: Sequence[Column]) -> Shape:
    """The shape of `sql`, PostgreSQL that has been checked, with the result `columns`."""
    statement = pglast.parse_sql(sql)[0].stmt
    if not isinstance(statement, ast.SelectStmt) or _starts_late(statement):
        return Shape(limited=True)
    column, descending = _sorted_by(statement, [column.name for column in columns])
    return Shape(
        sorted_by=column,
        descending=descending,
        limited=statement.limitCount is not None,
        counted=_counted(statement),
    )


def _starts_late(statement: ast.SelectStmt) -> bool:
    """Whether rows before the first one are left out: by an OFFSET or by DISTINCT ON."""
    distinct = statement.distinctClause
    return statement.limitOffset is not None or bool(distinct and distinct[0] is not None)


def _sorted_by(statement: ast.SelectStmt, names: list[str]) -> tuple[int | None, bool]:
    if not statement.sortClause:
        return None, False
    first = statement.sortClause[0]
    targets = statement.targetList or ()
    column = _column(first.node, targets, names)
    if column is not None and _bounded(statement, first.node, targets, column, names):
        column = None
    return column, first.sortby_dir == SortByDir.SORTBY_DESC


def _bounded(
    statement: ast.SelectStmt, node: Any, targets: tuple[Any, ...], column: int, names: list[str]
) -> bool:
    """Whether a condition may leave out larger values of the column: `goals < 10`."""
    meant = [node, targets[column].val] if len(targets) == len(names) else [node]
    comparisons = _Comparisons()
    for condition in (statement.whereClause, statement.havingClause):
        if condition is not None:
            comparisons(condition)
    return any(
        (left in meant and sign not in {">", ">=", "<>"}) or right in meant
        for left, sign, right in comparisons.found
    )


class _Comparisons(Visitor):
    """Collects what is compared with what, and how."""

    def __init__(self) -> None:
        self.found: list[tuple[Any, str, Any]] = []

    def visit_A_Expr(self, _ancestors: Any, node: Any) -> None:  # noqa: N802 - pglast's name
        self.found.append((node.lexpr, node.name[-1].sval, node.rexpr))


def _column(node: Any, targets: tuple[Any, ...], names: list[str]) -> int | None:
    """The result column that `node`, what is sorted by, stands for."""
    if isinstance(node, ast.A_Const) and isinstance(node.val, ast.Integer):
        place = (node.val.ival or 0) - 1
        return place if 0 <= place < len(names) else None
    # PostgreSQL takes a bare name for a result column's before anything else.
    fields = (node.fields or ()) if isinstance(node, ast.ColumnRef) else ()
    if len(fields) == 1:
        name = getattr(fields[0], "sval", None)
        if name in names:
            return names.index(name) if names.count(name) == 1 else None
    # An expression is a column's only if that column is this very expression.
    plain = len(targets) == len(names)
    same = [i for i, target in enumerate(targets) if plain and target.val == node]
    return same[0] if same else None


def _counted(statement: ast.SelectStmt) -> str:
    """The table of `SELECT count(*) FROM table` without any condition; else an empty text."""
    sources, targets = statement.fromClause or (), statement.targetList or ()
    bare = statement.op == SetOperation.SETOP_NONE and not any(
        (
            statement.whereClause,
            statement.groupClause,
            statement.havingClause,
            statement.withClause,
            statement.limitOffset,
        )
    )
    if not bare or len(sources) != 1 or len(targets) != 1:
        return ""
    source, call = sources[0], targets[0].val
    if not isinstance(source, ast.RangeVar) or not isinstance(call, ast.FuncCall):
        return ""
    counts = call.agg_star and not call.agg_filter and not call.over
    named = [part.sval for part in call.funcname or ()][-1:] == ["count"]
    return str(source.relname) if counts and named else ""
