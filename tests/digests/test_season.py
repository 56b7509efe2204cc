"""Which times of a schedule count, over zones and clock changes, with a clock that we turn."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.digests.season import Season, coming, due, instant, instants, season
from bot.digests.words import read_when
from tests.slack.samples import SPRING

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Bogota",
    "Australia/Lord_Howe",  # half an hour
    "Africa/Casablanca",  # summer time but for Ramadan
    "Asia/Kathmandu",
]
BERLIN = ZoneInfo("Europe/Berlin")
ALWAYS = ((date(2000, 1, 1), date(2040, 1, 1)),)

moments = st.integers(1293840000, 1893456000).map(  # 2011 to 2029
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)
zones = st.sampled_from(ZONES).map(ZoneInfo)


@settings(max_examples=60)
@given(zones, moments, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
def test_a_daily_time_comes_once_a_day(
    zone: ZoneInfo, start: datetime, hour: int, minute: int
) -> None:
    """Every local date that there is has its time once, in order, whatever the clock does."""
    times = instants((f"{minute} {hour} * * *",), zone, start)
    found = [next(times) for _ in range(400)]
    assert found == sorted(set(found))
    days = [at.astimezone(zone).date() for at in found]
    assert days == [days[0] + timedelta(days=number) for number in range(400)]
    on_time = [at.astimezone(zone).time() for at in found].count(time(hour, minute))
    assert on_time >= 396  # a year has at most two nights that skip it, or four with Ramadan


@settings(max_examples=60)
@given(zones, moments, st.lists(st.integers(1, 4000), min_size=20, max_size=60))
def test_a_clock_that_ticks_unevenly_finds_each_time_once(
    zone: ZoneInfo, start: datetime, steps: list[int]
) -> None:
    """However far apart we look (minutes), no time fires twice and none is late."""
    when = read_when("every 2 hours")
    days = Season(zone, ALWAYS, {})
    settled, now, fired = start, start, Counter[datetime]()
    for step in steps:
        now += timedelta(minutes=step)
        if at := due(when, days, settled, now):
            assert settled < at <= now
            fired[at] += 1
            settled = at
        nearest = coming(when, days, settled, 1)[0]
        assert nearest > now
    assert set(fired.values()) <= {1}


def test_a_skipped_time_comes_when_the_clock_has_moved_on() -> None:
    """There is no 02:30 on that night in Berlin: it is 03:00 at once."""
    at = instant(datetime.fromisoformat("2026-03-29T02:30"), BERLIN)
    assert at.astimezone(BERLIN) == datetime(2026, 3, 29, 3, 0, tzinfo=BERLIN)


def test_a_day_that_did_not_happen() -> None:
    """On Samoa the 30th of December 2011 was left out: its digest comes as the 31st begins."""
    apia = ZoneInfo("Pacific/Apia")
    at = instant(datetime.fromisoformat("2011-12-30T18:00"), apia)
    assert at.astimezone(apia) == datetime(2011, 12, 31, tzinfo=apia)


def test_a_doubled_time_comes_the_first_time() -> None:
    """02:30 comes twice on that night: in summer time it counts."""
    at = instant(datetime.fromisoformat("2026-10-25T02:30"), BERLIN)
    assert at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_skipped_hours_do_not_double_what_is_hourly() -> None:
    """In the night of 23 hours there are 23 times; in that of 25 each hour's name counts once."""
    for day, count in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 24)):
        start = datetime(day.year, day.month, day.day, tzinfo=BERLIN) - timedelta(seconds=1)
        times = instants(("0 * * * *",), BERLIN, start.astimezone(UTC))
        assert sum(next(times).astimezone(BERLIN).date() == day for _ in range(30)) == count


def test_quiet_outside_the_event() -> None:
    """From a day before the first day to a day after the last there are digests, else none."""
    days = season([SPRING], "Europe/Berlin")
    first, last = days.windows[0]
    found = coming(read_when("18:00"), days, datetime(2000, 1, 1, tzinfo=UTC), 100)
    assert [days.local(at) for at in found] == [
        first + timedelta(days=day) for day in range((last - first).days + 1)
    ]
    assert first == days.local(SPRING.starts_at) - timedelta(days=1)
    assert last == days.local(SPRING.ends_at) + timedelta(days=1)


def test_two_events_a_year_apart_have_two_windows() -> None:
    """Between them it is quiet; events that follow each other are one."""
    year, week = timedelta(days=365), timedelta(days=SPRING.ends_at.day - SPRING.starts_at.day + 1)
    later = replace(SPRING, starts_at=SPRING.starts_at + year, ends_at=SPRING.ends_at + year)
    next_up = replace(SPRING, starts_at=SPRING.starts_at + week, ends_at=SPRING.ends_at + week)
    assert len(season([later, SPRING], "UTC").windows) == 2
    assert len(season([SPRING, next_up], "UTC").windows) == 1


def test_match_days_alone() -> None:
    """A day without games has no digest."""
    days = season([SPRING], "UTC", {SPRING.starts_at.date(): SPRING.starts_at})
    start = SPRING.starts_at - timedelta(days=5)
    found = coming(read_when("every match day at 23:00"), days, start, 5)
    assert [at.date() for at in found] == [SPRING.starts_at.date()]


def test_after_the_last_game() -> None:
    """So long after the end of each day's last game, also past midnight."""
    end = SPRING.starts_at.replace(hour=23, minute=50)
    days = season([SPRING], "UTC", {end.date(): end})
    when = read_when("30 minutes after the last game")
    assert coming(when, days, end, 3) == (end + timedelta(minutes=30),)
    assert due(when, days, end, end + timedelta(minutes=29)) is None


def test_what_never_comes_is_no_trouble() -> None:
    """The 30th of February."""
    assert coming(read_when("0 18 30 2 *"), season([SPRING], "UTC"), SPRING.starts_at, 3) == ()


def test_after_three_days_off_only_the_latest_is_due() -> None:
    """One digest catches up, not three."""
    days = Season(BERLIN, ALWAYS, {})
    settled = datetime(2026, 5, 1, 16, tzinfo=UTC)
    at = due(read_when("18:00"), days, settled, settled + timedelta(days=3, hours=2))
    assert at == settled + timedelta(days=3)
