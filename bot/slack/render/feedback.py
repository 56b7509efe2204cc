"""Thumbs under an answer, the view that asks what was wrong, and what is said about them."""

from __future__ import annotations

import json
from dataclasses import replace

from bot.slack.render.pieces import Block, Message, button, cut, plain, quote
from bot.store import Reason

UP, DOWN = "up", "down"
FEEDBACK = "feedback"
"""The action of both thumbs, and the callback of the view; a click's value is the id and which."""

THUMBS = "context_actions"
"""The type of Slack's own block for thumbs; where a workspace has none two buttons stand in."""

REASON, EXPECTED = "feedback_reason", "feedback_expected"
EXPECTED_LENGTH = 1_000

REASONS = {
    Reason.ROWS: "Wrong rows",
    Reason.MEANING: "Not what I meant",
    Reason.SLOW: "Too slow",
    Reason.OTHER: "Something else",
}

THANKS = Message("Thanks, noted.")
SORRY = Message("Thanks, noted. An admin will look at it.")


def thumbs(question_id: str) -> Block:
    """Slack's own thumbs."""
    return {
        "type": THUMBS,
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": FEEDBACK,
                "positive_button": _thumb("Good", "This answer is good", question_id, UP),
                "negative_button": _thumb("Bad", "This answer is bad", question_id, DOWN),
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
            button("👍 Good", f"{FEEDBACK}_{UP}", up) | {"accessibility_label": "Good answer"},
            button("👎 Bad", f"{FEEDBACK}_{DOWN}", down) | {"accessibility_label": "Bad answer"},
        ],
    }


def _thumb(label: str, spoken: str, question_id: str, which: str) -> Block:
    value = f"{question_id} {which}"
    return {"text": plain(label), "accessibility_label": spoken, "value": value}


def feedback_view(question_id: str, question: str) -> Block:
    """What was wrong with an answer; both fields may stay empty."""
    options = [{"text": plain(label), "value": reason} for reason, label in REASONS.items()]
    return {
        "type": "modal",
        "callback_id": FEEDBACK,
        "private_metadata": json.dumps({"question": question_id}),
        "title": plain("What was wrong?"),
        "submit": plain("Send"),
        "close": plain("Skip"),
        "blocks": [
            quote(question),
            {
                "type": "input",
                "block_id": REASON,
                "optional": True,
                "label": plain("What was wrong?"),
                "element": {"type": "radio_buttons", "action_id": REASON, "options": options},
            },
            {
                "type": "input",
                "block_id": EXPECTED,
                "optional": True,
                "label": plain("What did you expect?"),
                "hint": plain("Admins of this workspace read this."),
                "element": {
                    "type": "plain_text_input",
                    "action_id": EXPECTED,
                    "multiline": True,
                    "max_length": EXPECTED_LENGTH,
                    "placeholder": plain("For example: only games of the Open division"),
                },
            },
        ],
    }


def complaint(reason: Reason, expected: str) -> str:
    """What somebody said was wrong, in one line; empty if they did not say."""
    words = [REASONS[reason]] if reason in REASONS else []
    words += [f"expected: {cut(expected, 300)}"] if expected else []
    return ", ".join(words)
