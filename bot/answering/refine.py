"""Refining the SQL of the question before without a language model, where that is exact.

“top 10 instead” changes the number of rows; “what about Sharks?” changes the one name of a kind
that the query holds; “only the Open” keeps to a name of a kind that it holds none of; “by division”
splits totals. Anything less certain is left to the model. What comes out goes through the
guard like every other query.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pglast
from pglast import ast
from pglast.stream import IndentedStream

from bot.answering.conditions import text_constants
from bot.answering.folding import fold, tokens
from bot.answering.followup import Previous
from bot.answering.holding import keep_to
from bot.answering.linking import Link, Linked
from bot.answering.regroup import asked_by, by
from bot.domain import Dialect
from bot.semantic import SemanticModel

_TOP = re.compile(
    r"(?:and |now |only |just |make (?:it|that) |show )?(?:the )?(?:top|first) (\d{1,3})"
    r"(?: (?:instead|only|please))?"
)
_ENGLISH = "only just what how about and in of same for now show instead but the with too also"
_SPANISH = "solo y en el la los las para que tal con de"
_GERMAN = "nur und im bei die der das was ist mit fur"
_LEADS = frozenset(f"{_ENGLISH} {_SPANISH} {_GERMAN}".split())
"""Words beside a name that change nothing about it."""
_KEEPING = frozenset(["only", "just", "in", "solo", "en", "nur", "im"])


def refine(
    question: str, linked: Linked, previous: Previous, before: Linked, model: SemanticModel
) -> str | None:
    """The SQL of `previous` changed as `question` says, or None where that is not certain.

    `linked` are the names in the question, `before` those in the one before.
    """
    if previous.dialect is not Dialect.POSTGRES:
        return None
    if top := _TOP.fullmatch(" ".join(token.folded for token in tokens(question))):
        return _changed(previous.sql, lambda statement: _limit(statement, int(top[1])))
    if swap := _swap(question, linked, before):
        old, new = swap
        return _changed(previous.sql, lambda statement: _name(statement, old.value, new.value))
    if only := _only(question, linked, before):
        return _changed(
            previous.sql, lambda statement: keep_to(statement, only.column, only.value, model)
        )
    if word := asked_by(question):
        return _changed(previous.sql, lambda statement: by(statement, word, model))
    return None


def _only(question: str, linked: Linked, before: Linked) -> Link | None:
    """The one name that the answer is to be kept to, if nothing of its kind was said before."""
    only = _name_alone(question, linked, before)
    keeping = {token.folded for token in tokens(question)} & _KEEPING
    known = only is not None and only.column in {link.column for link in before.links}
    return only if keeping and not known else None


def _swap(question: str, linked: Linked, before: Linked) -> tuple[Link, Link] | None:
    """The name before and the one now, if the question is that name alone, and of the same kind."""
    new = _name_alone(question, linked, before)
    if new is None:
        return None
    olds = [link for link in before.links if link.column == new.column and "%" not in link.value]
    return (olds[0], new) if len(olds) == 1 else None


def _name_alone(question: str, linked: Linked, before: Linked) -> Link | None:
    """The one name that a question says, if it says nothing else and both leave no doubt."""
    if len(linked.links) != 1 or linked.unclear or before.unclear:
        return None
    link = linked.links[0]
    rest = {token.folded for token in tokens(question)} - set(fold(link.said).split()) - _LEADS
    return None if rest or "%" in link.value else link


def _changed(sql: str, change: Callable[[ast.SelectStmt], bool]) -> str | None:
    try:
        (raw,) = pglast.parse_sql(sql)
    except (pglast.parser.ParseError, ValueError):
        return None
    if not isinstance(raw.stmt, ast.SelectStmt) or not change(raw.stmt):
        return None
    return str(IndentedStream()(raw))


def _limit(statement: ast.SelectStmt, rows: int) -> bool:
    """Change the number of rows of a sorted query; one without a limit may show all on purpose."""
    if not statement.sortClause or not isinstance(statement.limitCount, ast.A_Const) or rows < 1:
        return False
    statement.limitCount = ast.A_Const(val=ast.Integer(ival=rows))
    return True


def _name(statement: ast.SelectStmt, old: str, new: str) -> bool:
    """Change a text constant wherever it stands; False if it stands nowhere, or `new` does too."""
    constants = text_constants(statement)
    places = [each for each in constants if each.val.sval == old]
    if not places or any(each.val.sval == new for each in constants):
        return False
    for place in places:
        place.val = ast.String(sval=new)
    return True
