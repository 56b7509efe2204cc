"""How an answer was computed, for the person who asks: in a sentence, and what it rests on."""

from __future__ import annotations

from bot.domain import Answer
from bot.slack.render.pieces import Message, cut, escape, one_line, quote, sentence, small
from bot.slack.render.trust import trust_line
from bot.texts import say


def explanation_messages(answer: Answer) -> tuple[Message, ...]:
    """The forms, best first."""
    said = answer.explanation or say("answer.no_words")
    text = escape(cut(one_line(said), 600))
    blocks = (quote(answer.question.text), sentence(said), small(trust_line(answer)))
    return (Message(text, blocks), Message(text))
