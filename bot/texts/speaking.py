"""Which language and locale the running call speaks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from babel import Locale, UnknownLocaleError

LANGUAGES = ("en", "es", "de")
"""Those that have a file here; the first is complete."""

_LATIN_AMERICA = "es_419"
_OWN_NAMES = {"es_LA": _LATIN_AMERICA}
"""Slack's names for locales that are none of CLDR's."""


@dataclass(frozen=True, slots=True)
class Tongue:
    """`language` is one of LANGUAGES, `locale` Babel's name of what numbers and dates go by."""

    language: str
    locale: str


ENGLISH = Tongue("en", "en_GB")
"""What is spoken with whoever has no language that is known: days come before months."""

_SPOKEN: ContextVar[Tongue] = ContextVar("tongue", default=ENGLISH)


def tongue_of(locale: str) -> Tongue:
    """The tongue for a locale as Slack or a browser names it, such as "de-DE" or "es-LA".

    Numbers and dates go with the words: who has no catalogue reads English, dates and all.
    """
    name = locale.replace("-", "_").strip()
    try:
        found = Locale.parse(_OWN_NAMES.get(name, name))
    except (UnknownLocaleError, ValueError):
        return ENGLISH
    return Tongue(found.language, str(found)) if found.language in LANGUAGES else ENGLISH


def tongue_in(language: str) -> Tongue:
    """The tongue of a language that was chosen by its code; of none, or another, English."""
    found = tongue_of(language)
    return ENGLISH if found.language == ENGLISH.language else found


def named_language(text: str) -> str:
    """The code of one of LANGUAGES that `text` names: "de", "Deutsch", "German"; or empty."""
    wanted = text.strip().casefold()
    for code in LANGUAGES:
        locale = Locale.parse(code)
        names = {locale.get_display_name(each) for each in (code, *LANGUAGES)}
        if wanted in {code, *(str(name).casefold() for name in names)}:
            return code
    return ""


def language_name(language: str) -> str:
    """What a language is called in that of the call."""
    return str(Locale.parse(language).get_display_name(spoken().locale))


def accepted(header: str) -> Tongue:
    """The tongue that an Accept-Language header likes best, of those that there are.

    Source: RFC 9110, 12.5.4. What cannot be read is passed over.
    """
    offers = []
    for place, part in enumerate(header[:1_000].split(",")):
        name, _, weight = part.partition(";")
        try:
            liked = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        offers.append((-liked, place, name.strip()))
    for liked, _, name in sorted(offers):
        tongue = tongue_of(name)
        if liked < 0 and name.lower().startswith(tongue.language):
            return tongue
    return ENGLISH


def spoken() -> Tongue:
    """What the running call speaks."""
    return _SPOKEN.get()


def enter(tongue: Tongue) -> None:
    """Speak it for the rest of this task."""
    _SPOKEN.set(tongue)


@contextmanager
def speaking(tongue: Tongue | str) -> Iterator[None]:
    """Speak it, or the tongue of a locale's name, for the block and the tasks begun in it."""
    before = _SPOKEN.set(tongue_of(tongue) if isinstance(tongue, str) else tongue)
    try:
        yield
    finally:
        _SPOKEN.reset(before)
