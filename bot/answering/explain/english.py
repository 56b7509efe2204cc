"""Small English: plurals, lists, numbers, dates, and the words of tables and columns."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence

from bot.semantic import SemanticColumn, SemanticTable

_NUMBERS = "no one two three four five six seven eight nine ten".split()  # noqa: SIM905 - reads so
_MONTHS = calendar.month_name
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_SPOKEN = 40
"""The longest value that is quoted from a query, in characters."""


def plural(noun: str) -> str:
    """Of a singular noun."""
    if noun.endswith("s"):
        return noun
    return noun[:-1] + "ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else noun + "s"


def singular(noun: str) -> str:
    """Of a plural noun; any other stays."""
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    if noun.endswith(("ches", "shes", "xes", "sses")):
        return noun[:-2]
    return noun[:-1] if noun.endswith("s") and not noun.endswith(("ss", "us", "is")) else noun


def listed(items: Sequence[str], last: str = "and") -> str:
    """`a, b and c`."""
    return f" {last} ".join(part for part in (", ".join(items[:-1]), *items[-1:]) if part)


def some(items: Sequence[str], most: int, more: str = "more") -> str:
    """The first `most` of `items`, and how many are left."""
    left = len(items) - most
    if left <= 0 or most < 1:
        return listed(items)
    return listed([*items[:most], f"{left} {more}"])


def number(value: int) -> str:
    """In words up to ten."""
    return _NUMBERS[value] if 0 <= value < len(_NUMBERS) else f"{value:,}"


def ordinal(place: int) -> str:
    """From 1 on."""
    return ("first", "second", "third")[place - 1] if place < 4 else f"{place}th"


def spaced(name: str) -> str:
    """An identifier as words."""
    return " ".join(name.replace("_", " ").split())


def spoken(value: str) -> str:
    """A text of the query: days written out, odd ones in quotation marks."""
    day = _DAY.fullmatch(value)
    if day and 1 <= int(day[2]) <= 12:
        return f"{int(day[3])} {_MONTHS[int(day[2])]} {day[1]}"
    flat = " ".join(value.split())
    short = flat if len(flat) <= _SPOKEN else flat[: _SPOKEN - 1] + "…"
    plain = re.fullmatch(r"[\w.:'’-]+( [\w.:'’-]+){0,3}", short)
    return short if plain and not re.search(r"\b(and|or|not|is)\b", short.lower()) else f"“{short}”"


def table_words(table: SemanticTable) -> str:
    """A table's name as words."""
    return spaced(table.name)


def rows_of(table: SemanticTable) -> str:
    """What a row is, for counting: "games", or "team games (one per team per finished game)"."""
    words = table_words(table)
    stated = re.match(r"one row (per [^,;(]+)", table.description)
    if stated is None or stated[1].strip().startswith(f"per {singular(words)}"):
        return words
    return f"{words} (one {stated[1].strip()})"


def column_words(column: SemanticColumn) -> str:
    """A column's name as words, or its description where that is a name itself.

    "spirit score, 0 to 20" names spirit_scores.total; "team name" would hide which team.
    """
    stated = re.match(r"([a-z][a-z ]*?)(?:, \d.*)?$", column.description)
    if stated and len(stated[1].split()) <= 4 and not stated[1].endswith(" name"):
        return stated[1]
    name = column.name
    if name.endswith("_at"):
        return spaced(name.removesuffix("_at")) + " time"
    return spaced(name.removeprefix("is_") if column.type == "boolean" else name)
