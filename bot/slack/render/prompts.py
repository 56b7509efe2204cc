"""What the pane suggests to ask: what people want to know before, during and after an event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain import Event
from bot.slack.render.pieces import cut
from bot.slack.render.trust import event_names
from bot.texts import say

Prompt = dict[str, str]

_Known = tuple[str, str]  # the name of its title in the catalogue, and the question

_NEXT = ("next_games", "Which games are next?")
_SPIRIT = ("spirit", "Top 5 teams by spirit score")

ANY = (_SPIRIT, _NEXT)
"""Where no event is known; the manifest says the same."""

_BEFORE = (
    ("first_games", "Which games are first?"),
    ("seeds", "List the teams by seed"),
    ("teams_by_division", "How many teams are in each division?"),
)
_DURING = (
    ("latest", "What are the latest results?"),
    _NEXT,
    ("standings", "Show the standings"),
    _SPIRIT,
)
_AFTER = (
    ("winners", "Who won the final?"),
    _SPIRIT,
    ("top_scorers", "Top 10 players by goals"),
    ("final_standings", "Show the standings"),
)


def prompts(events: Sequence[Event], now: datetime) -> tuple[Prompt, ...]:
    """At most four prompts for the phase of `events` at `now` (aware): one that is on decides.

    Titles are in the reader's language; the questions stay those that the examples answer.
    """
    return tuple(
        {"title": say(f"prompts.{title}"), "message": question}
        for title, question in _suited(events, now)
    )


def _suited(events: Sequence[Event], now: datetime) -> tuple[_Known, ...]:
    if not events:
        return ANY
    if any(event.starts_at <= now <= event.ends_at for event in events):
        return _DURING
    return _BEFORE if any(event.starts_at > now for event in events) else _AFTER


def prompts_title(events: Sequence[Event]) -> str:
    """What stands above the prompts."""
    if not events:
        return say("prompts.about_an_event")
    return cut(say("prompts.about", events=event_names(events)), 100)
