"""Arguments that could make much out of little: widths, counts, series, patterns.

Each rule is exact: it takes only literals that it can judge. What no rule can judge (a string
doubled in nested queries, a cross join) is left to the warehouse's cost gate and limits.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from pglast import ast

from bot.domain import Code
from bot.guard.parse import Node, is_a
from bot.guard.refusals import Refused, too_complex

WIDTH = 200
"""The widest padding and the longest repeated text, in characters."""

SERIES = 10_000
"""The most rows of one generate_series."""

PATTERN = 100
"""The longest regular expression, in characters."""

GROUPING_SETS = 64
"""The most ways in which one query may group, all CUBEs and ROLLUPs multiplied."""

REPEATS = 200
"""The most that the counts of one regular expression, such as {2,5}, may add up to."""

_OPTIONS = re.compile(r"^\(\?[icsn]+\)")
_ESCAPE = re.compile(r"\\[^1-9]")
_BRACKET = re.compile(r"\[\^?\]?[^\]]*\]")
_FLAT_GROUP = re.compile(r"\((?:\?:)?[^()*+?{]*\)[*+]")
_HARD_PATTERN = re.compile(r"\\|\)[*+{]|\(\?(?!:)|\*\*\*")
"""A back-reference, a repeated group with repetitions in it, look-around: slow to match."""

_PLAIN_FORMAT = re.compile(r"(?:[^%]|%%|%(?:\d{1,2}\$)?-?\d{0,2}[sIL])*", re.DOTALL)
_STEP = re.compile(r"(\d{1,4}) ?(minute|hour|day|week|month|year)s?")
_STEP_SECONDS = {
    "minute": 60,
    "hour": 3_600,
    "day": 86_400,
    "week": 604_800,
    "month": 28 * 86_400,
    "year": 365 * 86_400,
}

_EXPONENT = re.compile(r"\de[-+]?(\d+)", re.IGNORECASE)

Arguments = tuple[Node, ...]


def check_call(name: str, arguments: Arguments) -> None:
    """Raise Refused where `name` has a rule and `arguments` break it."""
    rule = _RULES.get(name)
    if rule:
        rule(arguments)


def check_pattern(node: Node) -> None:
    """Raise Refused unless `node` is a literal regular expression that is quick to match."""
    if is_a(node, ast.FuncCall) and node.args and _last(node) == "similar_to_escape":
        node = node.args[0]
    pattern = string(node)
    if pattern is None or len(pattern) > PATTERN or _hard(pattern):
        raise Refused(
            Code.FORBIDDEN_SYNTAX,
            "A regular expression has to be a short plain text, without repeats in repeats. "
            "LIKE or ILIKE often does.",
        )


def _hard(pattern: str) -> bool:
    """Whether `pattern` has something that can take long to match or to compile.

    What stands for one character each (escapes, brackets) is taken away first, then repeated
    groups without repeats in them.
    """
    plain = _BRACKET.sub("e", _ESCAPE.sub("e", _OPTIONS.sub("", pattern)))
    plain = _FLAT_GROUP.sub("e", plain)
    repeats = sum(int(number) for number in re.findall(r"\d+(?=[\d,]*\})", plain))
    return bool(repeats > REPEATS or _HARD_PATTERN.search(plain))


def check_grouping(items: tuple[Node, ...]) -> None:
    """Raise Refused where the items of a GROUP BY multiply to too many grouping sets."""
    total = 1
    for item in items:
        total *= _sets(item)
        if total > GROUPING_SETS:
            raise too_complex(f"more than {GROUPING_SETS} grouping sets")


def _sets(item: Node) -> int:
    """How many grouping sets one item of a GROUP BY stands for."""
    if not is_a(item, ast.GroupingSet):
        return 1
    content = item.content or ()
    if item.kind.name == "GROUPING_SET_CUBE":
        return int(2 ** min(len(content), 12))
    if item.kind.name == "GROUPING_SET_ROLLUP":
        return len(content) + 1
    if item.kind.name == "GROUPING_SET_SETS":
        return sum(_sets(inner) for inner in content)
    return 1


def string(node: Node) -> str | None:
    """The text of a literal, with or without a cast to a text or time type; None for others."""
    if is_a(node, ast.TypeCast):
        return string(node.arg)
    if is_a(node, ast.A_Const) and is_a(node.val, ast.String):
        return str(node.val.sval)
    return None


def integer(node: Node) -> int | None:
    """The value of a literal integer, or of a sum or difference of such; None for all else."""
    if is_a(node, ast.A_Const) and is_a(node.val, ast.Integer):
        return int(node.val.ival)
    if is_a(node, ast.A_Expr) and node.lexpr and node.name[-1].sval in ("+", "-"):
        left, right = integer(node.lexpr), integer(node.rexpr)
        if left is not None and right is not None:
            return left + right if node.name[-1].sval == "+" else left - right
    return None


def number(node: Node) -> float | None:
    """The value of a literal number; None for all else."""
    if is_a(node, ast.A_Const) and is_a(node.val, ast.Float):
        return float(node.val.fval)
    return integer(node)


def written_out(node: Node) -> int:
    """The most characters that a literal can become as a text: 1e300 has three hundred digits."""
    text = str(node.val.fval) if is_a(node.val, ast.Float) else string(node) or ""
    return len(text) + sum(int(digits[:7]) for digits in _EXPONENT.findall(text))


def most(node: Node) -> int | None:
    """The largest value that an integer expression can have by its form; None where none is sure.

    LEAST is as small as its smallest argument, `x % 7` is below 7.
    """
    if is_a(node, ast.MinMaxExpr):
        if node.op.name == "IS_LEAST":
            # A NULL among the arguments is passed over, so only what is never NULL bounds them.
            return min((n for a in node.args if (n := integer(a)) is not None), default=None)
        bounds = [most(argument) for argument in node.args]
        known = [bound for bound in bounds if bound is not None]
        return max(known) if len(known) == len(bounds) else None
    if is_a(node, ast.A_Expr) and node.name[-1].sval == "%":
        divisor = integer(node.rexpr)
        return abs(divisor) if divisor is not None else None
    if is_a(node, ast.TypeCast) and str(node.typeName.names[-1].sval) in ("int2", "int4", "int8"):
        return most(node.arg)
    return integer(node)


def _last(call: Node) -> str:
    return str(call.funcname[-1].sval)


def _repeat(arguments: Arguments) -> None:
    text = string(arguments[0]) if arguments else None
    count = most(arguments[-1]) if arguments else None
    if text is None or count is None or len(text) * count > WIDTH:
        raise too_complex(
            f"repeat() is for a literal text, up to {WIDTH} characters in all, "
            "such as repeat('*', LEAST(n, 50))"
        )


def _pad(arguments: Arguments) -> None:
    width = most(arguments[1]) if len(arguments) > 1 else None
    if width is None or width > WIDTH:
        raise too_complex(f"lpad() and rpad() take a width up to {WIDTH}, such as LEAST(n, 50)")


def _format(arguments: Arguments) -> None:
    template = string(arguments[0]) if arguments else None
    if template is None or not _PLAIN_FORMAT.fullmatch(template):
        raise too_complex(
            "format() takes a literal template with plain places, such as %s, %-20s or %1$s"
        )


def _regex(arguments: Arguments) -> None:
    if len(arguments) > 1:
        check_pattern(arguments[1])


def _substring(arguments: Arguments) -> None:
    """The second argument is a position or a pattern: a position is seen by its form."""
    if len(arguments) > 1 and not _numeric(arguments[1]):
        check_pattern(arguments[1])


def _numeric(node: Node) -> bool:
    """Whether the form of `node` lets PostgreSQL take it for a number only."""
    if is_a(node, ast.FuncCall):
        return _last(node) in ("position", "strpos", "length", "char_length")
    if is_a(node, ast.A_Expr):
        return node.name[-1].sval in ("+", "-", "*", "/", "%")
    return integer(node) is not None


def series_rows(arguments: Arguments) -> float:
    """An upper bound of the rows that the series has; infinite where the form does not tell."""
    if len(arguments) not in (2, 3):
        return float("inf")
    numbers = [integer(argument) for argument in arguments]
    if all(number is not None for number in numbers):
        first, last, *steps = (number or 0 for number in numbers)
        step = steps[0] if steps else 1
        return abs(last - first) / abs(step) + 1 if step else float("inf")
    texts = [string(argument) for argument in arguments]
    if len(texts) != 3 or None in texts:
        return float("inf")
    begin, end, step_text = (text or "" for text in texts)
    step_seconds = seconds(step_text)
    span = _span(begin, end)
    return span / step_seconds + 1 if step_seconds and span is not None else float("inf")


def seconds(text: str) -> int:
    """The least seconds that an interval such as `1 day` lasts; 0 where it is not so plain."""
    found = _STEP.fullmatch(text.strip().lower())
    return int(found[1]) * _STEP_SECONDS[found[2]] if found else 0


def days(text: str) -> float:
    """The days that an interval such as `2 weeks` lasts, in days as the calendar has them; or 0."""
    found = _STEP.fullmatch(text.strip().lower())
    return seconds(text) / 86_400 if found and found[2] not in ("minute", "hour") else 0


def is_small(node: Node) -> bool:
    """Whether a literal is a number up to SERIES or a day of these centuries."""
    number = integer(node)
    if number is not None:
        return abs(number) <= SERIES
    try:
        return 1900 <= datetime.fromisoformat((string(node) or "").strip()).year <= 2200
    except ValueError:
        return False


def _span(begin: str, end: str) -> float | None:
    """Seconds between two ISO times, either way; None where they are not both such."""
    try:
        times = [datetime.fromisoformat(text.strip()) for text in (begin, end)]
    except ValueError:
        return None
    # Time zones differ by less than two days, which is what the margin is for.
    span = times[1].replace(tzinfo=None) - times[0].replace(tzinfo=None)
    return abs(span.total_seconds()) + timedelta(days=2).total_seconds()


_RULES: dict[str, Callable[[Arguments], None]] = {
    "repeat": _repeat,
    "lpad": _pad,
    "rpad": _pad,
    "format": _format,
    "substring": _substring,
    "substr": _substring,
    **dict.fromkeys(
        (
            "regexp_count",
            "regexp_instr",
            "regexp_like",
            "regexp_match",
            "regexp_matches",
            "regexp_replace",
            "regexp_split_to_array",
            "regexp_split_to_table",
            "regexp_substr",
        ),
        _regex,
    ),
}
