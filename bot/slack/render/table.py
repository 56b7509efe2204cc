"""A grid as Slack's own `table` block, and as fixed-width text where that block is refused.

Slack takes 100 rows (its header is one of them) of 20 cells and 10,000 characters, one table a
message; what does not fit is left to the CSV file, and the caller says so.
"""

from __future__ import annotations

from tabulate import tabulate

from bot.slack.render.cells import Grid
from bot.slack.render.pieces import LIMIT, Block, cut, size

TABLE_ROWS = 99
"""Rows of data in a native table: Slack's 100 less the header."""

_NARROW = 40


def native(grid: Grid, limit: int = LIMIT) -> tuple[Block, int]:
    """The `table` block and how many rows of `grid` it holds."""
    room = limit - sum(size(text) for text in grid.headers)
    rows = [_cells(grid.headers)]
    for row in grid.rows[:TABLE_ROWS]:
        room -= sum(size(text) for text in row)
        if room < 0:
            break
        rows.append(_cells(row))
    settings = [{"align": "right"} if right else {"is_wrapped": True} for right in grid.right]
    return {"type": "table", "rows": rows, "column_settings": settings}, len(rows) - 1


def _cells(texts: tuple[str, ...]) -> list[Block]:
    return [{"type": "raw_text", "text": text} for text in texts]


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
