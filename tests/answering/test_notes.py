"""Words of people that a language model is told the meaning of."""

from __future__ import annotations

import pytest

from bot.answering.notes import notes, spoken
from bot.semantic import load
from tests.conftest import SEMANTIC_MODEL

MODEL = load(SEMANTIC_MODEL)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("results of the LAST ROUND", "“last round” means round = (SELECT round FROM games WHERE"),
        ("when is the next match?", "“next match” means status = 'scheduled' ORDER BY"),
        ("how many fixtures are left", "“fixtures” means the table games."),
        ("players with the fewest turnovers", "“turnovers” means player_stats.turns."),
        ("Ergebnisse der letzten Runde", "“letzten runde” means round = ("),
    ],
)
def test_a_word_of_people_is_explained(question: str, said: str) -> None:
    """Declared terms and other words for tables and columns become one note each."""
    (note,) = notes(None, (), (), spoken(question, MODEL), "scheduled_at")
    assert note.startswith(said)


@pytest.mark.parametrize("question", ["top 5 teams", "the lastround", "olive oil", "", "games"])
def test_other_words_need_no_note(question: str) -> None:
    """A word counts whole; what the tables call themselves is not explained."""
    assert spoken(question, MODEL) == ()
