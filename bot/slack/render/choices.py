"""A question asked back: a sentence and a button for each thing that may have been meant.

A button carries the question to ask in place of the old one, so that any worker can take the click.
"""

from __future__ import annotations

from bot.domain import Clarification, Question
from bot.slack.render.pieces import (
    Message,
    button,
    cut,
    escape,
    one_line,
    paragraph,
    quote,
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
    lines = "\n".join(f"• {escape(one_line(choice.question))}" for choice in back.choices)
    blocks = (*head, paragraph(back.question), {"type": "actions", "elements": elements})
    return (Message(text, blocks), Message(f"{text}\n{lines}"))
