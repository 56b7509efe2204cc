"""Which columns of a result name things and which measure them; findings and charts rest on it.

By kinds, names and values alone: a column that cannot be told is neither.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import TypeGuard

from bot.domain import ColumnKind, ResultTable

Number = int | float | Decimal

_PLACES = re.compile(
    r"(^|_)(id|rank|ranking|position|place|placement|seed|number|jersey|year|pool|round|row)(_|$)"
)
_NAMES = re.compile(r"(^|_)(name|team|player|opponent|division|field|location|winner|event)(_|$)")
_PERCENT = re.compile(r"(^|_)(percent|percentage|pct|share)(_|$)")


def is_place(name: str) -> bool:
    """Whether a number of that name orders or marks a row instead of measuring it."""
    return bool(_PLACES.search(name.lower()))


def is_percent(name: str) -> bool:
    """Whether a number of that name is a share of a hundred (or of one)."""
    return bool(_PERCENT.search(name.lower()))


def measures(table: ResultTable) -> list[int]:
    """The columns of numbers that measure something."""
    return [
        i
        for i, column in enumerate(table.columns)
        if column.kind is ColumnKind.NUMBER and not is_place(column.name)
    ]


def label(table: ResultTable) -> int | None:
    """The column that names the rows: texts, none missing, no two alike; None if none does."""
    texts = [i for i, column in enumerate(table.columns) if column.kind is ColumnKind.TEXT]
    # A column called team comes before one called jersey, wherever it stands.
    texts.sort(key=lambda i: not _NAMES.search(table.columns[i].name.lower()))
    for i in texts:
        values = [row[i] for row in table.rows]
        if all(isinstance(v, str) and v.strip() for v in values) and len(set(values)) == len(
            values
        ):
            return i
    return None


def numbers(table: ResultTable, index: int) -> list[Number] | None:
    """A column's values if each is a finite number, else None."""
    kept = finite([row[index] for row in table.rows])
    return kept if len(kept) == len(table.rows) else None


def finite(values: Sequence[object]) -> list[Number]:
    """Those of the values that are finite numbers."""
    return [value for value in values if is_finite(value)]


def is_finite(value: object) -> TypeGuard[Number]:
    """Whether `value` is a number that can be compared and drawn."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    try:
        return math.isfinite(value)
    except (OverflowError, ValueError):  # an integer that no float holds; a signalling NaN
        return False


def falls(values: Sequence[Number]) -> bool:
    """Whether no value is larger than the one before."""
    return all(later <= earlier for earlier, later in itertools.pairwise(values))
