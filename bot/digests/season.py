"""Which of a schedule's times count: those near an event, on the clock of its timezone.

A time of day that a clock change skips comes when the clock has been put forward (02:30 at 03:00);
one that comes twice counts the first time. So every time named happens exactly once, and two that
fall on one instant are one.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from croniter import CroniterBadDateError, croniter

from bot.digests.words import When
from bot.domain import Event

Clock = Callable[[], datetime]
"""What time it is, aware."""

_DAY = timedelta(days=1)


def utc_now() -> datetime:
    """The time by this machine."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Season:
    """The days of some events, in their timezone.

    `windows` are first and last dates that digests come on, in order and apart: each event with a
    day before and after. `ends` has for each match day when its last game ends (an aware time), as
    far as is known; empty if nobody asked.
    """

    zone: ZoneInfo
    windows: tuple[tuple[date, date], ...]
    ends: Mapping[date, datetime]

    def local(self, at: datetime) -> date:
        """The date at `at` there."""
        return at.astimezone(self.zone).date()

    def is_open(self, day: date) -> bool:
        """Whether digests come on `day`."""
        return any(first <= day <= last for first, last in self.windows)


def season(
    events: Sequence[Event], timezone: str, ends: Mapping[date, datetime] | None = None
) -> Season:
    """The days of `events`. Raises zoneinfo.ZoneInfoNotFoundError, or ValueError."""
    zone = ZoneInfo(timezone)
    spans = sorted(
        (
            event.starts_at.astimezone(zone).date() - _DAY,
            event.ends_at.astimezone(zone).date() + _DAY,
        )
        for event in events
    )
    windows: list[tuple[date, date]] = []
    for first, last in spans:
        if windows and first <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(windows[-1][1], last))
        else:
            windows.append((first, last))
    return Season(zone, tuple(windows), ends or {})


def due(when: When, days: Season, after: datetime, until: datetime) -> datetime | None:
    """The last time of `when` later than `after` and not later than `until`, if any."""
    last = None
    for at in _times(when, days, after):
        if at > until:
            break
        last = at
    return last


def coming(when: When, days: Season, after: datetime, count: int) -> tuple[datetime, ...]:
    """The next times later than `after`, as UTC."""
    return tuple(islice(_times(when, days, after), count))


def _times(when: When, days: Season, after: datetime) -> Iterator[datetime]:
    """The times later than `after`, in order."""
    if when.after_last is not None:
        ends = sorted(end + when.after_last for end in days.ends.values())
        yield from (
            at.astimezone(UTC) for at in ends if at > after and days.is_open(days.local(at))
        )
        return
    for first, last in days.windows:
        start = datetime.combine(first, datetime.min.time(), days.zone).astimezone(UTC)
        for at in instants(when.crons, days.zone, max(after, start - timedelta(seconds=1))):
            day = days.local(at)
            if day > last:
                break
            if not when.match_days or day in days.ends:
                yield at


def instants(crons: Sequence[str], zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """The instants of cron expressions on the clock of `zone`, later than `after`, as UTC."""
    last = after
    for at in heapq.merge(*(_clock_times(cron, zone, after) for cron in crons)):
        if at > last:
            last = at
            yield at


def _clock_times(cron: str, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    # No clock is ever put back or forward by more than a day.
    naive = after.astimezone(zone).replace(tzinfo=None) - _DAY - timedelta(minutes=1)
    times = croniter(cron, naive)
    while True:
        try:
            yield instant(times.get_next(datetime), zone)
        except CroniterBadDateError:  # it never comes, such as the 30th of February
            return


def instant(clock: datetime, zone: ZoneInfo) -> datetime:
    """When a naive `clock` time is, as UTC: the first time, or when the clock has skipped it."""
    early = clock.replace(tzinfo=zone).astimezone(UTC)
    if early.astimezone(zone).replace(tzinfo=None) == clock:
        return early
    # Skipped: the two offsets name instants on either side of the change, which lies between.
    before, later = sorted((early, clock.replace(tzinfo=zone, fold=1).astimezone(UTC)))
    offset = later.astimezone(zone).utcoffset()
    while later - before > timedelta(seconds=1):
        middle = before + (later - before) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            later = middle
        else:
            before = middle
    return later.replace(microsecond=0)
