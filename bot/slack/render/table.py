"""A grid as Slack's `data_table` (which sorts and pages), as `table`, or as fixed-width text.

Slack takes 201 rows in the first and 100 in the second (a header is one of them) of 20 cells and
10,000 characters; what does not fit is left to the CSV file, and the caller says so. A time in the
first two is an instant, which each reader's client shows in the reader's own zone.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from tabulate import tabulate

from bot.slack.render.cells import Grid
from bot.slack.render.measures import is_finite
from bot.slack.render.pieces import LIMIT, Block, cut, line, one_line, size
from bot.texts import say

TABLE_ROWS = 99
"""Rows of data in a native table: Slack's 100 less the header."""

PAGE = 10
"""Rows that a data table shows at once."""

_NARROW = 40
_EXACT = 2**53  # a JSON number beyond is another number
_DATE = "{date_short_pretty} {time}"


def data_table(grid: Grid, caption: str, limit: int = LIMIT) -> tuple[Block, int]:
    """The `data_table` block and how many rows of `grid` it holds. It needs two rows of data."""
    shown = _fitting(grid, limit)
    rows = [_texts(grid.headers)]
    rows += [[_cell(text, value) for text, value in row] for row in _data(grid, shown)]
    block = {
        "type": "data_table",
        "caption": cut(one_line(caption), 150) or say("answer.caption"),
        "page_size": PAGE,
        "rows": rows,
    }
    return block, shown


def native(grid: Grid, limit: int = LIMIT) -> tuple[Block, int]:
    """The `table` block and how many rows of `grid` it holds."""
    shown = _fitting(grid, limit)
    rows = [_texts(grid.headers)]
    rows += [
        [_moment(text, value) or _text(text) for text, value in row] for row in _data(grid, shown)
    ]
    settings = [{"align": "right"} if right else {"is_wrapped": True} for right in grid.right]
    return {"type": "table", "rows": rows, "column_settings": settings}, shown


def _fitting(grid: Grid, limit: int) -> int:
    room = limit - sum(size(text) for text in grid.headers)
    for number, row in enumerate(grid.rows[:TABLE_ROWS]):
        room -= sum(size(text) for text in row)
        if room < 0:
            return number
    return min(len(grid.rows), TABLE_ROWS)


def _data(grid: Grid, rows: int) -> list[list[tuple[str, object]]]:
    """The first rows, each cell as its text and the value that it was made from."""
    return [
        list(zip(texts, values, strict=True))
        for texts, values in zip(grid.rows[:rows], grid.values[:rows], strict=True)
    ]


def _texts(texts: tuple[str, ...]) -> list[Block]:
    return [_text(text) for text in texts]


def _text(text: str) -> Block:
    return {"type": "raw_text", "text": text}


def _cell(text: str, value: object) -> Block:
    if is_finite(value) and -_EXACT <= value <= _EXACT:
        exact = float(value) if isinstance(value, Decimal) else value
        return {"type": "raw_number", "value": exact, "text": text}
    return _moment(text, value) or _text(text)


def instant(text: str, value: object) -> Block | None:
    """An instant that the reader's client puts into words; `text` is for clients that cannot.

    It is an element for `line`; None for what is no instant.
    """
    if not isinstance(value, datetime) or value.tzinfo is None or not 1970 < value.year < 2100:
        return None
    return {"type": "date", "timestamp": int(value.timestamp()), "format": _DATE, "fallback": text}


def _moment(text: str, value: object) -> Block | None:
    date = instant(text, value)
    return line(date) if date else None


def fixed_width(grid: Grid, limit: int = LIMIT) -> tuple[str, int]:
    """The grid in fixed-width text of at most `limit` characters, and how many rows it holds."""
    shown = min(len(grid.rows), TABLE_ROWS)
    while True:
        text = _tabulated(grid, shown)
        if size(text) <= limit:
            return text, shown
        if shown == 0:
            return cut(text, limit), 0
        # Lines are equally long, so this lands at or just below the limit within a few rounds.
        shown = min(shown - 1, shown * limit // size(text))


def _tabulated(grid: Grid, rows: int) -> str:
    return tabulate(
        [[cut(text, _NARROW) for text in row] for row in grid.rows[:rows]],
        headers=[cut(text, _NARROW) for text in grid.headers],
        tablefmt="simple",
        disable_numparse=True,
        colalign=tuple("right" if right else "left" for right in grid.right) if rows else None,
    )
