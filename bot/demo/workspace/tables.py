"""The limits of the blocks that carry data: table, data_table and data_visualization.

Source: docs.slack.dev/reference/block-kit/blocks (table, data-table and data-visualization
block); slack-sdk checks none of these, so an over-long table is only refused here and by Slack.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.demo.workspace.elements import Problems, fields, items, kind_of, length, listed, whole
from bot.demo.workspace.rich_text import plain_text, rich_text

_CHARTS = {"pie", "bar", "line", "area"}
SERIES = 12
POINTS = 20
SEGMENTS = 12


def table(block: Mapping[str, Any], where: str) -> Problems:
    """Check a table: 100 rows, 20 columns, 10,000 characters."""
    yield from _grid(block, where, rows=(1, 100), characters=10_000)
    settings = block.get("column_settings", [])
    yield from items(settings, f"{where}/column_settings", 20, least=0)
    for index, setting in enumerate(listed(settings)):
        here = f"{where}/column_settings/{index}"
        if setting is None:
            continue  # a column of no settings of its own
        if not isinstance(setting, dict):
            yield f"must be an object [json-pointer:{here}]"
            continue
        yield from fields(setting, here, {"align", "is_wrapped"})
        if setting.get("align", "left") not in ("left", "center", "right"):
            yield f"must be left, center or right [json-pointer:{here}/align]"


def data_table(block: Mapping[str, Any], where: str) -> Problems:
    """Check a data table: a caption, 2 to 201 rows, 20 columns, 20,000 characters."""
    yield from _grid(block, where, rows=(2, 201), characters=20_000)
    yield from length(block.get("caption", ""), f"{where}/caption", 2000, least=1)
    yield from whole(block.get("page_size", 5), f"{where}/page_size", 1, 100)
    rows = block.get("rows")
    header = listed(rows[0]) if isinstance(rows, list) and rows else []
    if any(isinstance(cell, dict) and cell.get("type") == "rich_text" for cell in header):
        yield f"a header cell cannot be rich_text [json-pointer:{where}/rows/0]"
    index = block.get("row_header_column_index", 0)
    yield from whole(index, f"{where}/row_header_column_index", 0, max(0, len(header) - 1))


def _grid(
    block: Mapping[str, Any], where: str, *, rows: tuple[int, int], characters: int
) -> Problems:
    grid = block.get("rows")
    yield from items(grid, f"{where}/rows", rows[1], least=rows[0])
    if not isinstance(grid, list):
        return
    total = 0
    width = len(grid[0]) if grid and isinstance(grid[0], list) else 0
    for number, row in enumerate(grid):
        here = f"{where}/rows/{number}"
        yield from items(row, here, 20)
        if not isinstance(row, list):
            return
        if len(row) != width:
            yield f"all rows must have the same number of cells [json-pointer:{here}]"
        for index, cell in enumerate(row):
            yield from _cell(cell, f"{here}/{index}")
            total += len(cell_text(cell))
    if total > characters:
        yield f"must be less than {characters + 1} characters in all cells [json-pointer:{where}]"


def _cell(cell: Any, where: str) -> Problems:
    kind = kind_of(cell)
    if kind == "raw_text":
        yield from fields(cell, where, {"type", "text"}, "text")
        yield from length(cell.get("text"), f"{where}/text", 10_000, least=1)
    elif kind == "raw_number":
        yield from fields(cell, where, {"type", "value", "text"}, "value", "text")
        if isinstance(cell.get("value"), bool) or not isinstance(cell.get("value"), int | float):
            yield f"must be a number [json-pointer:{where}/value]"
    elif kind == "rich_text":
        yield from rich_text(cell, where)
    else:
        yield f"unsupported type: {kind} [json-pointer:{where}/type]"


def cell_text(cell: Any) -> str:
    """Return what a cell reads."""
    if not isinstance(cell, dict):
        return ""
    if cell.get("type") == "rich_text":
        return plain_text(cell)
    return str(cell.get("text", cell.get("value", "")))


def data_visualization(block: Mapping[str, Any], where: str) -> Problems:
    """Check a chart: title 50, 12 series or segments, 20 points, labels 20."""
    yield from length(block.get("title", ""), f"{where}/title", 50, least=1)
    chart = block.get("chart")
    kind = kind_of(chart)
    if not isinstance(chart, dict) or kind not in _CHARTS:
        yield f"unsupported chart type: {kind} [json-pointer:{where}/chart/type]"
    elif kind == "pie":
        yield from fields(chart, f"{where}/chart", {"type", "segments"}, "segments")
        yield from _points(chart.get("segments"), f"{where}/chart/segments", SEGMENTS)
        if any(_number(point) <= 0 for point in listed(chart.get("segments"))):
            yield f"must be positive [json-pointer:{where}/chart/segments]"
    else:
        yield from _series(chart, f"{where}/chart")


def _series(chart: Mapping[str, Any], where: str) -> Problems:
    known = {"type", "series", "axis_config"}
    yield from fields(chart, where, known, "series", "axis_config")
    axis = chart.get("axis_config")
    if not isinstance(axis, dict):
        yield f"must be an object [json-pointer:{where}/axis_config]"
        return
    yield from fields(axis, f"{where}/axis_config", {"categories", "x_label", "y_label"})
    categories = axis.get("categories")
    yield from items(categories, f"{where}/axis_config/categories", POINTS)
    for index, category in enumerate(listed(categories)):
        yield from length(category, f"{where}/axis_config/categories/{index}", 20, least=1)
    for name in ("x_label", "y_label"):
        if name in axis:
            yield from length(axis[name], f"{where}/axis_config/{name}", 50)
    yield from items(chart.get("series"), f"{where}/series", SERIES)
    names: list[str] = []
    for index, one in enumerate(listed(chart.get("series"))):
        here = f"{where}/series/{index}"
        if not isinstance(one, dict):
            yield f"must be an object [json-pointer:{here}]"
            continue
        yield from fields(one, here, {"name", "data"}, "name", "data")
        yield from length(one.get("name", ""), f"{here}/name", 20, least=1)
        yield from _points(one.get("data"), f"{here}/data", POINTS)
        labels = [
            point.get("label") for point in listed(one.get("data")) if isinstance(point, dict)
        ]
        if sorted(map(str, labels)) != sorted(map(str, listed(categories))):
            yield f"labels must match the categories [json-pointer:{here}/data]"
        names.append(str(one.get("name")))
    if len(set(names)) != len(names):
        yield f"series names must be unique [json-pointer:{where}/series]"


def _points(value: Any, where: str, most: int) -> Problems:
    yield from items(value, where, most)
    for index, point in enumerate(listed(value)):
        here = f"{where}/{index}"
        if not isinstance(point, dict):
            yield f"must be an object [json-pointer:{here}]"
            continue
        yield from fields(point, here, {"label", "value"}, "label", "value")
        yield from length(point.get("label", ""), f"{here}/label", 20, least=1)
        if isinstance(point.get("value"), bool) or not isinstance(point.get("value"), int | float):
            yield f"must be a number [json-pointer:{here}/value]"


def _number(point: Any) -> float:
    value = point.get("value") if isinstance(point, dict) else None
    return float(value) if isinstance(value, int | float) else 1.0
