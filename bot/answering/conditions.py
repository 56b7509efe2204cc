"""The conditions of a SELECT that compare a column with texts: read, dropped, added."""

from __future__ import annotations

from collections.abc import Iterator

from pglast import ast, enums

from bot.guard.parse import Node, is_a, texts, walk


def selects(query: Node) -> Iterator[Node]:
    """Every SELECT in a query, from the outermost in, before any is changed."""
    yield from [node for node in walk(query) if is_a(node, ast.SelectStmt)]


def parts(select: Node) -> tuple[Node, ...]:
    """What of a SELECT can hold conditions."""
    lists = (select.targetList, select.fromClause, select.groupClause, select.sortClause)
    parts = [node for each in lists for node in each or ()]
    return (*parts, *(each for each in (select.whereClause, select.havingClause) if each))


def compared(node: Node) -> tuple[Node, Node] | None:
    """The column and the text of `column = 'text'`."""
    if not is_a(node, ast.A_Expr) or node.kind != enums.A_Expr_Kind.AEXPR_OP:
        return None
    if texts(node.name) != ("=",):
        return None
    for column, text in ((node.lexpr, node.rexpr), (node.rexpr, node.lexpr)):
        if is_a(column, ast.ColumnRef) and is_a(text, ast.A_Const) and is_a(text.val, ast.String):
            return column, text
    return None


def listed(node: Node) -> tuple[Node, tuple[str, ...]] | None:
    """The column and the texts of `column IN ('text', …)`."""
    if not is_a(node, ast.A_Expr) or node.kind != enums.A_Expr_Kind.AEXPR_IN:
        return None
    if texts(node.name) != ("=",) or not is_a(node.lexpr, ast.ColumnRef):
        return None
    constants = [each.val for each in node.rexpr if is_a(each, ast.A_Const)]
    values = tuple(each.sval for each in constants if is_a(each, ast.String))
    return (node.lexpr, values) if len(values) == len(node.rexpr) else None


def drop(select: Node, condition: Node) -> bool:
    """Take a condition out of WHERE, if it is all of it or joined by AND."""
    where = select.whereClause
    if where is condition:
        select.whereClause = None
        return True
    if not is_a(where, ast.BoolExpr) or where.boolop != enums.BoolExprType.AND_EXPR:
        return False
    left = tuple(part for part in where.args if part is not condition)
    if len(left) == len(where.args):
        return False
    if len(left) == 1:
        select.whereClause = left[0]
    else:
        where.args = left
    return True


def restrict(select: Node, condition: Node) -> None:
    """Add a condition to WHERE."""
    where = select.whereClause
    if is_a(where, ast.BoolExpr) and where.boolop == enums.BoolExprType.AND_EXPR:
        where.args = (*where.args, condition)
    elif where is None:
        select.whereClause = condition
    else:
        select.whereClause = ast.BoolExpr(
            boolop=enums.BoolExprType.AND_EXPR, args=(where, condition)
        )
