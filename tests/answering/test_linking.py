"""Value linking."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.answering.linking import link

NAMES = {
    "teams.name": ("Tides", "Sharks", "Windy Hill", "O'Hara Flyers"),
    "divisions.name": ("Open", "Women", "Mixed"),
    "fields.name": ("Field 1", "Field 2"),
}


def found(question: str) -> list[str]:
    """The links of a question, as the prompt shows them."""
    return [str(each) for each in link(question, NAMES)]


def test_a_name_is_found_without_its_capital() -> None:
    """People on phones write lower case."""
    assert found("when do tides play next?") == ["teams.name = 'Tides'"]


def test_a_name_of_several_words_is_found_whole() -> None:
    """The longest run of words wins, and its words are not linked again."""
    assert found("games on field 2 on Saturday") == ["fields.name = 'Field 2'"]


def test_a_slip_of_the_finger_is_forgiven() -> None:
    """One wrong letter in a long name still means it."""
    assert found("who captains Sharcks?") == ["teams.name = 'Sharks'"]


def test_a_possessive_is_no_other_name() -> None:
    """“Sharks's” and “Windy Hill's” mean the teams."""
    assert found("what are Windy Hill's scores") == ["teams.name = 'Windy Hill'"]


def test_a_quote_in_a_name_is_doubled() -> None:
    """A link can be copied into SQL as it is."""
    assert found("score of O'Hara Flyers") == ["teams.name = 'O''Hara Flyers'"]


def test_everyday_words_are_no_names() -> None:
    """A question without names links nothing."""
    assert found("how many teams are there?") == []


def test_two_names_are_both_found() -> None:
    """“X versus Y” needs both."""
    assert found("score of tides versus sharks in the open division") == [
        "divisions.name = 'Open'",
        "teams.name = 'Sharks'",
        "teams.name = 'Tides'",
    ]


@given(st.text(max_size=500))
def test_any_text_can_be_linked(text: str) -> None:
    """Whatever is typed, at most five links come back and no error."""
    assert len(link(text, NAMES)) <= 5
