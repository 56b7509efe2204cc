"""A question asked back: a sentence and a button for each thing that may have been meant.

A button carries the question to ask in place of the old one, so that any worker can take the click.
"""

from __future__ import annotations

from bot.domain import Clarification, Question
from bot.slack.render.pieces import (
    TEXT_LIMIT,
    Message,
    button,
    cut,
    escape,
    one_line,
    paragraph,
    quote,
    size,
)

CHOOSE = "choose"
"""Slack wants action ids that differ within a message, so each is followed by its place."""

LABEL_LIMIT = 75  # of a button's text, by Slack


def choice_messages(
    back: Clarification, question: Question, *, quoted: bool = False
) -> tuple[Message, ...]:
    """The forms of `back`, best first; without blocks people ask one of the questions again."""
    head = [quote(question.text)] if quoted else []
    elements = [
        button(
            cut(one_line(choice.label), LABEL_LIMIT),
            f"{CHOOSE}_{place}",
            f"{question.id} {choice.question}",
        )
        for place, choice in enumerate(back.choices)
    ]
    text = escape(back.question)
    blocks = (*head, paragraph(back.question), {"type": "actions", "elements": elements})
    return (Message(text, blocks), Message(f"{text}\n{_listed(back)}"))


def _listed(back: Clarification) -> str:
    """The questions, a line each. Escaping can grow them fivefold, so it is tried shorter."""
    lines = ""
    for limit in (2_000, 600, 120):
        asked = [escape(cut(one_line(choice.question), limit)) for choice in back.choices]
        lines = "\n".join(f"• {one}" for one in asked)
        if size(lines) <= TEXT_LIMIT - 300:
            break
    return lines
