"""Which narrower questions are offered under an answer."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from bot.answering.narrower import refinements
from bot.domain import GUARD_SEAL, GuardedQuery
from bot.semantic import SemanticModel, load

MODEL = load(Path(__file__).parents[2] / "bot" / "semantic" / "game_stats.yml")
NAMES = {
    "teams.name": tuple(f"Team {n}" for n in range(24)),
    "divisions.name": ("Mixed", "Open", "Women's"),
}


def offered(sql: str, *tables: str, question: str = "top teams", model: SemanticModel = MODEL):  # noqa: ANN201 - pairs
    """Labels and words."""
    query = GuardedQuery(sql, (UUID(int=1),), tables, sql, GUARD_SEAL)
    return [(each.label, each.words) for each in refinements(model, query, question, NAMES)]


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
