"""Whether a policy's condition, as PostgreSQL prints it back, is the one that was written.

PostgreSQL keeps a tree and prints it with types, brackets and names of its own. So both texts are
parsed, and what it is known to add is taken out of both; anything else that differs differs.
"""

from __future__ import annotations

from typing import Any

from pglast import ast, parse_sql
from pglast.parser import ParseError

Node = Any


def same_condition(found: str, wanted: str, table: str) -> bool:
    """Whether two expressions over `table` (bare name, schema public) are one condition."""
    try:
        return bool(_plain(found, table) == _plain(wanted, table))
    except ParseError:
        return False


def _plain(condition: str, table: str) -> Node:
    statement = parse_sql(f"SELECT {condition}")[0].stmt
    return _stripped(statement, table)


def _stripped(node: Node, table: str) -> Node:
    """`node` without what PostgreSQL adds in print, everywhere below as well."""
    if isinstance(node, tuple):
        return tuple(_stripped(part, table) for part in node)
    if not isinstance(node, ast.Node):
        return node
    for name in node:
        setattr(node, name, _stripped(getattr(node, name), table))
    return _bare(node, table)


def _bare(node: Node, table: str) -> Node:
    """One node without what PostgreSQL adds to it: types of constants, names, ELSE NULL."""
    if isinstance(node, ast.TypeCast) and isinstance(node.arg, ast.A_Const):
        return node.arg
    if isinstance(node, ast.CaseExpr) and _is_null(node.defresult):
        node.defresult = None
    if isinstance(node, ast.ResTarget):
        node.name = None
    if isinstance(node, ast.ColumnRef) and len(node.fields or ()) == 2:
        qualifier, column = node.fields or ()
        if isinstance(qualifier, ast.String) and qualifier.sval == table:
            node.fields = (column,)
    return node


def _is_null(node: Node) -> bool:
    return isinstance(node, ast.A_Const) and bool(node.isnull)
