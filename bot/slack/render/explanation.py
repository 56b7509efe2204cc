"""How an answer was computed, for the person who asks: in a sentence, and what it rests on."""

from __future__ import annotations

from bot.domain import Answer
from bot.slack.render.pieces import Message, cut, escape, one_line, quote, sentence, small
from bot.slack.render.trust import trust_line


def explanation_messages(answer: Answer) -> tuple[Message, ...]:
    """The forms, best first."""
    said = answer.explanation or "I have no words for this query. “Show SQL” shows it whole."
    text = escape(cut(one_line(said), 600))
    blocks = (quote(answer.question.text), sentence(said), small(trust_line(answer)))
    return (Message(text, blocks), Message(text))
