"""The first line of an answer: true of the table and the query, or not there."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.domain import Column, ColumnKind, ResultTable, Shape
from bot.slack.render.answer import answer_messages
from bot.slack.render.cells import grid
from bot.slack.render.finding import finding
from bot.texts import speaking
from tests.slack.samples import answer, columns

TEXT, NUMBER, UUID = ColumnKind.TEXT, ColumnKind.NUMBER, ColumnKind.UUID
BY_SECOND = Shape(sorted_by=1, descending=True)
TOP = replace(BY_SECOND, limited=True)


def found(result: ResultTable, shape: Shape = BY_SECOND, tables: tuple[str, ...] = ()) -> str:
    """The sentence."""
    asked = replace(answer(result), shape=shape)
    return finding(asked, grid(result, ZoneInfo("UTC"), 99))


def ranked(*rows: tuple[object, object], name: str = "team", measure: str = "goals") -> ResultTable:
    """A table of names and a measure."""
    return ResultTable(columns(**{name: TEXT, measure: NUMBER}), rows)


THREE = (("Sharks", 14), ("Tides", 11), ("Owls", 11))


@pytest.mark.parametrize(
    ("name", "measure", "said"),
    [
        ("team", "goals", "Sharks lead with 14 goals, 3 ahead of Tides."),
        ("player", "goals", "Sharks leads with 14 goals, 3 ahead of Tides."),
        ("team", "total_goals", "Sharks lead with 14 goals, 3 ahead of Tides."),
        ("team", "spirit_total", "Sharks lead with a spirit total of 14, 3 ahead of Tides."),
        ("team", "average_spirit", "Sharks lead with an average spirit of 14, 3 ahead of Tides."),
        ("team", "count", "Sharks lead with 14, 3 ahead of Tides."),
        ("team", "win_percentage", "Sharks lead with a win percentage of 14, 3 ahead of Tides."),
        ("team", "losses", "Sharks: most losses, 14 (Tides: 11)."),
        ("team", "goals_against", "Sharks: most goals against, 14 (Tides: 11)."),
    ],
)
def test_a_clear_leader_is_named(name: str, measure: str, said: str) -> None:
    """The first of rows that fall from the top is said to lead, in the words of the columns."""
    assert found(ranked(*THREE, name=name, measure=measure), TOP) == said


@pytest.mark.parametrize(
    ("locale", "led", "tied", "measured", "counted"),
    [
        (
            "de-DE",
            "Vorn: Sharks (14 Tore), 3 mehr als Tides.",
            "Gleichauf: Owls und Tides (11 Tore).",
            "Gleichauf: Owls und Tides (spirit total 11,5).",
            "Es gibt 1 Team.",
        ),
        (
            "es-ES",
            "En cabeza: Sharks (14 goles), 3 más que Tides.",
            "Empate: Owls y Tides (11 goles).",
            "Empate: Owls y Tides (spirit total 11,5).",
            "Hay 1 equipo.",
        ),
    ],
)
def test_the_sentence_is_in_the_language_of_the_reader(
    locale: str, led: str, tied: str, measured: str, counted: str
) -> None:
    """What every tournament has is translated; other columns keep their names."""
    best = (("Owls", Decimal("11.5")), ("Tides", Decimal("11.5")), ("Ants", 9))
    one = ResultTable(columns(teams=NUMBER), ((1,),))
    with speaking(locale):
        assert found(ranked(*THREE), TOP) == led
        assert found(ranked(("Owls", 11), ("Tides", 11), ("Ants", 9)), TOP) == tied
        assert found(ranked(*best, measure="spirit_total"), TOP) == measured
        assert found(one, Shape(counted="teams")) == counted


@pytest.mark.parametrize(
    ("rows", "shape", "said"),
    [
        ((("A", 5), ("B", 5), ("C", 1)), TOP, "A and B are tied at 5 goals."),
        ((("A", 5), ("B", 5), ("C", 5), ("D", 1)), TOP, "A, B and C are tied at 5 goals."),
        ((*(((f"T{i}", 5)) for i in range(4)), ("X", 1)), TOP, "4 are tied at 5 goals."),
        ((("A", 5), ("B", 5)), BY_SECOND, "All 2 are tied at 5 goals."),
        # There may be more of them below the limit.
        ((("A", 5), ("B", 5)), TOP, ""),
        ((("A", 1), ("B", 0)), TOP, "A lead with 1 goal, 1 ahead of B."),
        (
            (("A", Decimal("13.334")), ("B", Decimal("13.331"))),
            TOP,
            "A lead with 13.33 goals, just ahead of B.",
        ),
    ],
)
def test_ties_are_said_as_ties(
    rows: tuple[tuple[object, object], ...], shape: Shape, said: str
) -> None:
    """Who shares the top shares the sentence; a gap too small to show is not a number."""
    assert found(ranked(*rows), shape) == said


@pytest.mark.parametrize(
    ("result", "shape"),
    [
        (ranked(*THREE), replace(TOP, sorted_by=None)),  # sorted by what is not shown, and cut
        (ranked(*THREE), replace(TOP, descending=False)),
        (ranked(("A", 1), ("B", 2)), Shape()),
        (ranked(("A", None), ("B", 2)), TOP),
        (ranked(("A", float("nan")), ("B", 2)), TOP),
        (ranked(("A", float("inf")), ("B", 2)), TOP),
        (ranked(("A", True), ("B", False)), TOP),
        (ranked(("A", 3), ("A", 2)), TOP),
        (ranked((None, 3), ("B", 2)), TOP),
        (ranked((" ", 3), ("B", 2)), TOP),
        (ranked(*THREE, measure="jersey_number"), TOP),
        (ranked(*THREE, measure="year"), TOP),
        (replace(ranked(*THREE), truncated=True), BY_SECOND),
        (ResultTable(columns(goals=NUMBER), ((3,), (2,))), replace(TOP, sorted_by=0)),
    ],
)
def test_nothing_is_said_that_is_not_certain(result: ResultTable, shape: Shape) -> None:
    """Unsorted, cut, missing, equal or meaningless values have no leader."""
    assert found(result, shape) == ""


def test_two_measures_need_to_be_told_which_one_sorts() -> None:
    """With several numbers the query has to say by which of them."""
    kinds = columns(team=TEXT, wins=NUMBER, goals=NUMBER)
    result = ResultTable(kinds, (("A", 3, 9), ("B", 2, 8)))
    assert found(result, Shape()) == ""
    assert found(result, Shape(sorted_by=2, descending=True)) == (
        "A lead with 9 goals, 1 ahead of B."
    )


def test_standings_name_who_is_first() -> None:
    """A rank that is there once each names the first; two groups of ranks do not."""
    kinds = columns(rank=NUMBER, team=TEXT, wins=NUMBER, losses=NUMBER)
    one = ResultTable(kinds, ((1, "A", 3, 0), (2, "B", 2, 1)))
    two = ResultTable(kinds, ((1, "A", 3, 0), (1, "B", 2, 1)))
    assert found(one, Shape(sorted_by=0)) == "A lead, ahead of B."
    assert found(two, Shape(sorted_by=0)) == ""
    assert found(one, Shape()) == ""


def test_one_row_is_read_out() -> None:
    """One value has its column's name; a few have theirs; a whole table that is counted is said."""
    one = ResultTable(columns(count=NUMBER), ((24,),))
    assert found(one, Shape(counted="teams")) == "There are 24 teams."
    assert found(replace(one, rows=((1,),)), Shape(counted="teams")) == "There is 1 team."
    assert found(replace(one, rows=((0,),)), Shape(counted="teams")) == "There are no teams."
    assert found(one, Shape(counted="team_games")) == "Count: 24."
    assert found(one) == "Count: 24."
    pair = ResultTable(columns(team=TEXT, id=UUID, goals=NUMBER), (("Sharks", "x", 14),))
    assert found(pair) == "Sharks: goals 14."
    game = ResultTable(columns(goals=NUMBER, team=TEXT), ((14, "Sharks"),))
    assert found(game) == "Goals 14, team Sharks."
    long = ResultTable(columns(team=TEXT, text=TEXT), (("Sharks", "x" * 61),))
    assert found(long) == ""
    wide = ResultTable(columns(a=TEXT, b=TEXT, c=TEXT, d=TEXT, e=TEXT), (tuple("abcde"),))
    assert found(wide) == ""


def test_a_sentence_that_says_it_all_needs_no_table() -> None:
    """A single value is a sentence, its trust line and buttons."""
    one = replace(
        answer(ResultTable(columns(count=NUMBER), ((24,),))), shape=Shape(counted="teams")
    )
    best, plain = answer_messages(one)
    assert best.kinds == {"rich_text", "context", "context_actions", "actions"}
    assert (best.text, plain.text) == ("There are 24 teams.", "There are 24 teams.")


def test_percentages_have_their_sign() -> None:
    """A column of shares of a hundred shows the sign; shares of one and odd values do not."""
    kinds = columns(team=TEXT, win_percentage=NUMBER)
    hundred = grid(ResultTable(kinds, (("A", 66.7), ("B", None))), ZoneInfo("UTC"), 9)
    ones = grid(ResultTable(kinds, (("A", 0.667),)), ZoneInfo("UTC"), 9)
    odd = grid(ResultTable(kinds, (("A", 250),)), ZoneInfo("UTC"), 9)
    assert [row[1] for row in hundred.rows] == ["66.7 %", "–"]
    assert ones.rows[0][1] == "0.667"
    assert odd.rows[0][1] == "250"


def test_units_stand_behind_numbers() -> None:
    """In the finding behind the number, in the table in the header, but a percent sign in cells."""
    length = Column("length", NUMBER, unit="min")
    share = Column("win_percentage", NUMBER, unit="%")
    team = Column("team", TEXT)
    two = ResultTable((team, length), (("A", 95), ("B", 90)))
    assert found(two) == "A lead with a length of 95 min, 5 ahead of B."
    assert grid(two, ZoneInfo("UTC"), 9).headers == ("Team", "Length (min)")
    assert found(ResultTable((length,), ((95,),))) == "Length: 95 min."
    assert found(ResultTable((team, length, share), (("A", None, 1),))) == (
        "A: length –, win percentage 1 %."
    )
    shares = ResultTable((team, share), (("A", 62.5), ("B", 50)))
    assert found(shares) == "A lead with a win percentage of 62.5 %, 12.5 ahead of B."
