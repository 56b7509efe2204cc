"""How many ordinary values the result of a call could hold, by those in its arguments.

`bot.guard.growth` says what that is for, and follows the values from query to query.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.guard import sizes
from bot.guard.parse import Node
from bot.guard.refusals import too_complex

Arguments = tuple[Node, ...]
Parts = Mapping[int, float]
"""The copies of each argument, by its identity."""

COPIES = 1_000
"""The most values of columns that one value may be made of."""

VALUE = 100
"""The characters of a literal that count as one value."""

COLLECTED = 50
"""The most values of columns in each of the parts that an aggregate keeps, a part for each row."""

POWER = 50
"""The largest exponent whose power counts as short, and the most places of a round number."""

EXPONENTIAL = 30
"""The copies in exp(x): of exp(6000) 2,606 digits, and above it PostgreSQL gives an error."""

_COLLECTING = frozenset(
    {"array_agg", "string_agg"}
    | {
        f"{kind}{which}"
        for kind in ("json", "jsonb")
        for which in (
            "_agg",
            "_agg_strict",
            "_object_agg",
            "_object_agg_strict",
            "_object_agg_unique",
            "_object_agg_unique_strict",
        )
    }
)
_PARTS = frozenset(
    {
        "array_append",
        "array_cat",
        "array_prepend",
        "array_replace",
        "array_to_json",
        "concat",
        "concat_ws",
        "json_build_array",
        "json_build_object",
        "json_object",
        "jsonb_build_array",
        "jsonb_build_object",
        "jsonb_insert",
        "jsonb_object",
        "jsonb_pretty",
        "jsonb_set",
        "normalize",
        "overlay",
        "quote_ident",
        "quote_literal",
        "quote_nullable",
        "range_merge",
        "row_to_json",
        "to_char",
        "to_json",
        "to_jsonb",
    }
)


def called(name: str, arguments: Arguments, parts: Parts) -> float:
    """The copies in what the function `name` gives. Raises Refused where it keeps long texts."""
    if name in _COLLECTING and max((parts[id(a)] for a in arguments), default=0) > COLLECTED:
        raise too_complex(f"{name}() of long texts")
    rule = _LONGER.get(name)
    if rule:
        return rule(arguments, parts)
    return 2 * sum(parts[id(argument)] for argument in arguments) if name in _PARTS else 1


def raised(base: float, exponent: Node) -> float:
    """The copies in a power: a numeric may have 131,072 digits, which small exponents keep off."""
    small = sizes.number(exponent)
    return COPIES if small is None or abs(small) > POWER else base * max(1, abs(small))


def _formatted(arguments: Arguments, parts: Parts) -> float:
    """The copies in format(), whose places may all name one argument."""
    places = (sizes.string(arguments[0]) or "").count("%")
    return 2 * (1 + places) * max(parts[id(argument)] for argument in arguments)


def _replaced(arguments: Arguments, parts: Parts) -> float:
    if len(arguments) < 3:
        return 1
    return parts[id(arguments[0])] * _length(arguments[2], parts)


def _joined(arguments: Arguments, parts: Parts) -> float:
    if len(arguments) < 2:
        return 1
    return parts[id(arguments[0])] * sum(_length(part, parts) for part in arguments[1:])


def _power(arguments: Arguments, parts: Parts) -> float:
    return raised(parts[id(arguments[0])], arguments[1]) if len(arguments) == 2 else 1


def _multiple(arguments: Arguments, parts: Parts) -> float:
    """The copies in a number that has the digits of all arguments."""
    return sum(parts[id(argument)] for argument in arguments)


def _rounded(arguments: Arguments, _parts: Parts) -> float:
    """The copies in round(x, n), which writes n zeros where there are no digits."""
    places = sizes.integer(arguments[1]) if len(arguments) > 1 else 0
    return 1 if places is not None and abs(places) <= POWER else COPIES


def _exponential(_arguments: Arguments, _parts: Parts) -> float:
    """The copies in exp(x), whatever x is."""
    return EXPONENTIAL


def _padded(_arguments: Arguments, _parts: Parts) -> float:
    return sizes.WIDTH / VALUE


_LONGER: dict[str, Callable[[Arguments, Parts], float]] = {
    "array_to_string": _joined,
    "exp": _exponential,
    "format": _formatted,
    "lcm": _multiple,
    "lpad": _padded,
    "pow": _power,
    "power": _power,
    "regexp_replace": _replaced,
    "repeat": _padded,
    "replace": _replaced,
    "round": _rounded,
    "rpad": _padded,
    "trunc": _rounded,
}


def _length(node: Node, parts: Parts) -> float:
    """How much longer each character may become that a text is put in for."""
    text = sizes.string(node)
    return VALUE * parts[id(node)] if text is None else 1 + len(text) / 2
