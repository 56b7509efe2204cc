"""The emitted text, read again by PostgreSQL's parser: what the server will do is what was checked.

A statement that fails here is a mistake of the guard, not of the one who asked. Three things are
proved: the printed query is the one that was checked; every table in it is the unqualified name
of a fence or of a WITH; and the whole is that query inside the fences, as compiled and
MATERIALIZED, with nothing else around it.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

from pglast import ast, parse_sql
from pglast.parser import ParseError, parse_sql_json

from bot.guard.parse import Node, is_a, walk
from bot.semantic import Fence

Tree = dict[str, Any]
"""PostgreSQL's tree as the parser writes it to JSON: much faster than objects, for equality."""

_PLACES = re.compile(r',?"\w*(?:location|list_start|list_end|stmt_len)":-?\d+')
"""Places in the text, which are no part of its meaning. In strings the quotes are escaped."""

_UNUSED = "SELECT * FROM (SELECT) AS answer WHERE $1::uuid[] IS NOT NULL"
_FENCED = "SELECT * FROM (SELECT) AS answer"


class EmittedWrongError(Exception):
    """The emitted text does not say what was meant; it must not run."""


def reread(emitted: str, printed: str, query: Node, fences: tuple[Fence, ...]) -> None:
    """Raise EmittedWrongError unless `emitted` is `printed` in `fences`, and `printed` `query`."""
    try:
        statements = parse_sql(printed)
    except ParseError as error:
        raise EmittedWrongError("no SQL") from error
    if len(statements) != 1 or statements[0].stmt != query:
        raise EmittedWrongError("another query than the one that was checked")
    _check_tables(query, {fence.name for fence in fences})
    if _tree(emitted) != _meant(printed, fences):
        raise EmittedWrongError("more around the query than its fences, or other ones")


def _meant(printed: str, fences: tuple[Fence, ...]) -> Tree:
    """The tree that the query in its fences has to have."""
    frame = _kept(_FENCED if fences else _UNUSED)
    (item,) = frame["fromClause"]
    answer = {**item["RangeSubselect"], "subquery": {"SelectStmt": _tree(printed)}}
    clause = {"withClause": {"ctes": [_cte(fence) for fence in fences]}} if fences else {}
    return {**frame, **clause, "fromClause": [{"RangeSubselect": answer}]}


def _check_tables(query: Node, fences: set[str]) -> None:
    """Independent of `bot.guard.names`: without scopes, for no WITH may be called pg_something."""
    nodes = list(walk(query))
    named = {node.ctename for node in nodes if is_a(node, ast.CommonTableExpr)}
    for node in nodes:
        if is_a(node, ast.RangeVar):
            qualified = node.schemaname or node.catalogname
            if qualified or node.relname.startswith("pg_") or node.relname not in named | fences:
                raise EmittedWrongError(f"a table that is no fence: {node.relname}")


def _cte(fence: Fence) -> Tree:
    """What a fence has to be in the tree."""
    return {
        "CommonTableExpr": {
            "ctename": fence.name,
            "ctematerialized": "CTEMaterializeAlways",
            "ctequery": {"SelectStmt": _kept(fence.body)},
        }
    }


@lru_cache(maxsize=256)
def _kept(body: str) -> Tree:
    """The tree of a text of our own, the same from query to query; not to be changed."""
    return _tree(body)


def _tree(sql: str) -> Tree:
    """The tree of the one SELECT in `sql`."""
    statements = json.loads(_PLACES.sub("", parse_sql_json(sql)))["stmts"]
    if len(statements) != 1 or list(statements[0]["stmt"]) != ["SelectStmt"]:
        raise EmittedWrongError("not one SELECT")
    tree: Tree = statements[0]["stmt"]["SelectStmt"]
    return tree
