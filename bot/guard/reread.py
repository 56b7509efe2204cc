"""The emitted text, read again by PostgreSQL's parser: what the server will do is what was checked.

A statement that fails here is a mistake of the guard, not of the one who asked. Three things are
proved, and nothing that the printer or `isolate` did is taken for granted:

1. The printed query, parsed, is the tree that was checked, node for node (`chosen`).
2. Every table in that tree is the unqualified name of a fence or of a WITH.
3. The emitted text, parsed as a whole, is that query inside the fences as compiled, MATERIALIZED,
   with nothing else around them.

For the third, the parser's own output (JSON) is compared as text, with every place that it names.
The same statement with each fence's body and the query blanked out, byte for byte, is the frame;
its small tree has to be the one that is meant. Each body and the query are then parsed alone,
behind as many blanks as they stand deep in the whole, so that their places agree; put into the
frame they have to give the output for the whole to the letter. So the whole was parsed in full,
and no tree has to be built of it in Python, nor places be taken out of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from pglast import ast, parse_sql
from pglast.parser import ParseError, parse_sql_json

from bot.guard.parse import Node, is_a, walk
from bot.semantic import Fence

Tree = dict[str, Any]
"""PostgreSQL's tree as the parser writes it to JSON."""

_PLACES = re.compile(r',?"\w*(?:location|list_start|list_end|stmt_len)":-?\d+')
"""Places in the text, which are no part of its meaning. In strings the quotes are escaped."""

_ONE_SELECT = re.compile(
    r'\{"version":\d+,"stmts":\[\{"stmt":(\{"SelectStmt":.*\})(?:,"stmt_location":\d+)?\}\]\}',
    re.DOTALL,
)
"""What the parser writes for one SELECT. Of two it takes both, which then fit into no frame."""

_BLANK = "SELECT"
_BLANK_TREE = '{"SelectStmt":{"limitOption":"LIMIT_OPTION_DEFAULT","op":"SETOP_NONE"}}'
"""The shortest query, and what the parser writes for it: no place in it."""

_UNUSED = "SELECT * FROM (SELECT) AS answer WHERE $1::uuid[] IS NOT NULL"
_FENCED = "SELECT * FROM (SELECT) AS answer"


class EmittedWrongError(Exception):
    """The emitted text does not say what was meant; it must not run."""


def chosen(query: Node, texts: Iterable[str]) -> str:
    """The first of `texts` that PostgreSQL reads as `query`. Raises EmittedWrongError for none."""
    for text in texts:
        try:
            statements = parse_sql(text)
        except ParseError:
            continue
        if len(statements) == 1 and statements[0].stmt == query:
            return text
    raise EmittedWrongError("another query than the one that was checked")


def reread(emitted: str, printed: str, query: Node, fences: tuple[Fence, ...]) -> None:
    """Raise EmittedWrongError unless `emitted` is `printed`, the `chosen` text, in `fences`."""
    _check_tables(query, {fence.name for fence in fences})
    if parse_sql_json(emitted) != _meant(printed, fences):
        raise EmittedWrongError("more around the query than its fences, or other ones")


def _check_tables(query: Node, fences: set[str]) -> None:
    """Independent of `bot.guard.names`: without scopes, for no WITH may be called pg_something."""
    nodes = list(walk(query))
    named = {node.ctename for node in nodes if is_a(node, ast.CommonTableExpr)}
    for node in nodes:
        if is_a(node, ast.RangeVar):
            qualified = node.schemaname or node.catalogname
            if qualified or node.relname.startswith("pg_") or node.relname not in named | fences:
                raise EmittedWrongError(f"a table that is no fence: {node.relname}")


def _meant(printed: str, fences: tuple[Fence, ...]) -> str:
    """What the parser has to write for `printed` in `fences`."""
    frame, places = _frame(printed, fences)
    parsed = parse_sql_json(frame)
    if json.loads(_PLACES.sub("", parsed))["stmts"] != [{"stmt": {"SelectStmt": _form(fences)}}]:
        raise EmittedWrongError("another frame than the one that is meant")
    # The parser writes FROM before WITH: so the query comes first.
    first, *between = parsed.split(_BLANK_TREE)
    *bodies, query = zip((*(fence.body for fence in fences), printed), places, strict=True)
    parts = (_parsed(*each) for each in (query, *bodies))
    return first + "".join(part + after for part, after in zip(parts, between, strict=True))


def _frame(printed: str, fences: tuple[Fence, ...]) -> tuple[str, list[int]]:
    """The statement with blanked bodies, and where in it each one and the query stand, in bytes."""
    text, end = ("WITH ", _FENCED) if fences else ("", _UNUSED)
    places: list[int] = []
    for fence in fences:
        text += f'{", " if places else ""}"{fence.name}" AS MATERIALIZED ('
        places.append(len(text))
        text += f"{_blanked(fence.body)})"
    before, after = end.split(_BLANK + ")")
    text += f"{' ' if fences else ''}{before}"
    places.append(len(text))
    return f"{text}{_blanked(printed)}){after}", places


def _blanked(sql: str) -> str:
    """A query that says nothing, as many bytes long as `sql`."""
    size = len(sql.encode())
    if size < len(_BLANK):
        raise EmittedWrongError("not one SELECT")
    return _BLANK.ljust(size)


def _parsed(sql: str, place: int) -> str:
    """What the parser writes for the one SELECT `sql` that stands `place` bytes deep."""
    found = _ONE_SELECT.fullmatch(parse_sql_json(" " * place + sql))
    if not found:
        raise EmittedWrongError("not one SELECT")
    return found[1]


def _form(fences: tuple[Fence, ...]) -> Tree:
    """The tree that the frame has to have, without places."""
    blank = json.loads(_BLANK_TREE)
    form: Tree = json.loads(_PLACES.sub("", parse_sql_json(_FENCED if fences else _UNUSED)))
    select: Tree = form["stmts"][0]["stmt"]["SelectStmt"]
    ctes = [
        {
            "CommonTableExpr": {
                "ctename": fence.name,
                "ctematerialized": "CTEMaterializeAlways",
                "ctequery": blank,
            }
        }
        for fence in fences
    ]
    return {**select, "withClause": {"ctes": ctes}} if fences else select
