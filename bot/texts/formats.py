"""Numbers, dates and times as the locale of the call writes them, by CLDR (Babel).

Texts are plain: narrow blanks, which some fonts lack, become blanks.
"""

from __future__ import annotations

from datetime import date, datetime, time
from functools import cache

from babel import Locale, numbers
from babel.dates import format_date, format_skeleton, format_time

from bot.texts.speaking import spoken


def number_text(value: int) -> str:
    """A whole number with the locale's grouping: 1,234 or 1.234."""
    return numbers.format_decimal(value, locale=spoken().locale)


def localised(text: str) -> str:
    """A number that Python wrote, such as "-12,345.60", with the locale's own two marks."""
    point, group = _marks(spoken().locale)
    return text.translate({ord("."): point, ord(","): group})


@cache
def _marks(locale: str) -> tuple[str, str]:
    found = Locale.parse(locale)
    return numbers.get_decimal_symbol(found), _plain(numbers.get_group_symbol(found))


def date_text(value: date) -> str:
    """A day: 21 Nov 2026, Nov 21, 2026 or 21.11.2026."""
    return _plain(format_date(_day(value), "medium", locale=spoken().locale))


def short_date_text(value: date) -> str:
    """A day without its year: 21 Nov, Nov 21 or 21. Nov."""
    return _plain(format_skeleton("MMMd", _day(value), locale=spoken().locale))


def long_date_text(value: date) -> str:
    """A day with its month in full: 21 November 2026, 21 de noviembre de 2026."""
    return _plain(format_date(_day(value), "long", locale=spoken().locale))


def clock_text(value: time | datetime) -> str:
    """A time of day as its own zone's clock shows it: 18:05 or 6:05 PM."""
    clock = value.time() if isinstance(value, datetime) else value.replace(tzinfo=None)
    return _plain(format_time(clock, "short", locale=spoken().locale))


def day_clock_text(value: datetime) -> str:
    """A day of the week and a time of day: Sat 18:05."""
    day = format_date(_day(value), "EEE", locale=spoken().locale)
    return f"{_plain(day)} {clock_text(value)}"


def at_text(value: datetime) -> str:
    """A day and a time of day."""
    return f"{date_text(value)} {clock_text(value)}"


def _day(value: date) -> date:
    # Babel would bring an aware time to UTC first.
    return value.date() if isinstance(value, datetime) else value


def _plain(text: str) -> str:
    return text.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")
