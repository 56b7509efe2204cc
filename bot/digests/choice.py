"""Which sections a channel's digest has: names of SECTIONS, or verified questions by their text.

UnknownSectionError     a part is neither; the message is for people
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.answering import Answering
from bot.answering.verified import find
from bot.digests.sections import SECTIONS, Section, whole
from bot.domain import Asker, Event, Question

MOST = 10
"""Sections of a digest; more is not read."""

_OFFERED = 200
"""Verified questions that are offered; whoever has more types their words."""

ANSWER = "the answer of a verified question"


class UnknownSectionError(ValueError):
    """A part that is no section and no verified question."""


def split(text: str) -> tuple[str, ...]:
    """The parts of what an admin typed, each once; names in lower case."""
    parts = [" ".join(part.split()) for part in text.split(",")]
    named = [part.lower() if part.lower() in SECTIONS else part for part in parts]
    return tuple(dict.fromkeys(part for part in named if part))


async def chosen(
    answering: Answering,
    team: str,
    channel: str,
    events: tuple[Event, ...],
    names: Sequence[str],
) -> tuple[dict[str, Section], tuple[str, ...]]:
    """The sections of `names` (none: all of SECTIONS), and those names that are none.

    Raises StoreError.
    """
    sections: dict[str, Section] = {}
    unknown = []
    for name in names or SECTIONS:
        section = SECTIONS.get(name) or await _verified(answering, team, channel, events, name)
        if section is None:
            unknown.append(name)
        else:
            sections[name] = section
    return sections, tuple(unknown)


async def _verified(
    answering: Answering, team: str, channel: str, events: tuple[Event, ...], text: str
) -> Section | None:
    question = Question("", text, Asker("slack", team, ""), channel)
    draft = await find(answering.verified, answering.store, question, events)
    return Section(ANSWER, draft.sql, whole) if draft is not None else None


async def offered(
    answering: Answering, team: str, channel: str, events: tuple[Event, ...]
) -> tuple[str, ...]:
    """What a digest of a channel may tell: names of SECTIONS, then verified questions' texts.

    Raises StoreError.
    """
    ids = tuple(event.id for event in events)
    approved = await answering.store.verified.here(team, channel, ids, limit=_OFFERED)
    ours = [one.question for one in approved]
    questions = [*ours, *(one.question for one in answering.model.verified)]
    return tuple(dict.fromkeys([*SECTIONS, *questions]))


def check(names: Sequence[str], unknown: Sequence[str]) -> None:
    """Raise UnknownSectionError unless all of `names` are sections, and not too many."""
    if len(names) > MOST:
        raise UnknownSectionError(f"A digest has at most {MOST} sections.")
    if unknown:
        known = ", ".join(f"`{name}`" for name in SECTIONS)
        raise UnknownSectionError(
            f"“{unknown[0]}” is neither a section nor a verified question. "
            f"Sections are {known}; part them by commas."
        )


def described() -> Mapping[str, str]:
    """What each named section tells."""
    return {name: section.about for name, section in SECTIONS.items()}
