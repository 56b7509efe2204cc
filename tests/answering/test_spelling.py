"""Misspelt words of a question are read as those of answered questions; no others are."""

from __future__ import annotations

import pytest

from bot.answering.spelling import spelt

KNOWN = frozenset({"captain", "goal", "goals", "difference", "placement", "last", "final"})
EVERYDAY = frozenset({"least", "of", "the"})


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("captian of Sharks", "captain of Sharks"),
        ("goal differnce, final placment?", "goal difference, final placement?"),
        ("the least goals", "the least goals"),
        ("gaols", "goals"),
        ("goall", "goall"),  # of goal and goals, which are as near
        ("gols", "gols"),
        ("", ""),
        ("キャプテン", "キャプテン"),
    ],
)
def test_slips_are_read_where_one_word_alone_is_near(question: str, expected: str) -> None:
    """One letter, two of long words; everyday words and short ones stay, as do ties."""
    assert spelt(question, KNOWN, EVERYDAY) == expected
