"""Which chart a result asks for, as Slack's block and as a picture."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.demo.workspace.blocks import check_blocks
from bot.domain import Answer, ColumnKind, ResultTable, Shape
from bot.slack.picture import draw, picture
from bot.slack.render.answer import Setting, answer_messages
from bot.slack.render.chart import Chart, ChartKind, chart_block, chart_of, in_words
from tests.slack.samples import answer, columns, question

TEXT, NUMBER, DATE, DATETIME = (
    ColumnKind.TEXT,
    ColumnKind.NUMBER,
    ColumnKind.DATE,
    ColumnKind.DATETIME,
)
UTC_ZONE = ZoneInfo("UTC")
OPEN = Shape()


def given(result: ResultTable, shape: Shape = OPEN, text: str = "top teams") -> Answer:
    """An answer with this table."""
    return replace(answer(result, asked=question(text)), shape=shape)


def chart(result: ResultTable, shape: Shape = OPEN, text: str = "top teams") -> Chart | None:
    """Its chart."""
    return chart_of(given(result, shape, text), UTC_ZONE)


def named(*rows: tuple[object, object], measure: str = "goals") -> ResultTable:
    """Teams and a measure."""
    return ResultTable(columns(team=TEXT, **{measure: NUMBER}), rows)


def daily(count: int) -> ResultTable:
    """Goals by day, latest first."""
    first = date(2026, 5, 1)
    rows = tuple((first + timedelta(days=n), n * n) for n in reversed(range(count)))
    return ResultTable(columns(day=DATE, goals=NUMBER), rows)


def found(made: Chart | None) -> Chart:
    """The chart, which must be there."""
    assert made is not None
    return made


def test_a_ranking_is_bars() -> None:
    """Names with one measure are bars in the table's order, and the table comes first."""
    made = found(chart(named(("Sharks", 14), ("Tides", Decimal("11.5")))))
    assert (made.kind, made.title) == (ChartKind.BAR, "Goals by team")
    assert made.categories == ("Sharks", "Tides")
    assert made.series[0].values == (14.0, 11.5)
    assert not made.opens
    assert in_words(made) == "Bar chart: Goals by team. Sharks 14, Tides 11.5."


def test_who_asks_for_a_chart_sees_it_first() -> None:
    """The words of the question decide for bars; a line and a pie always open."""
    result = named(("Sharks", 14), ("Tides", 11))
    assert found(chart(result, text="chart of goals by team")).opens
    assert not found(chart(result, text="uncharted teams")).opens
    assert found(chart(daily(3))).opens


def test_time_is_a_line_in_the_order_of_time() -> None:
    """A column of times with numbers is a line, oldest first, whatever the rows' order."""
    made = found(chart(daily(4)))
    assert made.kind is ChartKind.LINE
    assert made.categories == ("1 May 2026", "2 May 2026", "3 May 2026", "4 May 2026")
    assert made.series[0].values == (0.0, 1.0, 4.0, 9.0)


def test_moments_are_in_the_readers_zone() -> None:
    """Times on the axis are the reader's."""
    start = datetime(2026, 5, 2, 22, 30, tzinfo=UTC)
    rows = tuple((start + timedelta(hours=n), n, -n) for n in range(3))
    kinds = columns(at=DATETIME, goals=NUMBER, net=NUMBER)
    made = chart_of(given(ResultTable(kinds, rows)), ZoneInfo("Europe/Madrid"))
    assert found(made).categories[0] == "3 May 00:30"
    assert [each.name for each in found(made).series] == ["Goals", "Net"]


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ((("Open", 50), ("Mixed", 30), ("Women", 20)), ChartKind.PIE),
        ((("Open", 0.5), ("Mixed", 0.5)), ChartKind.PIE),
        ((("Open", 66.67), ("Mixed", 33.33)), ChartKind.PIE),
        ((("Open", 90), ("Mixed", 80)), ChartKind.BAR),  # not parts of one whole
        ((("Open", 100), ("Mixed", 0)), ChartKind.BAR),  # a slice of nothing
        (tuple((f"T{n}", Decimal(100) / 7) for n in range(7)), ChartKind.BAR),
    ],
)
def test_shares_are_a_pie_of_at_most_six_slices(
    rows: tuple[tuple[object, object], ...], kind: ChartKind
) -> None:
    """Only positive shares that make a whole, six at most, are a pie."""
    assert found(chart(named(*rows, measure="share"))).kind is kind


@pytest.mark.parametrize(
    "result",
    [
        named(("Sharks", 14)),
        named(("Sharks", 14), ("Sharks", 11)),
        named(("Sharks", float("nan")), ("Tides", 1)),
        named(("Sharks", float("inf")), ("Tides", 1)),
        named(("Sharks", 10**400), ("Tides", 1)),
        named(("Sharks", None), ("Tides", 1)),
        named(("Sharks", 1), ("Tides", 2), measure="seed"),
        ResultTable(columns(team=TEXT, wins=NUMBER, goals=NUMBER), (("A", 1, 2), ("B", 2, 3))),
        ResultTable(columns(wins=NUMBER, goals=NUMBER), ((1, 2), (2, 3))),
        ResultTable(columns(team=TEXT, name=TEXT), (("A", "B"), ("C", "D"))),
        ResultTable(columns(day=DATE, goals=NUMBER), ((None, 1), (None, 2), (None, 3))),
        ResultTable((), ((), ())),
    ],
)
def test_what_has_no_chart(result: ResultTable) -> None:
    """One row, names twice, no measure, several unsorted ones, odd numbers: none."""
    assert chart(result) is None


def test_of_several_measures_the_sorted_one_is_drawn() -> None:
    """The query says which number matters; rows that have none are left out and counted."""
    kinds = columns(team=TEXT, wins=NUMBER, goals=NUMBER)
    result = ResultTable(kinds, (("A", 1, 9), ("B", 2, 8), ("C", 3, None)))
    made = found(chart(result, Shape(sorted_by=2, descending=True)))
    assert (made.y, made.series[0].values, made.left_out) == ("Goals", (9.0, 8.0), 1)


def test_the_block_stays_within_slacks_limits() -> None:
    """Long, equal-looking and many names fit: 20 points, labels of 20, a title of 50."""
    rows = tuple((f"The very long name of a team, number {n}", n) for n in range(30, 0, -1))
    made = found(chart(named(*rows, measure="m" * 80)))
    block = chart_block(made)
    assert made.left_out == 10
    check_blocks([block])
    assert len(set(made.categories)) == 20
    assert chart_block(found(chart(daily(21)))) is None
    check_blocks([chart_block(found(chart(daily(20))))])
    whole = named(("Open", 60), ("Mixed", 40), measure="share")
    check_blocks([chart_block(found(chart(whole)))])


def test_an_answer_shows_the_chart_or_the_table() -> None:
    """A line opens as a chart with “Table” under it; a table has “Chart”; plain forms follow."""
    forms = answer_messages(given(daily(4)))
    assert "data_visualization" in forms[0].kinds
    assert "table" in [each["action_id"] for each in forms[0].blocks[-1]["elements"]]
    tables = answer_messages(given(daily(4)), Setting(view="table"))
    assert "data_table" in tables[0].kinds
    assert "chart" in [each["action_id"] for each in tables[0].blocks[-1]["elements"]]
    assert [form.kinds for form in forms[1:]] == [form.kinds for form in tables]


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG."""
    width, height = struct.unpack(">II", png[16:24])
    return int(width), int(height)


@pytest.mark.parametrize(
    "result",
    [
        named(("Sharks", 14), ("שלום עולם", -3), ("東京", 2), ("🎉", 1), ("$x_1^2$", 0)),
        named(("A", 1e300), ("B", -1e300)),
        named(("A", 0), ("B", 0)),
        named(("Open", 60), ("Mixed", 40), measure="share"),
        daily(3),
        daily(200),
        named(*((f"Team {n}", n) for n in range(25, 0, -1))),
    ],
)
def test_a_picture_is_as_wide_as_two_phones(result: ResultTable) -> None:
    """Whatever the names and numbers, a PNG of 780 pixels, and no warning."""
    png = draw(found(chart(result)))
    assert png.startswith(b"\x89PNG")
    width, height = size_of(png)
    assert width == 780
    assert 200 < height < 1400


async def test_pictures_at_the_same_time_do_not_mix() -> None:
    """Two at once are each their own."""
    import asyncio

    one, two = found(chart(daily(5))), found(chart(named(("A", 2), ("B", 1))))
    drawn = await asyncio.gather(picture(one), picture(two), picture(one))
    assert drawn[0] == drawn[2] != drawn[1]
