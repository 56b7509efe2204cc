"""Schedules as admins type them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digests.words import ScheduleError, read_when

PLAIN = [
    ("18:00", ["0 18 * * *"], "at 18:00 every day"),
    ("7.05", ["5 7 * * *"], "at 07:05 every day"),
    ("every day at 18:00", ["0 18 * * *"], "at 18:00 every day"),
    ("Daily at 6 pm.", ["0 18 * * *"], "at 18:00 every day"),
    ("weekdays at 9", ["0 9 * * mon,tue,wed,thu,fri"], "at 09:00 on weekdays"),
    ("at 9am on weekends", ["0 9 * * sat,sun"], "at 09:00 on Saturdays and Sundays"),
    ("sat and sun 19:30", ["30 19 * * sat,sun"], "at 19:30 on Saturdays and Sundays"),
    ("every Saturday at noon", ["0 12 * * sat"], "at 12:00 on Saturdays"),
    ("Wednesdays 12am", ["0 0 * * wed"], "at 00:00 on Wednesdays"),
    ("9am and 9pm", ["0 9 * * *", "0 21 * * *"], "at 09:00 and 21:00 every day"),
    ("every hour", ["0 */1 * * *"], "every hour every day"),
    ("every 3 hours on saturday", ["0 */3 * * sat"], "every 3 hours on Saturdays"),
]

MATCH_DAYS = [
    ("every match day at 18:00", ["0 18 * * *"], "at 18:00 on match days"),
    ("18h30 on match days", ["30 18 * * *"], "at 18:30 on match days"),
    ("every hour on match days", ["0 */1 * * *"], "every hour on match days"),
    ("gamedays 18:00 sat", ["0 18 * * sat"], "at 18:00 on Saturdays that are match days"),
]

UNCLEAR = [
    "",
    "soon",
    "every day",
    "every match day",
    "25:00",
    "18:60",
    "13 pm",
    "every hour at 18:00",
    "every 0 hours",
    "18:00 on moonday",
    "after lunch",
    "* * * *",
    "99 18 * * *",
    "0 18 * * fun",
    "<!channel> 18:00",
]


@pytest.mark.parametrize(("text", "crons", "words"), PLAIN)
def test_plain_words(text: str, crons: list[str], words: str) -> None:
    """Times, and days of the week."""
    when = read_when(text)
    assert (list(when.crons), when.words, when.match_days) == (crons, words, False)


@pytest.mark.parametrize(("text", "crons", "words"), MATCH_DAYS)
def test_match_days(text: str, crons: list[str], words: str) -> None:
    """Days with games only."""
    when = read_when(text)
    assert (list(when.crons), when.words, when.match_days) == (crons, words, True)


@pytest.mark.parametrize(
    ("text", "minutes", "words"),
    [
        ("30 minutes after the last game", 30, "30 minutes after the last game of each match day"),
        ("an hour after the last match", 60, "an hour after the last game of each match day"),
        (
            "half an hour after the last game",
            30,
            "30 minutes after the last game of each match day",
        ),
        ("2h after last game of the day", 120, "120 minutes after the last game of each match day"),
        ("after the last game", 0, "right after the last game of each match day"),
    ],
)
def test_after_the_last_game(text: str, minutes: int, words: str) -> None:
    """A while after the games of a day, whenever they end."""
    when = read_when(text)
    assert (when.after_last, when.words, when.crons) == (timedelta(minutes=minutes), words, ())


@pytest.mark.parametrize("text", ["0 18 * * fri", "0,30 9-17 * jun sat,sun", "*/30 * 1-3 5 *"])
def test_cron(text: str) -> None:
    """Five fields are cron, taken as they are."""
    assert read_when(text).crons == (text,)


@pytest.mark.parametrize("text", UNCLEAR)
def test_unclear_texts_are_answered_with_examples(text: str) -> None:
    """What says no clear times is refused, and the message says what would."""
    with pytest.raises(ScheduleError, match="every match day at 18:00"):
        read_when(text)


@pytest.mark.parametrize("text", ["* * * * *", "0,45 * * * *", "*/15 9 * * *", "18:00 and 18:10"])
def test_digests_are_half_an_hour_apart(text: str) -> None:
    """A schedule that would flood a channel is refused."""
    with pytest.raises(ScheduleError, match="30 minutes apart"):
        read_when(text)


def test_hours_after_the_last_game_have_an_end() -> None:
    """The next day's games are about to begin by then."""
    with pytest.raises(ScheduleError, match="12 hours"):
        read_when("13 hours after the last game")


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text breaks the reader."""
    try:
        when = read_when(text)
    except ScheduleError:
        return
    assert when.crons or when.after_last is not None
