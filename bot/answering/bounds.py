"""The bounds of numbers in a question: “5 or more” is >= 5, “more than 5” is > 5.

Small models write `> 5` for both. Where a query compares with a number that the question gives a
bound for, the sign is the question's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pglast import ast, enums

from bot.answering.conditions import text_constants
from bot.guard.parse import Node, is_a, texts, walk
from bot.texts import say

_WORDS = {
    ">=": "# or more|#+|at least #|no less than #|no fewer than #"
    "|# o más|al menos #|# oder mehr|mindestens #",
    "<=": "# or less|# or fewer|at most #|no more than #"
    "|# o menos|como máximo #|# oder weniger|höchstens #",
    ">": "more than #|greater than #|higher than #|over #|más de #|mehr als #",
    "<": "less than #|fewer than #|lower than #|under #|menos de #|weniger als #",
}


@dataclass(frozen=True, slots=True)
class Bound:
    """`words` of a question that mean: `sign` `number`."""

    words: str
    sign: str
    number: int


def _pattern(words: str) -> re.Pattern[str]:
    said = re.escape(words).replace(r"\#", r"(\d{1,6})").replace(r"\|", "|").replace(r"\ ", r"\s+")
    return re.compile(rf"(?<![\w.])(?:{said})(?![\w%])(?!\.\d)", re.IGNORECASE)


_PATTERNS = {sign: _pattern(words) for sign, words in _WORDS.items()}


def bounds_in(question: str) -> tuple[Bound, ...]:
    """The bounds that a question gives, one for each number; a number with two has none."""
    found = [
        Bound(match[0], sign, int(next(filter(None, match.groups()))))
        for sign, pattern in _PATTERNS.items()
        for match in pattern.finditer(question)
    ]
    numbers = [bound.number for bound in found]
    return tuple(bound for bound in found if numbers.count(bound.number) == 1)


_SAME_SIDE = {">": ">=", ">=": ">", "<": "<=", "<=": "<"}


def hold_bounds(query: Node, bounds: tuple[Bound, ...]) -> list[str]:
    """Give comparisons with a bound's number its sign, in place; what was done, in words."""
    by_number = {bound.number: bound for bound in bounds}
    done = []
    for node in walk(query):
        if not is_a(node, ast.A_Expr) or node.kind != enums.A_Expr_Kind.AEXPR_OP:
            continue
        sign = texts(node.name)[-1]
        if sign not in _SAME_SIDE or not _is_number(node.rexpr):
            continue
        bound = by_number.get(node.rexpr.val.ival)
        if bound and _SAME_SIDE[sign] == bound.sign:
            node.name = (ast.String(bound.sign),)
            done.append(say("held.bound", words=bound.words, sign=bound.sign, n=bound.number))
    return done


_SAID_NUMBER = re.compile(r"(?<![\w.:-])\d{1,3}(?![\w.:%-])")


def hold_limit(query: Node, question: str, bounds: tuple[Bound, ...]) -> list[str]:
    """Give LIMIT the question's one number, if that stands nowhere in the query.

    A question with a bound asks for all that keep it: a LIMIT that it does not say is dropped.
    """
    limit = query.limitCount
    if not _is_number(limit):
        return []
    said = {int(number) for number in _SAID_NUMBER.findall(question)}
    rows = limit.val.ival
    if rows in said:
        return []
    if bounds:
        query.limitCount, query.limitOption = None, enums.LimitOption.LIMIT_OPTION_DEFAULT
        return [say("held.all_rows")]
    written = {node.val.ival for node in walk(query) if _is_number(node)}
    texts_written = " ".join(node.val.sval for node in text_constants(query))
    unsaid = {number for number in said if str(number) not in texts_written} - written
    if len(said) != 1 or not unsaid or 0 in unsaid:
        return []
    (number,) = unsaid
    limit.val = ast.Integer(number)
    return [say("held.rows", n=number)]


def _is_number(node: Node) -> bool:
    return is_a(node, ast.A_Const) and is_a(node.val, ast.Integer)
