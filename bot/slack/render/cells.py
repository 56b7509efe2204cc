"""A result as people read it: columns chosen, names made readable, every value a short text.

UUIDs are left out while another column remains; numbers share the decimals of their column; times
are in the event's zone. `Grid` is what both the native table and the plain one are drawn from.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.domain import Column, ColumnKind, ResultTable
from bot.slack.render.measures import is_finite, is_percent
from bot.slack.render.pieces import cut, one_line
from bot.texts import at_text, clock_text, date_text, localised, say

COLUMNS = 20
"""Slack's table holds no more columns."""

NOTHING = "\N{EN DASH}"
"""How NULL reads."""

PERCENT = "%"
"""The unit that stands behind each number, and not in the header."""

_CELL = 300
_HEADER = 60


@dataclass(frozen=True, slots=True)
class Grid:
    """Texts in rows, none empty. `right` says which columns align right.

    `values` are what the texts were made from, `places` which columns of the result these are.
    `left_out` counts columns that did not fit; hidden UUIDs are not among them.
    """

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]
    left_out: int
    values: tuple[tuple[object, ...], ...] = ()
    places: tuple[int, ...] = ()


def grid(table: ResultTable, zone: ZoneInfo, rows: int) -> Grid:
    """The first `rows` rows of `table` as texts, times in `zone`."""
    if not table.columns:  # SELECT without columns is legal PostgreSQL
        return Grid((say("cells.no_columns"),), (), (False,), 0)
    shown = _shown(table.columns)
    chosen = shown[:COLUMNS]
    cut_rows = table.rows[:rows]
    columns = [_column(table.columns[i], [row[i] for row in cut_rows], zone) for i in chosen]
    return Grid(
        headers=tuple(headed(table.columns[i]) for i in chosen),
        rows=tuple(zip(*columns, strict=True)),
        right=tuple(table.columns[i].kind is ColumnKind.NUMBER for i in chosen),
        left_out=len(shown) - len(chosen),
        values=tuple(tuple(row[i] for i in chosen) for row in cut_rows),
        places=tuple(chosen),
    )


def _shown(columns: Sequence[Column]) -> list[int]:
    named = [i for i, column in enumerate(columns) if column.kind is not ColumnKind.UUID]
    return named or list(range(len(columns)))


def heading_of(name: str) -> str:
    """A column's name as people read it. Never empty."""
    words = one_line(name.replace("_", " ").replace("?", " "))
    return cut(words[:1].upper() + words[1:], _HEADER) or say("cells.column")


def headed(column: Column) -> str:
    """A column's name with its unit: "Length (min)". A percent sign stands in the cells."""
    name = heading_of(column.name)
    return f"{name} ({column.unit})" if column.unit and column.unit != PERCENT else name


def _column(column: Column, values: Sequence[object], zone: ZoneInfo) -> list[str]:
    number = column.kind is ColumnKind.NUMBER
    digits = _digits(values) if number else 2
    unit = " %" if number and _percents(column, values) else ""
    texts = (_text(value, digits, zone) + (unit if is_finite(value) else "") for value in values)
    return [cut(one_line(text), _CELL) or " " for text in texts]


def number_text(value: float | Decimal, values: Sequence[object]) -> str:
    """`value` with the decimals of the column that holds `values`."""
    return _number(value, _digits(values))


def _percents(column: Column, values: Sequence[object]) -> bool:
    """Whether these are shares of a hundred: said to be, or by their name and range."""
    known = [v for v in values if is_finite(v)]
    in_range = all(0 <= v <= 100 for v in known)
    named = is_percent(column.name) and in_range and any(v > 1 for v in known)
    return column.unit == PERCENT or (named and not column.unit)


def _digits(values: Sequence[object]) -> int:
    """Decimals that this column needs: at most two, three where all is below one."""
    numbers = [Decimal(v) for v in values if isinstance(v, float | Decimal)]
    broken = [v for v in numbers if v.is_finite()]
    limit = 3 if broken and all(abs(v) < 1 for v in broken) else 2
    fractions = (f"{value:.{limit}f}".rpartition(".")[2].rstrip("0") for value in broken)
    return max(map(len, fractions), default=0)


def _text(value: object, digits: int, zone: ZoneInfo) -> str:  # noqa: PLR0911 (one a type)
    match value:
        case None:
            return NOTHING
        case bool():
            return say("cells.true") if value else say("cells.false")
        case int() | float() | Decimal():
            return _number(value, digits)
        case date() | time():
            return _moment(value, zone)
        case list() | tuple():
            return ", ".join(_text(item, digits, zone) for item in value)
        case dict():
            return json.dumps(value, ensure_ascii=False, default=str)
        case bytes():
            return say("cells.bytes", n=len(value))
        case _:
            return str(value)


def _moment(value: date | time, zone: ZoneInfo) -> str:
    if isinstance(value, time):
        return clock_text(value)
    if isinstance(value, datetime):
        return at_text(_local(value, zone))
    return date_text(value)


def _local(value: datetime, zone: ZoneInfo) -> datetime:
    try:
        return value.astimezone(zone) if value.tzinfo else value
    except OverflowError:  # infinity comes as the last moment there is
        return value


def _number(value: float | Decimal, digits: int) -> str:
    exact = Decimal(value)
    if not exact.is_finite():
        return "NaN" if exact.is_nan() else ("∞" if exact > 0 else "-∞")
    if abs(exact) >= 10**15 or 0 < abs(exact) < Decimal("0.0005"):
        return localised(f"{exact:.3g}")
    places = 0 if isinstance(value, int) else digits
    grouped = "," if abs(exact) >= 10_000 else ""
    return localised(f"{exact:z{grouped}.{places}f}")
