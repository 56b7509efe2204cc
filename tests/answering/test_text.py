"""A question's text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.answering.text import check, clean, normalise
from bot.domain import Code


def test_clean_drops_mentions_and_doubled_blanks() -> None:
    """What Slack puts around a question is no part of it."""
    assert clean("<@U123ABC>  top   5 teams\n<@U9|maya>") == "top 5 teams"


def test_normalise_sees_through_case_and_punctuation() -> None:
    """Two askings of one question are one."""
    assert normalise("Top 5 teams, by spirit score?") == normalise("top 5 teams by spirit score")


def test_normalise_keeps_different_questions_apart() -> None:
    """Numbers and words are never folded away."""
    assert normalise("top 5 teams") != normalise("top 6 teams")
    assert normalise("goals > 5") != normalise("goals < 5")


def test_empty_question_is_refused() -> None:
    """Nothing but blanks and punctuation is no question."""
    for text in ("", "  ", "?!"):
        refusal = check(text)
        assert refusal is not None
        assert refusal.code is Code.EMPTY


def test_length_limit_is_exact() -> None:
    """500 characters pass, 501 do not, and the refusal says how many there are."""
    assert check("a" * 500) is None
    refusal = check("a" * 501)
    assert refusal is not None
    assert refusal.code is Code.TOO_LONG
    assert "501" in refusal.message


@given(st.text())
def test_clean_is_stable(text: str) -> None:
    """Cleaning what is clean changes nothing."""
    assert clean(clean(text)) == clean(text)
