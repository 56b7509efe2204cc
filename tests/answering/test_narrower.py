"""Which narrower questions are offered under an answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from bot.answering.narrower import refinements
from bot.domain import GUARD_SEAL, ColumnKind, GuardedQuery, ResultTable, Shape
from bot.semantic import load
from tests.slack import samples

MODEL = load(Path(__file__).parents[2] / "bot" / "semantic" / "game_stats.yml")
NAMES = {
    "teams.name": ("Sharks", *(f"Team {n}" for n in range(24))),
    "divisions.name": ("Mixed", "Open", "Women's"),
}
PLAIN = Shape()


def table(*rows: tuple[object, ...], **kinds: ColumnKind) -> ResultTable:
    """Rows under columns by name and kind."""
    return ResultTable(samples.columns(**kinds), rows)


LISTED = table(*(("some",) for _ in range(5)), name=ColumnKind.TEXT)


def offered(
    sql: str,
    *tables: str,
    question: str = "top teams",
    rows: ResultTable = LISTED,
    shape: Shape = PLAIN,
) -> list[tuple[str, str]]:
    """Labels and words."""
    query = GuardedQuery(sql, (UUID(int=1),), tables, sql, GUARD_SEAL)
    found = replace(
        samples.answer(rows, asked=samples.question(question)), query=query, shape=shape
    )
    return [(each.label, each.words) for each in refinements(found, MODEL, NAMES)]


def test_few_values_of_a_linked_column_are_offered() -> None:
    """A table with a division can be narrowed to each of the divisions."""
    for table in ("teams", "standings", "games", "divisions"):
        assert offered(f"SELECT * FROM {table}", table)[:3] == [
            ("Only Mixed", "only the Mixed division"),
            ("Only Open", "only the Open division"),
            ("Only Women's", "only the Women's division"),
        ]


@pytest.mark.parametrize(
    ("sql", "question"),
    [
        ("SELECT * FROM teams WHERE division = 'Open'", "teams"),
        ("SELECT * FROM teams WHERE division ILIKE '%open%'", "teams"),
        ("SELECT * FROM teams WHERE division ILIKE 'wom%'", "teams"),
        ("SELECT * FROM teams WHERE division = 'Women''s'", "teams"),
        ("SELECT * FROM teams", "teams of the open division"),
    ],
)
def test_a_filter_that_is_there_is_not_offered_again(sql: str, question: str) -> None:
    """A value in the query or the question means that it is narrowed already."""
    assert not any("division" in words for _, words in offered(sql, "teams", question=question))


def test_samples_are_offered_where_no_linked_column_is() -> None:
    """A filtered division leaves the status of games."""
    assert offered("SELECT * FROM games WHERE division = 'Open'", "games") == [
        ("Only scheduled", "only status scheduled"),
        ("Only in progress", "only status in_progress"),
        ("Only finished", "only status finished"),
        ("Only canceled", "only status canceled"),
    ]
    status = "SELECT * FROM games WHERE division = 'Open' AND status = 'finished'"
    assert offered(status, "games") == []


def test_nothing_is_offered_without_few_values() -> None:
    """A table that reaches no list of few values has no refinement."""
    assert offered("SELECT * FROM locations", "locations") == []


def test_a_team_says_its_division() -> None:
    """What names a team is of one division already; its games may still be of one status."""
    assert offered("SELECT name FROM players WHERE team = 'Sharks'", "players") == [
        ("Only female", "only gender female"),
        ("Only male", "only gender male"),
    ]
    games = offered("SELECT * FROM games WHERE 'Sharks' IN (home_team, away_team)", "games")
    assert {words.partition(" ")[0] + words.split()[1] for _, words in games} == {"onlystatus"}


@pytest.mark.parametrize(
    ("sql", "rows", "shape", "offers"),
    [
        ("SELECT name FROM teams WHERE seed = 1", 1, Shape(), False),
        ("SELECT name FROM teams WHERE seed > 90", 0, Shape(), False),
        ("SELECT count(*) FROM teams", 1, Shape(), True),
        ("SELECT name FROM teams ORDER BY seed LIMIT 1", 1, Shape(limited=True), True),
    ],
)
def test_what_was_asked_for_is_not_narrowed(
    sql: str,
    rows: int,
    shape: Shape,
    offers: bool,  # noqa: FBT001 (a case of the table above)
) -> None:
    """One row that is no sum and not the first of more is the answer; no row stays none."""
    cells = table(*(("x",) for _ in range(rows)), name=ColumnKind.TEXT)
    assert bool(offered(sql, "teams", rows=cells, shape=shape)) is offers


def test_what_the_rows_show_decides() -> None:
    """Only values that some rows have are offered, and none where each has its row."""
    kinds = {"n": ColumnKind.NUMBER, "division": ColumnKind.TEXT}
    each = table((1, "Open"), (2, "Mixed"), (3, "Women's"), **kinds)
    assert offered("SELECT n, division FROM x", "teams", rows=each) == []
    two = table((1, "Open"), (2, "Open"), (3, "Mixed"), **kinds)
    labels = [label for label, _ in offered("SELECT n, division FROM x", "teams", rows=two)]
    assert labels == ["Only Mixed", "Only Open"]
    top = offered("SELECT n, division FROM x", "teams", rows=two, shape=Shape(limited=True))
    assert len(top) == 3
