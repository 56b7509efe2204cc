"""Time words, against the event's dates and zone, with a clock that stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.days import Calendar, Span, calendar, spans
from bot.answering.notes import notes
from bot.domain import Event

ZONES = ("UTC", "Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo")
HOUR = timedelta(hours=1)


def event(first: datetime, last: datetime, zone: str = "Europe/Madrid") -> Event:
    """An event from `first` to `last`."""
    return Event(UUID(int=1), "e", "E", "in_progress", first, last, zone)


def spring(now: datetime) -> Calendar:
    """Friday 1 to Sunday 3 May 2026 in Madrid, dates stored as midnight UTC."""
    return calendar(
        event(datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 3, 23, tzinfo=UTC)), now
    )


SATURDAY = spring(datetime(2026, 5, 2, 11, tzinfo=UTC))


def days_of(question: str, days: Calendar = SATURDAY) -> list[tuple[str, str]]:
    """First and last minute of each span, in the event's zone."""
    form = "%d %H:%M"
    return [
        (span.start.strftime(form), (span.end - timedelta(minutes=1)).strftime(form))
        for span in spans(question, days)
    ]


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("games today", "02 00:00", "02 23:59"),
        ("What was played yesterday?", "01 00:00", "01 23:59"),
        ("tomorrow's games", "03 00:00", "03 23:59"),
        ("games on Friday", "01 00:00", "01 23:59"),
        ("games on Sunday afternoon", "03 12:00", "03 17:59"),
        ("next sunday", "03 00:00", "03 23:59"),
        ("this morning", "02 00:00", "02 11:59"),
        ("who plays tonight", "02 18:00", "02 23:59"),
        ("day 1 results", "01 00:00", "01 23:59"),
        ("first day", "01 00:00", "01 23:59"),
        ("the second match day", "02 00:00", "02 23:59"),
        ("games of the final day", "03 00:00", "03 23:59"),
        ("this weekend", "02 00:00", "03 23:59"),
        ("on 3 May", "03 00:00", "03 23:59"),
        ("May 3rd", "03 00:00", "03 23:59"),
        ("on 2026-05-01", "01 00:00", "01 23:59"),
        ("partidos de hoy", "02 00:00", "02 23:59"),
        ("partidos de mañana por la tarde", "03 12:00", "03 23:59"),
        ("esta mañana", "02 00:00", "02 11:59"),
        ("el sábado", "02 00:00", "02 23:59"),
        ("último día", "03 00:00", "03 23:59"),
        ("Spiele am Sonntag", "03 00:00", "03 23:59"),
        ("heute Abend", "02 18:00", "02 23:59"),
        ("gestern", "01 00:00", "01 23:59"),
    ],
)
def test_words_become_bounds(question: str, first: str, last: str) -> None:
    """On Saturday of the event each word means those days and hours there."""
    assert days_of(question) == [(first, last)]


@pytest.mark.parametrize(
    "question",
    ["who may win", "day 9", "2026-13-45", "the last 5 games", "sunny", "march 40"],
)
def test_other_words_are_no_days(question: str) -> None:
    """A month's name without a day, a day that the event has not, a broken date: no bounds."""
    assert days_of(question) == []


@pytest.mark.parametrize(
    ("now", "question", "remark"),
    [
        (datetime(2026, 5, 9, tzinfo=UTC), "games today", "Saturday 2026-05-09 is after it ended."),
        (datetime(2026, 4, 9, tzinfo=UTC), "today", "Thursday 2026-04-09 is before it begins."),
        (datetime(2026, 5, 2, tzinfo=UTC), "on Monday", "Monday 2026-05-04 is after it ended."),
    ],
)
def test_a_day_outside_the_event_is_said(now: datetime, question: str, remark: str) -> None:
    """The model is told the event's days, and on which side of them the day lies."""
    (span,) = spans(question, spring(now))
    assert span.remark.startswith("The event is from Friday 2026-05-01 to Sunday 2026-05-03: ")
    assert span.remark.endswith(remark)


def test_a_weekday_after_the_event_means_the_event_s() -> None:
    """A week later “Saturday” is still the Saturday that was played."""
    assert days_of("Saturday", spring(datetime(2026, 5, 11, tzinfo=UTC))) == [
        ("02 00:00", "02 23:59")
    ]


def test_an_event_with_real_times_has_days_of_its_zone() -> None:
    """A start at 23:00 UTC is the next day in Madrid."""
    days = calendar(
        event(datetime(2026, 5, 1, 23, tzinfo=UTC), datetime(2026, 5, 3, 15, tzinfo=UTC)),
        datetime(2026, 5, 2, 11, tzinfo=UTC),
    )
    assert (days.first, days.last) == (date(2026, 5, 2), date(2026, 5, 3))


def test_a_note_holds_sql_to_copy() -> None:
    """The bounds are a condition over the clock's column."""
    days = SATURDAY
    said = notes(days, spans("games today", days), (), (), "scheduled_at")
    first, last = "'2026-05-02 00:00+02:00'", "'2026-05-03 00:00+02:00'"
    assert said == (
        "Today is Saturday 2026-05-02.",
        f"“today” means scheduled_at >= {first} AND scheduled_at < {last}.",
    )


def one(question: str, days: Calendar) -> Span:
    """The only span of a question."""
    (span,) = spans(question, days)
    return span


@given(
    st.integers(0, 10 * 366 * 24 * 60),
    st.sampled_from(ZONES),
    st.integers(0, 9),
)
def test_days_join_whatever_the_clocks_do(minutes: int, zone: str, length: int) -> None:
    """Yesterday, today and tomorrow touch; today holds now; clock changes make 22.5 to 25 hours."""
    now = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    days = calendar(event(now, now + timedelta(days=length), zone), now)
    yesterday, today, tomorrow = (one(word, days) for word in ("yesterday", "today", "tomorrow"))
    assert yesterday.end == today.start
    assert today.end == tomorrow.start
    assert today.start <= now < today.end
    for span in (yesterday, today, tomorrow):
        length_of_day = span.end.astimezone(UTC) - span.start.astimezone(UTC)
        assert 22.5 * HOUR <= length_of_day <= 25 * HOUR
        assert span.start.tzinfo == ZoneInfo(zone)


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    """Whatever is typed, spans have a beginning before their end."""
    assert all(span.start < span.end for span in spans(text, SATURDAY))
