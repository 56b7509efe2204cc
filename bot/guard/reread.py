"""The emitted text, read again by PostgreSQL's parser: what the server will do is what was checked.

A statement that fails here is a mistake of the guard, not of the one who asked. Three things are
proved: the fences are there as compiled and MATERIALIZED; the query between them is the one that
was checked; and every table in it is an unqualified name of a fence or of a WITH.
"""

from __future__ import annotations

from functools import lru_cache

from pglast import ast, enums, parse_sql

from bot.guard.isolate import UNUSED
from bot.guard.parse import Node, is_a, walk
from bot.semantic import Fence

_BARE = "SELECT * FROM (SELECT 1) AS answer"


class EmittedWrongError(Exception):
    """The emitted text does not say what was meant; it must not run."""


def reread(emitted: str, query: Node, fences: tuple[Fence, ...]) -> None:
    """Raise EmittedWrongError unless `emitted` is `query` inside exactly `fences`."""
    statements = parse_sql(emitted)
    if len(statements) != 1 or not is_a(statements[0].stmt, ast.SelectStmt):
        raise EmittedWrongError("not one SELECT")
    top: Node = statements[0].stmt
    _check_fences(top.withClause, fences)
    inner = top.fromClause[0].subquery
    if inner != query:
        raise EmittedWrongError("another query than the one that was checked")
    frame = _parsed(_BARE if fences else UNUSED.format(query="SELECT 1"))
    top.withClause = None
    top.fromClause[0].subquery = frame.fromClause[0].subquery
    if top != frame:
        raise EmittedWrongError("more around the query than its fences")
    _check_tables(inner, {fence.name for fence in fences})


def _check_fences(clause: Node, fences: tuple[Fence, ...]) -> None:
    found = clause.ctes if clause else ()
    always = enums.CTEMaterialize.CTEMaterializeAlways
    if len(found) != len(fences) or (clause and clause.recursive):
        raise EmittedWrongError("other fences than compiled")
    for cte, fence in zip(found, fences, strict=True):
        plain = cte.ctematerialized == always and not cte.aliascolnames
        if not plain or cte.ctename != fence.name or cte.ctequery != _parsed(fence.body):
            raise EmittedWrongError(f"the fence of {fence.name} is not as compiled")


def _check_tables(query: Node, fences: set[str]) -> None:
    """Independent of `bot.guard.names`: without scopes, for no WITH may be called pg_something."""
    nodes = list(walk(query))
    named = {node.ctename for node in nodes if is_a(node, ast.CommonTableExpr)}
    for node in nodes:
        if is_a(node, ast.RangeVar):
            qualified = node.schemaname or node.catalogname
            if qualified or node.relname.startswith("pg_") or node.relname not in named | fences:
                raise EmittedWrongError(f"a table that is no fence: {node.relname}")


@lru_cache(maxsize=256)
def _parsed(sql: str) -> Node:
    """The tree of a text of our own; kept, since fences are the same from query to query."""
    return parse_sql(sql)[0].stmt
