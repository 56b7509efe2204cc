"""Thumbs under an answer, the view that asks what was wrong, and what is said about them."""

from __future__ import annotations

import json
from dataclasses import replace

from bot.slack.render.pieces import Block, Message, button, cut, plain, quote
from bot.store import Reason
from bot.texts import say

UP, DOWN = "up", "down"
FEEDBACK = "feedback"
"""The action of both thumbs, and the callback of the view; a click's value is the id and which."""

THUMBS = "context_actions"
"""The type of Slack's own block for thumbs; where a workspace has none two buttons stand in."""

REASON, EXPECTED = "feedback_reason", "feedback_expected"
EXPECTED_LENGTH = 1_000

REASONS = (Reason.ROWS, Reason.MEANING, Reason.SLOW, Reason.OTHER)


def thanks() -> Message:
    """What a thumbs-up hears."""
    return Message(say("feedback.thanks"))


def sorry() -> Message:
    """What a thumbs-down hears where no view can be opened."""
    return Message(say("feedback.sorry"))


def thumbs(question_id: str) -> Block:
    """Slack's own thumbs."""
    return {
        "type": THUMBS,
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": FEEDBACK,
                "positive_button": _thumb(UP, question_id),
                "negative_button": _thumb(DOWN, question_id),
            }
        ],
    }


def without_thumbs(form: Message) -> Message:
    """The same with two buttons in the place of Slack's own thumbs."""
    blocks = tuple(_buttons(block) if block["type"] == THUMBS else block for block in form.blocks)
    return replace(form, blocks=blocks)


def _buttons(block: Block) -> Block:
    (pair,) = block["elements"]
    up, down = pair["positive_button"]["value"], pair["negative_button"]["value"]
    return {
        "type": "actions",
        "elements": [
            button(f"👍 {say('feedback.up')}", f"{FEEDBACK}_{UP}", up)
            | {"accessibility_label": say("feedback.spoken_up")},
            button(f"👎 {say('feedback.down')}", f"{FEEDBACK}_{DOWN}", down)
            | {"accessibility_label": say("feedback.spoken_down")},
        ],
    }


def _thumb(which: str, question_id: str) -> Block:
    return {
        "text": plain(say(f"feedback.{which}")),
        "accessibility_label": say(f"feedback.spoken_{which}"),
        "value": f"{question_id} {which}",
    }


def _reason(reason: Reason) -> str:
    return say(f"feedback.reason_{reason.value}")


def feedback_view(question_id: str, question: str) -> Block:
    """What was wrong with an answer; both fields may stay empty."""
    options = [{"text": plain(_reason(reason)), "value": reason} for reason in REASONS]
    return {
        "type": "modal",
        "callback_id": FEEDBACK,
        "private_metadata": json.dumps({"question": question_id}),
        "title": plain(say("feedback.title")),
        "submit": plain(say("feedback.send")),
        "close": plain(say("feedback.skip")),
        "blocks": [
            quote(question),
            {
                "type": "input",
                "block_id": REASON,
                "optional": True,
                "label": plain(say("feedback.title")),
                "element": {"type": "radio_buttons", "action_id": REASON, "options": options},
            },
            {
                "type": "input",
                "block_id": EXPECTED,
                "optional": True,
                "label": plain(say("feedback.expected")),
                "hint": plain(say("feedback.who_reads")),
                "element": {
                    "type": "plain_text_input",
                    "action_id": EXPECTED,
                    "multiline": True,
                    "max_length": EXPECTED_LENGTH,
                    "placeholder": plain(say("feedback.placeholder")),
                },
            },
        ],
    }


def complaint(reason: Reason, expected: str) -> str:
    """What somebody said was wrong, in one line; empty if they did not say."""
    words = [_reason(reason)] if reason in REASONS else []
    words += [say("feedback.they_expected", words=cut(expected, 300))] if expected else []
    return ", ".join(words)
