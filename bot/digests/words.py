"""When a digest comes, as admins type it: plain words, or cron. `read_when` makes a `When` of it.

18:00 · every match day at 18:00 · weekdays at 9 · sat and sun 19:30 · 9am and 9pm
every hour on match days · 30 minutes after the last game · 0 18 * * fri

ScheduleError     the text is unclear; the message says what would be clear
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from croniter import croniter

EXAMPLES = (
    "`18:00`, `every match day at 18:00`, `weekdays at 9`, `sat and sun 19:30`, "
    "`every hour on match days`, `30 minutes after the last game` or cron such as `0 18 * * fri`"
)

APART = 30
"""Minutes that lie between two digests at least."""

_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
_EVERY_DAY, _WEEKDAYS, _WEEKEND = frozenset(range(7)), frozenset(range(5)), frozenset({5, 6})
_CRON_DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_AFTER = re.compile(
    r"(?:(?P<count>\d{1,3}) ?(?P<unit>minutes?|mins?|m|hours?|hrs?|h) |(?P<article>an hour |half an"
    r" hour )|)(?:right |straight )?after (?:the |each day's )?last (?:game|match)(?: of the day)?"
)
_HOURLY = re.compile(r"\b(?:hourly|every (?:(?P<step>\d{1,2}) )?hours?)\b")
_TIME = re.compile(r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2})|(?P<bare>h))? ?(?P<half>am|pm)?\b")
_MATCH = re.compile(r"\b(?:match|game) ?days?\b")
_NAMED = {"noon": "12:00", "midnight": "0:00"}
_CRON = re.compile(r"[-\d*,/]+|(?:[-,]?(?:mon|tue|wed|thu|fri|sat|sun))+|(?:[-,]?[a-z]{3})+")
_FILLERS = frozenset({"at", "on", "every", "each", "and", "the", "day", "days", "daily", "o'clock"})


class ScheduleError(ValueError):
    """A text that says no clear times; the message is for people."""


@dataclass(frozen=True, slots=True)
class When:
    """The times of a digest on the clock of its timezone.

    `crons` are cron expressions of five fields; with `match_days` only on days with games. With
    `after_last` instead there are no crons: so long after the last game of each match day.
    `words` says all of it, to go on from "A digest comes".
    """

    crons: tuple[str, ...]
    words: str
    match_days: bool = False
    after_last: timedelta | None = None


def read_when(text: str) -> When:
    """Read what an admin typed. Raises ScheduleError."""
    given = " ".join(text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())
    given = given.strip(" .`")
    if after := _AFTER.fullmatch(re.sub(r" (?:on|every|each) (?:match )?days?$", "", given)):
        return _after_last(after)
    if len(given.split()) == 5 and all(_CRON.fullmatch(part) for part in given.split()):
        return _cron(given)
    left, matches = _MATCH.subn(" ", given)
    left, hourly = _HOURLY.subn(" ", left)
    step = int((_HOURLY.search(given) or {"step": None})["step"] or 1) if hourly else 0
    times, days = _parts(left, text)
    if bool(times) == bool(hourly) or hourly > 1 or (hourly and not 1 <= step <= 12):
        raise _unclear(text)
    field = ",".join(_CRON_DAY[day] for day in sorted(days)) if days != _EVERY_DAY else "*"
    crons = (
        (f"0 */{step} * * {field}",)
        if hourly
        else tuple(f"{minute} {hour} * * {field}" for hour, minute in times)
    )
    _apart(times)
    clock = (
        ("every hour" if step == 1 else f"every {step} hours")
        if hourly
        else "at " + _listed([f"{hour:02}:{minute:02}" for hour, minute in times])
    )
    return When(crons, f"{clock} {_days_words(days, match=bool(matches))}", bool(matches))


def _after_last(found: re.Match[str]) -> When:
    if found["article"]:
        minutes = 60 if found["article"].startswith("an") else 30
    else:
        minutes = int(found["count"] or 0) * (60 if (found["unit"] or "m").startswith("h") else 1)
    if minutes > 12 * 60:
        raise ScheduleError("A digest comes at most 12 hours after the last game.")
    clock = {0: "right", 60: "an hour"}.get(minutes, f"{minutes} minutes")
    words = f"{clock} after the last game of each match day"
    return When((), words, match_days=True, after_last=timedelta(minutes=minutes))


def _cron(text: str) -> When:
    """Five fields of cron. Raises ScheduleError for what never comes, or comes too often."""
    if not croniter.is_valid(text):
        raise ScheduleError(f"`{text}` is no cron that I can read. Try {EXAMPLES}.")
    listed = croniter(text).expanded[0]
    minutes = range(60) if listed == ["*"] else [int(minute) for minute in listed]
    _apart([(0, minute) for minute in minutes] + [(1, minutes[0])])
    return When((text,), f"by the cron `{text}`")


def _parts(text: str, typed: str) -> tuple[tuple[tuple[int, int], ...], frozenset[int]]:
    """Times as (hour, minute), and days from Monday 0, in what is left. Raises ScheduleError."""
    times: set[tuple[int, int]] = set()
    days: set[int] = set()
    for name, clock in _NAMED.items():
        text = re.sub(rf"\b{name}\b", clock, text)
    for found in _TIME.finditer(text):
        times.add(_clock(found, typed))
    words = re.sub(r"[,/&]|(?<=[a-z])-(?=[a-z])", " ", _TIME.sub(" ", text)).split()
    for word in words:
        if word not in _FILLERS:
            days |= _days(word, typed)
    return tuple(sorted(times)), frozenset(days) or _EVERY_DAY


def _clock(found: re.Match[str], typed: str) -> tuple[int, int]:
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), found["half"]
    if half and not 1 <= hour <= 12:
        raise _unclear(typed)
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59:
        raise _unclear(typed)
    return hour, minute


def _days(word: str, typed: str) -> frozenset[int]:
    """The days that one word means. Raises ScheduleError."""
    singular = word.removesuffix("s") or word
    if singular in {"weekday", "workday"}:
        return _WEEKDAYS
    if singular == "weekend":
        return _WEEKEND
    if len(singular) >= 2:
        for number, name in enumerate(_DAYS):
            if name.lower().startswith(singular) or name.lower() == word:
                return frozenset({number})
    raise _unclear(typed)


def _apart(times: list[tuple[int, int]] | tuple[tuple[int, int], ...]) -> None:
    """Raise ScheduleError if two times, in order, are closer than a digest is worth."""
    minutes = [60 * hour + minute for hour, minute in times]
    if any(b - a < APART for a, b in pairwise(minutes)):
        raise ScheduleError(f"Digests come at least {APART} minutes apart.")


def _days_words(days: frozenset[int], *, match: bool) -> str:
    names = {_EVERY_DAY: "", _WEEKDAYS: "weekdays", _WEEKEND: "Saturdays and Sundays"}
    named = names.get(days, _listed([_DAYS[day] for day in sorted(days)]))
    if match:
        return f"on {named} that are match days" if named else "on match days"
    return f"on {named}" if named else "every day"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _unclear(text: str) -> ScheduleError:
    shown = " ".join(text.replace("`", "'").split())[:60]
    return ScheduleError(f"I cannot tell when “{shown}” is. Try {EXAMPLES}.")
