"""“And by division?”: the numbers of the question before, one row for each division.

Exact where the query before is of totals alone over one table that has such a column. What is kept
to one division in it is of all of them now.
"""

from __future__ import annotations

import re

from pglast import ast, enums

from bot.answering.conditions import column_name, drop
from bot.answering.folding import tokens
from bot.guard.parse import Node, is_a, texts, walk
from bot.semantic import SemanticModel, SemanticTable

_BY = re.compile(
    r"(?:(?:and|now|but|ok|same|the|that|split|y|und|jetzt) )*"
    r"(?:by|per|each|for each|for every|por|pro|je|nach) (?:each )?(\w+?)s?"
    r"(?: (?:please|instead|too))?"
)
_IN_ENGLISH = {
    "equipo": "team",
    "mannschaft": "team",
    "jugador": "player",
    "spieler": "player",
    "ronda": "round",
    "runde": "round",
    "campo": "field",
    "feld": "field",
    "platz": "field",
}
_TOTALS = frozenset({"avg", "count", "max", "min", "sum"})


def asked_by(question: str) -> str:
    """What the rows are to be of, one each (“division”); "" where that is not all that is asked."""
    found = _BY.fullmatch(" ".join(token.folded for token in tokens(question)))
    return _IN_ENGLISH.get(found[1], found[1]) if found else ""


def by(select: ast.SelectStmt, word: str, model: SemanticModel) -> bool:
    """Change `select` to one row for each `word`; False, and no change, where that is not exact."""
    table = _only_table(select, model)
    column = table.column(word) if table else None
    if not table or not column or not _totals_alone(select):
        return False
    identity = table.column(f"{word}_id")
    grouped = (_column(identity.name),) if identity else ()
    select.targetList = (ast.ResTarget(val=_column(column.name)), *(select.targetList or ()))
    select.groupClause = (*grouped, _column(column.name))
    select.sortClause = (
        ast.SortBy(
            node=_column(column.name),
            sortby_dir=enums.SortByDir.SORTBY_DEFAULT,
            sortby_nulls=enums.SortByNulls.SORTBY_NULLS_DEFAULT,
        ),
    )
    for condition in _conditions(select.whereClause):
        if _keeps(condition, column.name):
            drop(select, condition)
    return True


def _only_table(select: ast.SelectStmt, model: SemanticModel) -> SemanticTable | None:
    sources: tuple[Node, ...] = tuple(select.fromClause or ())
    if len(sources) != 1 or not is_a(sources[0], ast.RangeVar) or select.withClause:
        return None
    return model.tables.get(sources[0].relname)


def _totals_alone(select: ast.SelectStmt) -> bool:
    """Whether the query gives one row of totals, with no part that a GROUP BY would change."""
    more = (
        select.groupClause,
        select.havingClause,
        select.distinctClause,
        select.limitCount,
        select.sortClause,
        select.windowClause,
    )
    if select.op != enums.SetOperation.SETOP_NONE or any(more) or not select.targetList:
        return False
    if any(is_a(node, ast.SubLink) for node in walk(select)):
        return False
    return all(_is_total(target.val) for target in select.targetList)


def _is_total(node: Node) -> bool:
    """Whether every column in an expression stands in a total."""
    if is_a(node, ast.FuncCall):
        return (texts(node.funcname) or ("",))[-1] in _TOTALS and not node.over
    if is_a(node, ast.A_Const):
        return True
    if is_a(node, ast.A_Expr):
        return all(_is_total(side) for side in (node.lexpr, node.rexpr) if side)
    return is_a(node, ast.TypeCast) and _is_total(node.arg)


def _conditions(where: Node) -> tuple[Node, ...]:
    """What WHERE joins by AND."""
    joined = is_a(where, ast.BoolExpr) and where.boolop == enums.BoolExprType.AND_EXPR
    return where.args if joined else (where,)


def _keeps(condition: Node, column: str) -> bool:
    return (
        is_a(condition, ast.A_Expr)
        and texts(condition.name) == ("=",)
        and column_name(condition.lexpr) == column
        and is_a(condition.rexpr, ast.A_Const)
    )


def _column(name: str) -> Node:
    return ast.ColumnRef(fields=(ast.String(name),))
