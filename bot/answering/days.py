"""Time words of a question ("Saturday morning", "day 2", "gestern") as spans of the event's time.

A small model cannot reckon with dates, so it is told bounds that it can copy. Days are those of the
event's timezone: one on which clocks change has 23 or 25 hours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.answering.folding import fold
from bot.domain import Event

_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """`said` means from `start` until before `end`, aware. `remark` is empty or a sentence."""

    said: str
    start: datetime
    end: datetime
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """An event's days in its own zone, and what day it is there."""

    zone: ZoneInfo
    first: date
    last: date
    today: date

    def at(self, day: date, hour: int = 0) -> datetime:
        """That hour of that day (24 is the next midnight); where clocks skip it, the next one."""
        local = datetime.combine(day + _ONE * (hour // 24), time(hour % 24), self.zone)
        return local.astimezone(UTC).astimezone(self.zone)


def calendar(event: Event, now: datetime) -> Calendar:
    """The days of `event`. A start at midnight UTC is a date that was stored as a time."""
    zone = ZoneInfo(event.timezone)
    dated = event.starts_at.astimezone(UTC).time() == time.min
    own = UTC if dated else zone
    return Calendar(
        zone=zone,
        first=event.starts_at.astimezone(own).date(),
        last=max(event.starts_at, event.ends_at).astimezone(own).date(),
        today=now.astimezone(zone).date(),
    )


_PARTS = {"morning": (0, 12), "afternoon": (12, 18), "evening": (18, 24), "night": (18, 24)}
_PARTS |= {"tarde": (12, 24), "noche": (18, 24), "fruh": (0, 12), "vormittag": (0, 12)}
_PARTS |= {"nachmittag": (12, 18), "abend": (18, 24), "por la manana": (0, 12)}
_PARTS |= {"por la tarde": (12, 24), "por la noche": (18, 24)}
_RELATIVE = {"today": 0, "hoy": 0, "heute": 0, "yesterday": -1, "ayer": -1, "gestern": -1}
_RELATIVE |= {
    "todays": 0,
    "yesterdays": -1,
    "tomorrows": 1,
    "tomorrow": 1,
    "manana": 1,
    "morgen": 1,
}
_PHRASES = {
    "tonight": (0, 18, 24),
    "this morning": (0, 0, 12),
    "this afternoon": (0, 12, 18),
    "this evening": (0, 18, 24),
    "esta manana": (0, 0, 12),
    "esta tarde": (0, 12, 24),
    "esta noche": (0, 18, 24),
    "heute morgen": (0, 0, 12),
    "last night": (-1, 18, 24),
    "anoche": (-1, 18, 24),
}
"""Days from today, and the hours of that day."""

_WEEKDAYS = tuple(
    names.split()
    for names in (
        "monday mondays lunes montag montags",
        "tuesday tuesdays martes dienstag dienstags",
        "wednesday wednesdays miercoles mittwoch mittwochs",
        "thursday thursdays jueves donnerstag donnerstags",
        "friday fridays viernes freitag freitags",
        "saturday saturdays sabado samstag samstags sonnabend",
        "sunday sundays domingo sonntag sonntags",
    )
)
_MONTHS = tuple(
    names.split()
    for names in (
        "january jan enero januar",
        "february feb febrero februar",
        "march mar marzo marz",
        "april apr abril",
        "may mayo mai",
        "june jun junio juni",
        "july jul julio juli",
        "august aug agosto",
        "september sep sept septiembre",
        "october oct octubre oktober",
        "november nov noviembre",
        "december dec diciembre dezember",
    )
)
_ORDINALS = {"first": 1, "opening": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_ORDINALS |= {"primer": 1, "segundo": 2, "tercer": 3, "ersten": 1, "erster": 1, "zweiten": 2}
_ORDINALS |= {"dritten": 3, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_LAST = ("last", "final", "ultimo", "letzten", "letzter")


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_WEEKDAY_WORDS = [word for names in _WEEKDAYS for word in names]
_MONTH_WORDS = [word for names in _MONTHS for word in names]
_SAID = re.compile(
    rf"""(?<!\w)(?:
      (?P<phrase>{_any(_PHRASES)})
    | (?P<weekend>(?:(?P<which>last|next|this|the|the\ last|am\ letzten)\ )weekend
        |(?:letztes|letzten|dieses|nachstes)\ wochenende|fin\ de\ semana\ pasado)
    | (?:(?:day|dia|tag)\ (?P<number>\d\d?|{_any(_ORDINALS)}))
    | (?:(?P<ordinal>{_any([*_ORDINALS, *_LAST])})\ (?:match\ ?day|day|dia|tag))
    | (?P<iso>\d{{4}}-\d\d-\d\d)
    | (?P<day>\d\d?)(?:st|nd|rd|th|\.)?\ (?:of\ |de\ )?(?P<month>{_any(_MONTH_WORDS)})
    | (?P<month2>{_any(_MONTH_WORDS)})\ (?P<day2>\d\d?)(?:st|nd|rd|th)?
    | (?:(?P<turn>last|next)\ )?(?P<weekday>{_any(_WEEKDAY_WORDS)})
    | (?P<relative>{_any(_RELATIVE)})
    )(?:\ (?P<part>{_any(_PARTS)}))?(?!\w)""",
    re.VERBOSE,
)


def spans(question: str, days: Calendar) -> tuple[Span, ...]:
    """The time words of a cleaned question, in order; those that name no real day are left out."""
    found = []
    for match in _SAID.finditer(fold(question)):
        read = _read(match, days)
        if read is not None:
            day, until, remark = read
            hours = _PARTS.get(match["part"] or "", (0, 24))
            if match["phrase"]:
                hours = _PHRASES[match["phrase"]][1:]
            start, end = days.at(day, hours[0]), days.at(until, hours[1])
            found.append(Span(match.group(), start, end, remark))
    return tuple(found)


def _read(match: re.Match[str], days: Calendar) -> tuple[date, date, str] | None:
    """First and last day of what was said, and a remark; None if there is no such day."""
    if match["phrase"] or match["relative"]:
        away = _PHRASES[match["phrase"]][0] if match["phrase"] else _RELATIVE[match["relative"]]
        day = days.today + _ONE * away
        return day, day, _outside(day, days)
    if match["weekday"]:
        return _weekday(match["weekday"], match["turn"], days)
    if match["weekend"]:
        return _weekend(match["weekend"], days)
    if match["number"] or match["ordinal"]:
        day = _numbered(match["number"] or match["ordinal"], days)
        return (day, day, "") if days.first <= day <= days.last else None
    dated = _dated(match, days)
    return (dated, dated, _outside(dated, days)) if dated else None


def _numbered(said: str, days: Calendar) -> date:
    if said in _LAST:
        return days.last
    number = int(said) if said.isdigit() else _ORDINALS[said]
    return days.first + _ONE * (number - 1)


def _weekday(said: str, turn: str | None, days: Calendar) -> tuple[date, date, str]:
    """The event's own day of that name, the nearest to today; else the calendar's nearest."""
    number = next(place for place, names in enumerate(_WEEKDAYS) if said in names)
    ahead = (number - days.today.weekday()) % 7
    near = [days.today + _ONE * (ahead - 7), days.today + _ONE * ahead]
    if turn == "last":
        day = near[0]
    elif turn == "next":
        day = near[1] if ahead else near[1] + _ONE * 7
    else:
        first = days.first + _ONE * ((number - days.first.weekday()) % 7)
        own = [first + _ONE * 7 * week for week in range((days.last - first).days // 7 + 1)]
        day = min(own or near, key=lambda one: abs(one - days.today))
    return day, day, _outside(day, days)


def _weekend(said: str, days: Calendar) -> tuple[date, date, str]:
    saturday = days.today + _ONE * (5 - days.today.weekday())
    if said.startswith(("last", "the last", "letzt", "am letzt", "fin")):
        saturday -= _ONE * 7
    elif said.startswith(("next", "nachst")):
        saturday += _ONE * 7
    return saturday, saturday + _ONE, ""


def _dated(match: re.Match[str], days: Calendar) -> date | None:
    """The date that was said; without a year, the one nearest to the event."""
    if match["iso"]:
        return _date(match["iso"])
    said = match["month"] or match["month2"]
    month = next(place for place, names in enumerate(_MONTHS, start=1) if said in names)
    day = int(match["day"] or match["day2"])
    years = range(days.first.year - 1, days.first.year + 2)
    dates = [found for year in years if (found := _date(f"{year}-{month:02}-{day:02}"))]
    return min(dates, key=lambda one: abs(one - days.first), default=None)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _outside(day: date, days: Calendar) -> str:
    if days.first <= day <= days.last:
        return ""
    when = "after it ended" if day > days.last else "before it begins"
    return (
        f"The event is from {days.first:%A} {days.first} to {days.last:%A} {days.last}: "
        f"{day:%A} {day} is {when}."
    )
