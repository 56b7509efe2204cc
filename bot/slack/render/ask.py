"""The modal of the global shortcut: a question, and the event that it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.domain import QUESTION_LIMIT, Event
from bot.slack.render.pieces import Block, cut, one_line, paragraph, plain
from bot.slack.render.trust import event_names
from bot.texts import say

ASK = "ask_anything"
"""The callback of the shortcut and of its modal."""

ASK_ABOUT = "ask_about"
"""The callback of the message shortcut."""

QUESTION = "asked_question"
EVENT = "asked_event"

Askable = Mapping[str, tuple[str, Sequence[Event]]]
"""Channels by id: their names and events."""

_OPTIONS = 100


def ask_view(askable: Askable) -> Block:
    """The modal; the event is chosen already if there is only one to choose."""
    view = {"type": "modal", "title": plain(say("ask.title")), "close": plain(say("ask.cancel"))}
    if not askable:
        return view | {"close": plain(say("ask.close")), "blocks": [paragraph(say("ask.nowhere"))]}
    select: Block = {
        "type": "external_select",
        "action_id": EVENT,
        "min_query_length": 0,
        "placeholder": plain(say("ask.choose_event")),
    }
    if len(askable) == 1:
        select["initial_option"] = event_options(askable, "")[0]
    typed = {
        "type": "plain_text_input",
        "action_id": QUESTION,
        "multiline": True,
        "max_length": QUESTION_LIMIT,
        "placeholder": plain(say("ask.example")),
    }
    return view | {
        "callback_id": ASK,
        "submit": plain(say("ask.submit")),
        "blocks": [
            _input(QUESTION, say("refusals.empty"), typed),
            _input(EVENT, say("ask.about_which"), select) | {"hint": plain(say("ask.hint"))},
        ],
    }


def _input(name: str, label: str, element: Block) -> Block:
    return {"type": "input", "block_id": name, "label": plain(label), "element": element}


def event_options(askable: Askable, typed: str) -> list[Block]:
    """The channels whose name or events have all the words typed so far, by events' names."""
    wanted = typed.casefold().replace("#", " ").split()
    named = [(event_names(events), name, channel) for channel, (name, events) in askable.items()]
    return [
        {
            "text": plain(cut(one_line(events), 75) or channel),
            "description": plain(cut(f"#{one_line(name)}", 75)),
            "value": channel,
        }
        for events, name, channel in sorted(named)
        if all(word in f"{events} {name}".casefold() for word in wanted)
    ][:_OPTIONS]
