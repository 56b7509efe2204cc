"""Asking back: vague measures, and what becomes of the choices."""

from __future__ import annotations

import pytest

from bot.answering.asking_back import vague
from bot.domain import Answer, Clarification, Code, Outcome, Refusal
from bot.semantic import load
from tests.conftest import SEMANTIC_MODEL
from tests.plugins.house import House

PHRASES = load(SEMANTIC_MODEL).ambiguous


def asked_back(outcome: Outcome | None) -> Clarification:
    """The outcome, which must be a clarification."""
    assert isinstance(outcome, Clarification), outcome
    return outcome


@pytest.mark.parametrize(
    "question",
    [
        "best team?",
        "Who is the best team in the Open division?",
        "which are the BEST  TEAMS",
        "Who is the best player of Tides?",
        "¿Cuál es el mejor equipo?",
        "Wer ist die beste Spielerin?",
        "weakest team",
    ],
)
def test_a_vague_measure_is_asked_back(question: str) -> None:
    """“Best” without a measure has two to five meanings, each a question of its own."""
    back = asked_back(vague(question, PHRASES))
    assert back.question == "Which one do you mean?"
    assert 2 <= len(back.choices) <= 5
    assert len({choice.question for choice in back.choices}) == len(back.choices)


@pytest.mark.parametrize(
    "question",
    [
        "Which is the best team by spirit?",
        "best team on goal difference",
        "best player by assists",
        "Which team has the best win percentage?",
        "who has the best record",
        "top 5 teams",
        "bestteam",
        "which teams play at their best",
        "",
    ],
)
def test_a_clear_question_is_not_asked_back(question: str) -> None:
    """A measure in the question, or no vague phrase at all, needs no choice."""
    assert vague(question, PHRASES) is None


def test_a_choice_is_a_whole_question_and_clear() -> None:
    """The chosen words take the place of the vague ones, and are not asked back themselves."""
    back = asked_back(vague("Who is the best team in the Open division?", PHRASES))
    assert back.choices[0].label == "Win percentage"
    expected = "Who is the team with the best win percentage in the Open division?"
    assert back.choices[0].question == expected
    for phrase in PHRASES:
        for said in phrase.said:
            for choice in asked_back(vague(said, PHRASES)).choices:
                assert vague(choice.question, PHRASES) is None


def test_a_choice_that_would_be_too_long_is_not_offered() -> None:
    """A question at the limit is left to the language model as it is."""
    assert vague("best team " + "x" * 490, PHRASES) is None


async def test_the_model_is_not_asked_and_the_audit_knows(house: House) -> None:
    """Asking back costs no draft; the audit says what was asked, and what was offered."""
    question = house.question("Who is the best team?")
    asked_back(await house.app.answering.answer(question))
    assert house.ollama.asked == []
    stored = await house.app.answering.stored(question.id)
    assert stored is not None
    assert stored.code is None
    assert stored.message == "Win percentage | Goal difference | Spirit"
    sample = house.app.metrics.registry.get_sample_value(
        "gamestats_bot_questions_total", {"kind": "asked_back", "source": "none"}
    )
    assert sample == 1


async def test_a_choice_is_not_a_second_question_against_the_limit(house: House) -> None:
    """Of five an hour, five may be asked back and chosen; anybody there may choose, once."""
    house.ollama.answers["win percentage"] = "SELECT team FROM standings"
    answer = house.app.answering.answer
    for number in range(5):
        back = asked_back(await answer(house.question(f"best team of day {number}?")))
        chosen = house.question(back.choices[0].question, user="U2" if number else "U1")
        assert isinstance(await answer(chosen), Answer)
    again = await answer(house.question(back.choices[0].question))
    assert isinstance(again, Refusal)
    assert again.code is Code.RATE_LIMITED
