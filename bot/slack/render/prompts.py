"""What the pane suggests to ask: what people want to know before, during and after an event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain import Event
from bot.slack.render.pieces import cut
from bot.slack.render.trust import event_names

Prompt = dict[str, str]

_NEXT = {"title": "Next games", "message": "Which games are next?"}
_SPIRIT = {"title": "Spirit leaders", "message": "Top 5 teams by spirit score"}

ANY = (_SPIRIT, _NEXT)
"""Where no event is known; the manifest says the same."""

_BEFORE = (
    {"title": "First games", "message": "Which games are first?"},
    {"title": "Seeds", "message": "List the teams by seed"},
    {"title": "Teams by division", "message": "How many teams are in each division?"},
)
_DURING = (
    {"title": "Latest scores", "message": "What are the latest results?"},
    _NEXT,
    {"title": "Standings", "message": "Show the standings"},
    _SPIRIT,
)
_AFTER = (
    {"title": "Winners", "message": "Who won the final?"},
    _SPIRIT,
    {"title": "Top scorers", "message": "Top 10 players by goals"},
    {"title": "Final standings", "message": "Show the standings"},
)


def prompts(events: Sequence[Event], now: datetime) -> tuple[Prompt, ...]:
    """At most four prompts for the phase of `events` at `now` (aware): one that is on decides."""
    if not events:
        return ANY
    if any(event.starts_at <= now <= event.ends_at for event in events):
        return _DURING
    return _BEFORE if any(event.starts_at > now for event in events) else _AFTER


def prompts_title(events: Sequence[Event]) -> str:
    """What stands above the prompts."""
    return cut(f"Ask about {event_names(events)}", 100) if events else "Ask about an event"
