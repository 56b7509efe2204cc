"""The view that connects a channel to events, its options, and what is said about it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.domain import Event
from bot.slack.render.pieces import Block, Message, button, cut, escape, one_line, paragraph, plain
from bot.slack.render.trust import event_names, zone

BIND = "bind_channel"
UNBIND = "unbind_channel"
EVENTS = "bound_events"

_OPTIONS = 100
_CHOSEN = 20


def bind_view(channel: str, name: str, bound: Sequence[Event]) -> Block:
    """The modal for one channel; `bound` is chosen already."""
    select: Block = {
        "type": "multi_external_select",
        "action_id": EVENTS,
        "min_query_length": 0,
        "max_selected_items": _CHOSEN,
        "placeholder": plain("Type an event's name"),
    }
    if bound:
        select["initial_options"] = [_option(event) for event in bound[:_CHOSEN]]
    blocks: list[Block] = [
        {
            "type": "input",
            "block_id": EVENTS,
            "label": plain(cut(f"Which events is {_place(name)} about?", 200)),
            "hint": plain("Answers here come from these events and from nothing else."),
            "element": select,
        }
    ]
    if bound:
        blocks.append({"type": "actions", "elements": [_unbind_button(name)]})
    return {
        "type": "modal",
        "callback_id": BIND,
        "private_metadata": json.dumps({"channel": channel, "name": name}),
        "title": plain("Events"),
        "submit": plain("Save"),
        "close": plain("Cancel"),
        "blocks": blocks,
    }


def _unbind_button(name: str) -> Block:
    return button("Disconnect this channel", UNBIND, "unbind") | {
        "style": "danger",
        "confirm": {
            "title": plain("Disconnect?"),
            "text": plain(cut(f"Nobody can ask in {_place(name)} until it is connected.", 300)),
            "confirm": plain("Disconnect"),
            "deny": plain("Keep"),
        },
    }


def _place(name: str) -> str:
    return "this conversation" if name in {"", "directmessage"} else f"#{name}"


def done_view(*sentences: str) -> Block:
    """The modal once something is done."""
    return {
        "type": "modal",
        "title": plain("Events"),
        "close": plain("Close"),
        "blocks": [paragraph(sentence) for sentence in sentences],
    }


def event_options(
    events: Iterable[Event], typed: str, now: datetime | None = None
) -> list[dict[str, Any]]:
    """Events whose name or slug has all the words typed so far, as options.

    Those that are on `now` (aware) come first, then those to come, then the past ones; in each part
    the newest first.
    """
    wanted = typed.casefold().split()
    found = [
        event
        for event in events
        if all(word in f"{event.name} {event.slug}".casefold() for word in wanted)
    ]
    moment = now or datetime.now(UTC)
    found.sort(key=lambda event: (_phase(event, moment), -event.starts_at.timestamp()))
    return [_option(event) for event in found[:_OPTIONS]]


def _phase(event: Event, now: datetime) -> int:
    if event.starts_at > now:
        return 1
    return 0 if event.ends_at >= now else 2


def _option(event: Event) -> dict[str, Any]:
    starts = event.starts_at.astimezone(zone([event]))
    description = f"{starts.day} {starts:%b} {starts.year} · {event.status.replace('_', ' ')}"
    return {
        "text": plain(cut(one_line(event.name) or event.slug, 75)),
        "description": plain(cut(description, 75)),
        "value": str(event.id),
    }


def bound_message(events: Sequence[Event]) -> Message:
    """Tell the channel what it is about now."""
    return said(
        f"This channel now answers about {event_names(events)}. Mention me with a question."
    )


def unbound_message() -> Message:
    """Tell the channel that it is about nothing any more."""
    return said("This channel is no longer connected to an event, so I cannot answer here.")


def show_message(events: Sequence[Event]) -> Message:
    """Which events a channel has."""
    if events:
        return said(f"This channel is about {event_names(events)}.")
    return said(
        "This channel is not connected to an event yet. A workspace admin can run "
        "`/stats-channel` here."
    )


def said(text: str) -> Message:
    """A sentence with names in it, none of which is read as markup."""
    return Message(escape(one_line(text)), (paragraph(text),))
