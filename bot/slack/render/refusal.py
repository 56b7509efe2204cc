"""A question that was not answered: one plain sentence and what to do, by kind.

A refusal carries no sign, an outage a warning sign and "Ask again", a bug another sign and the
reference that an operator finds in the log.
"""

from __future__ import annotations

from bot.domain import Code, Kind, Question, Refusal
from bot.slack.render.buttons import ASK_AGAIN, SHOW_SQL
from bot.slack.render.pieces import (
    TEXT_LIMIT,
    Block,
    Message,
    button,
    escaped,
    one_line,
    paragraph,
    quote,
)
from bot.texts import say

_SIGNS = {Kind.REFUSAL: "", Kind.OUTAGE: "warning", Kind.BUG: "x"}


def refusal_messages(
    refusal: Refusal, question: Question, *, quoted: bool = False
) -> tuple[Message, ...]:
    """The forms of `refusal`, best first."""
    words = refusal.message
    sign = _SIGNS[refusal.code.kind]
    text = (f":{sign}: " if sign else "") + escaped(one_line(words), TEXT_LIMIT)
    head = [quote(question.text)] if quoted else []
    blocks = (*head, paragraph(words, emoji=sign), *_buttons(refusal, question))
    return (Message(text, blocks), Message(text))


def _buttons(refusal: Refusal, question: Question) -> list[Block]:
    elements = []
    if refusal.sql:
        elements.append(button(say("buttons.show_sql"), SHOW_SQL, question.id))
    if refusal.code.kind is not Kind.REFUSAL or refusal.code is Code.STOPPED:
        elements.append(button(say("buttons.ask_again"), ASK_AGAIN, question.id))
    return [{"type": "actions", "elements": elements}] if elements else []
