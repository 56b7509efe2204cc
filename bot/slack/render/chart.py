"""The chart that a result asks for, if any: a line over time, a pie of a whole, bars of a ranking.

    a time and numbers                 line
    names and shares that make 100 %   pie, up to six slices
    names and one measure              bars

By kinds, names and values of the columns alone. `chart_block` makes Slack's own block of it,
`bot.slack.picture` a PNG for a workspace that has no such block.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.domain import Answer, ColumnKind, ResultTable
from bot.slack.render.cells import headed, heading_of, number_text
from bot.slack.render.measures import finite, is_finite, is_percent, label, measures
from bot.slack.render.pieces import Block, cut, one_line
from bot.texts import clock_text, date_text, say, short_date_text

BARS = 20
SLICES = 6
POINTS = 500
SERIES = 6
_BLOCK_POINTS = 20
_LABEL = 20
_TITLE = 50

_ASKS = re.compile(
    r"\b(charts?|graphs?|plot|diagram|trends?|over time|pie|histogram)\b", re.IGNORECASE
)
_TIMES = re.compile(r"^(day|date|week|month|year|hour)s?$")


class ChartKind(enum.StrEnum):
    """What is drawn; the values are Slack's words."""

    BAR = "bar"
    LINE = "line"
    PIE = "pie"


@dataclass(frozen=True, slots=True)
class Series:
    """One line, or all bars or slices: a value for each category."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, whole or of the first categories. `texts` are the first series' values in words.

    `opens` says that it is worth more than the table at first sight; `left_out` counts rows.
    """

    kind: ChartKind
    title: str
    x: str
    y: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    texts: tuple[str, ...]
    opens: bool
    left_out: int = 0


def chart_of(answer: Answer, zone: ZoneInfo) -> Chart | None:
    """The chart of an answer, times in `zone`; None where its shape asks for none."""
    table = answer.table
    if len(table.rows) < 2:
        return None
    asked = bool(_ASKS.search(answer.question.text))
    return _over_time(table, zone) or _of_names(answer, asked=asked)


def _over_time(table: ResultTable, zone: ZoneInfo) -> Chart | None:
    times = [i for i, column in enumerate(table.columns) if column.kind in _MOMENTS]
    times = times or [
        i for i, column in enumerate(table.columns) if _TIMES.match(column.name.lower())
    ]
    drawn = [i for i in measures(table) if i not in times]
    rows = table.rows[:POINTS]
    if len(times) != 1 or not 1 <= len(drawn) <= SERIES or len(rows) < 3:
        return None
    when = times[0]
    moments = [row[when] for row in rows]
    drawable = all(is_finite(row[i]) for row in rows for i in drawn)
    if not drawable or not _can_be_sorted(moments) or len(set(moments)) < len(moments):
        return None
    rows = tuple(sorted(rows, key=lambda row: row[when]))  # type: ignore[arg-type,return-value]
    names = _distinct([headed(table.columns[i]) for i in drawn])
    return Chart(
        kind=ChartKind.LINE,
        title=_title(_by(", ".join(names), table.columns[when].name)),
        x=heading_of(table.columns[when].name),
        y=names[0] if len(names) == 1 else "",
        categories=_distinct([_moment(row[when], zone) for row in rows]),
        series=tuple(
            Series(name, tuple(map(float, finite([row[i] for row in rows]))))
            for name, i in zip(names, drawn, strict=True)
        ),
        texts=_texts([row[drawn[0]] for row in rows]),
        opens=True,
        left_out=len(table.rows) - len(rows),
    )


_MOMENTS = {ColumnKind.DATE, ColumnKind.DATETIME}


def _can_be_sorted(moments: Sequence[object]) -> bool:
    kinds = {type(moment) for moment in moments}
    if len(kinds) != 1 or not kinds <= {date, datetime, int}:
        return False
    zones = {m.tzinfo is None for m in moments if isinstance(m, datetime)}
    return len(zones) <= 1


def _moment(value: object, zone: ZoneInfo) -> str:
    if isinstance(value, datetime):
        # The least and the greatest moment stand for infinity, and have no place in a zone.
        local = value.astimezone(zone) if value.tzinfo and 1 < value.year < 9999 else value
        return f"{short_date_text(local)} {clock_text(local)}"
    if isinstance(value, date):
        return date_text(value)
    return one_line(str(value)) or " "


def _of_names(answer: Answer, *, asked: bool) -> Chart | None:
    table, who = answer.table, label(answer.table)
    what = _measure(answer)
    if who is None or what is None:
        return None
    known = [row for row in table.rows if row[what] is not None]
    values = [float(value) for value in finite([row[what] for row in known])]
    if len(values) < max(2, len(known)):
        return None
    column = table.columns[what]
    whole = is_percent(column.name) and len(known) == len(table.rows) and _makes_a_whole(values)
    pie = whole and len(known) <= SLICES and not table.truncated
    drawn = known[:BARS]
    return Chart(
        kind=ChartKind.PIE if pie else ChartKind.BAR,
        title=_title(_by(heading_of(column.name), table.columns[who].name)),
        x=heading_of(table.columns[who].name),
        y=headed(column),
        categories=_distinct([one_line(str(row[who])) or "?" for row in drawn]),
        series=(Series(cut(heading_of(column.name), _LABEL), tuple(values[:BARS])),),
        texts=_texts([row[what] for row in drawn]),
        opens=pie or asked,
        left_out=len(table.rows) - len(drawn),
    )


def _measure(answer: Answer) -> int | None:
    found = measures(answer.table)
    if answer.shape.sorted_by in found:
        return answer.shape.sorted_by
    return found[0] if len(found) == 1 else None


def _makes_a_whole(values: Sequence[float]) -> bool:
    total = sum(values)
    return min(values) > 0 and (abs(total - 100) <= 1 or abs(total - 1) <= 0.01)


def _texts(values: Sequence[object]) -> tuple[str, ...]:
    return tuple(number_text(value, values) for value in finite(values))


def _title(text: str) -> str:
    return cut(text[:1].upper() + text[1:], _TITLE)


def _by(what: str, name: str) -> str:
    which = heading_of(name)
    return say("chart.by", what=what, which=which[:1].lower() + which[1:])


def _distinct(texts: Sequence[str]) -> tuple[str, ...]:
    """The texts cut to a label's length, with a number where two would look the same."""
    made: dict[str, None] = {}
    for text in texts:
        name, again = cut(text, _LABEL), 1
        while name in made:
            again += 1
            mark = f" {again}"
            name = cut(text, _LABEL - len(mark)) + mark
        made[name] = None
    return tuple(made)


def in_words(chart: Chart) -> str:
    """The chart for who does not see it, of at most 1,000 characters."""
    pairs = zip(chart.categories, chart.texts, strict=True)
    more = " " + say("chart.left_out", n=chart.left_out) if chart.left_out else ""
    said = ", ".join(f"{name} {text}" for name, text in pairs)
    kind = say(f"chart.{chart.kind.value}")
    return cut(f"{kind}: {chart.title}.{more} {said}.", 1_000)


def chart_block(chart: Chart) -> Block | None:
    """Slack's own block of it; None where it holds more than that block takes."""
    if len(chart.categories) > _BLOCK_POINTS:
        return None
    series = [
        [{"label": name, "value": value} for name, value in zip(chart.categories, one, strict=True)]
        for one in (each.values for each in chart.series)
    ]
    if chart.kind is ChartKind.PIE:
        drawn: Block = {"type": "pie", "segments": series[0]}
    else:
        axis = {"categories": list(chart.categories), "x_label": cut(chart.x, _TITLE)}
        if chart.y:
            axis["y_label"] = cut(chart.y, _TITLE)
        named = [
            {"name": each.name, "data": data}
            for each, data in zip(chart.series, series, strict=True)
        ]
        drawn = {"type": chart.kind.value, "series": named, "axis_config": axis}
    return {"type": "data_visualization", "title": chart.title, "chart": drawn}
