"""An output's name in HAVING or WHERE, where PostgreSQL wants its expression."""

from __future__ import annotations

from copy import deepcopy

from pglast import ast
from pglast.stream import RawStream

from bot.guard.allowed import AGGREGATES
from bot.guard.parse import Node, is_a, texts, walk
from bot.guard.refusals import shown


def put_output(query: Node, node: Node, name: str) -> str:
    """Put the expression of the output `name` where `node` names it; what was done, or "".

    Not certain are a name that two outputs have, and an aggregate or a window in WHERE.
    """
    for select in walk(query):
        if not is_a(select, ast.SelectStmt):
            continue
        values = [target.val for target in select.targetList or () if target.name == name]
        for clause in ("havingClause", "whereClause"):
            part = getattr(select, clause)
            if part is None or not any(inner is node for inner in walk(part)):
                continue
            if any(is_a(inner, ast.SelectStmt) for inner in walk(part)):
                return ""  # the name may be a subquery's
            if len(values) != 1 or not _fits(values[0], clause):
                return ""
            if part is node:
                setattr(select, clause, deepcopy(values[0]))
            else:
                _replace(part, node, values[0])
            return f"read {name} as {shown(str(RawStream()(values[0])))}"
    return ""


def _fits(value: Node, clause: str) -> bool:
    """Whether an output's expression may stand in a clause."""
    for inner in walk(value):
        if is_a(inner, ast.SubLink) or (is_a(inner, ast.FuncCall) and inner.over):
            return False
        aggregate = is_a(inner, ast.FuncCall) and texts(inner.funcname)[-1] in AGGREGATES
        if aggregate and clause == "whereClause":
            return False
    return True


def _replace(root: Node, node: Node, value: Node) -> None:
    """Put a copy of `value` in place of `node`, wherever below `root` it stands."""
    for parent in walk(root):
        for attribute in parent:
            held = getattr(parent, attribute)
            if held is node:
                setattr(parent, attribute, deepcopy(value))
            elif isinstance(held, tuple) and any(item is node for item in held):
                items = (deepcopy(value) if item is node else item for item in held)
                setattr(parent, attribute, tuple(items))
