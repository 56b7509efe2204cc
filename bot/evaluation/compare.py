"""Whether a result is what a gold query gives, as a reader would judge.

Names and order of columns are free, and further columns are allowed (they are reported apart);
rows are a multiset unless the question asks for an order; numbers are equal within a rounding.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

from bot.domain import ResultTable

_ROUNDING = 0.0051
"""Two decimals, which is what people round to, and a little."""


class Match(StrEnum):
    """How a result compares."""

    SAME = "same"
    MORE_COLUMNS = "more columns"
    DIFFERENT = "different"


def compare(found: ResultTable, gold: ResultTable, *, ordered: bool) -> Match:
    """Compare a result with the gold one."""
    if len(found.rows) != len(gold.rows) or len(found.columns) < len(gold.columns):
        return Match.DIFFERENT
    ours, theirs = _columns(found), _columns(gold)
    if not any(_same_rows(chosen, theirs, ordered=ordered) for chosen in _choices(ours, theirs)):
        return Match.DIFFERENT
    return Match.SAME if len(ours) == len(theirs) else Match.MORE_COLUMNS


def _columns(table: ResultTable) -> list[list[object]]:
    return [[_plain(row[place]) for row in table.rows] for place in range(len(table.columns))]


def _choices(ours: list[list[object]], theirs: list[list[object]]) -> Iterator[list[list[object]]]:
    """Every way to find the gold columns among ours, by what each column holds."""

    def choose(place: int, used: frozenset[int]) -> Iterator[list[list[object]]]:
        if place == len(theirs):
            yield []
            return
        for index, column in enumerate(ours):
            if index not in used and _alike(column, theirs[place]):
                for rest in choose(place + 1, used | {index}):
                    yield [column, *rest]

    return choose(0, frozenset())


def _alike(ours: list[object], theirs: list[object]) -> bool:
    return all(map(_equal, sorted(ours, key=_order), sorted(theirs, key=_order)))


def _same_rows(ours: list[list[object]], theirs: list[list[object]], *, ordered: bool) -> bool:
    found, gold = list(zip(*ours, strict=True)), list(zip(*theirs, strict=True))
    if not ordered:
        found, gold = _sorted(found), _sorted(gold)
    if all(all(map(_equal, a, b)) for a, b in zip(found, gold, strict=True)):
        return True
    # Ties in the sort, or numbers at the edge of a rounding: count what stands in each row.
    coarse = Counter(tuple(map(_coarse, row)) for row in found)
    return not ordered and coarse == Counter(tuple(map(_coarse, row)) for row in gold)


def _sorted(rows: Sequence[tuple[object, ...]]) -> list[tuple[object, ...]]:
    # Numbers last: they are equal within a rounding only, so texts decide which rows go together.
    return sorted(
        rows,
        key=lambda row: (
            [_order(value) for value in row if not isinstance(value, float)],
            [_number(value) for value in row if isinstance(value, float)],
        ),
    )


def _plain(value: object) -> object:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float | Decimal):
        return float(value)
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return str([_plain(item) for item in value])
    return str(value).strip()


def _equal(ours: object, theirs: object) -> bool:
    if isinstance(ours, float) and isinstance(theirs, float):
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=_ROUNDING) or (
            math.isnan(ours) and math.isnan(theirs)
        )
    # In Python True is 1; to a reader it is not.
    return isinstance(ours, bool) == isinstance(theirs, bool) and ours == theirs


def _coarse(value: object) -> object:
    return round(value, 2) if isinstance(value, float) else value


def _order(value: object) -> tuple[str, tuple[bool, float], str]:
    if isinstance(value, float):
        return ("number", _number(value), "")
    return (type(value).__name__, (False, 0.0), str(value))


def _number(value: float) -> tuple[bool, float]:
    """A place for each number, NaN last."""
    return (True, 0.0) if math.isnan(value) else (False, value)
