"""What a query compares: its columns, its texts, and conditions that are read, dropped, added."""

from __future__ import annotations

from collections.abc import Iterator

from pglast import ast, enums

from bot.guard.parse import Node, is_a, texts, walk


def column_name(node: Node) -> str:
    """The bare name of a column; "" for anything else."""
    return (texts(node.fields) or ("",))[-1] if is_a(node, ast.ColumnRef) else ""


def is_text(node: Node) -> bool:
    """Whether a node is a text as it stands in the query."""
    return is_a(node, ast.A_Const) and is_a(node.val, ast.String)


def text_constants(query: Node) -> list[Node]:
    """Every text in a query."""
    return [node for node in walk(query) if is_text(node)]


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
        if is_a(column, ast.ColumnRef) and is_text(text):
            return column, text
    return None


def listed(node: Node) -> tuple[Node, tuple[str, ...]] | None:
    """The column and the texts of `column IN ('text', …)`."""
    if not is_a(node, ast.A_Expr) or node.kind != enums.A_Expr_Kind.AEXPR_IN:
        return None
    if texts(node.name) != ("=",) or not is_a(node.lexpr, ast.ColumnRef):
        return None
    values = tuple(each.val.sval for each in node.rexpr if is_text(each))
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
