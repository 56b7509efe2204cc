"""The view that connects a channel to events, its options, and what is said about it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.domain import Event
from bot.slack.render.pieces import Block, Message, button, cut, escape, one_line, paragraph, plain
from bot.slack.render.trust import event_names, zone
from bot.texts import date_text, say

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
        "placeholder": plain(say("channel.type_name")),
    }
    if bound:
        select["initial_options"] = [_option(event) for event in bound[:_CHOSEN]]
    blocks: list[Block] = [
        {
            "type": "input",
            "block_id": EVENTS,
            "label": plain(cut(say("channel.which", place=place_name(name)), 200)),
            "hint": plain(say("channel.hint")),
            "element": select,
        }
    ]
    if bound:
        blocks.append({"type": "actions", "elements": [_unbind_button(name)]})
    return channel_form(BIND, channel, name, say("channel.title"), blocks)


def channel_form(
    callback: str, channel: str, name: str, title: str, blocks: Sequence[Block]
) -> Block:
    """A modal that saves something of one channel; `name` is as a command brings it."""
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": json.dumps({"channel": channel, "name": name}),
        "title": plain(title),
        "submit": plain(say("channel.save")),
        "close": plain(say("ask.cancel")),
        "blocks": list(blocks),
    }


def _unbind_button(name: str) -> Block:
    return ending(
        button(say("channel.unbind"), UNBIND, "unbind"),
        say("channel.unbind_title"),
        say("channel.unbind_what", place=place_name(name)),
        say("channel.unbind_yes"),
    )


def ending(clicked: Block, title: str, what: str, yes: str) -> Block:
    """A button that ends something of a channel, and asks first; `yes` is what goes on."""
    return clicked | {
        "style": "danger",
        "confirm": {
            "title": plain(title),
            "text": plain(cut(what, 300)),
            "confirm": plain(yes),
            "deny": plain(say("channel.keep")),
        },
    }


def place_name(name: str) -> str:
    """A channel by the name that a command brings; a direct conversation has none."""
    return say("channel.here") if name in {"", "directmessage"} else f"#{name}"


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
    description = f"{date_text(starts)} · {event.status.replace('_', ' ')}"
    return {
        "text": plain(cut(one_line(event.name) or event.slug, 75)),
        "description": plain(cut(description, 75)),
        "value": str(event.id),
    }


def bound_message(events: Sequence[Event]) -> Message:
    """Tell the channel what it is about now."""
    return said(say("channel.bound", events=event_names(events)))


def unbound_message() -> Message:
    """Tell the channel that it is about nothing any more."""
    return said(say("channel.unbound"))


def show_message(events: Sequence[Event]) -> Message:
    """Which events a channel has."""
    if events:
        return said(say("channel.about", events=event_names(events)))
    return said(say("refusals.not_bound"))


def said(text: str) -> Message:
    """A sentence with names in it, none of which is read as markup."""
    return Message(escape(one_line(text)), (paragraph(text),))
