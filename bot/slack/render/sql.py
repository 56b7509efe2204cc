"""The SQL behind an answer, for the person who asked to see it: a view, or a message."""

from __future__ import annotations

from bot.slack.render.pieces import (
    LIMIT,
    TEXT_LIMIT,
    Block,
    Message,
    cut,
    fenced,
    plain,
    preformatted,
    quote,
    small,
)
from bot.texts import say


def sql_blocks(question: str, sql: str, note: str) -> list[Block]:
    """The question, its SQL and a line of small print."""
    return [quote(question), preformatted(cut(sql, LIMIT)), small(note)]


def sql_view(question: str, sql: str, note: str) -> Block:
    """A modal with the SQL."""
    return {
        "type": "modal",
        "title": plain(say("sql.title")),
        "close": plain(say("sql.close")),
        "blocks": sql_blocks(question, sql, note),
    }


def sql_messages(question: str, sql: str, note: str) -> tuple[Message, ...]:
    """The same as a message, for a click that came too late for a modal."""
    return (
        Message(say("sql.title"), tuple(sql_blocks(question, sql, note))),
        Message(fenced(cut(sql, TEXT_LIMIT // 2))),
    )
