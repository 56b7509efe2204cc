"""The live message: each event that plays today, short enough for a phone."""

from __future__ import annotations

from collections.abc import Sequence

from bot.digests import Board
from bot.slack.render.digest import section_blocks
from bot.slack.render.pieces import LIMIT, Block, Message, cut, escape, one_line, plain, small
from bot.texts import say

_EVENTS = 3


def live_messages(boards: Sequence[Board]) -> tuple[Message, ...]:
    """The forms of the message, best first; there is at least one board."""
    shown = boards[:_EVENTS]
    blocks: list[Block] = []
    for board in shown:
        title = cut(one_line(say("live.title", event=board.event.name)), 150)
        blocks.append({"type": "header", "text": plain(title)})
        if board.parts:
            blocks += section_blocks(board.event, board.parts, LIMIT // len(shown))
        else:
            blocks.append(small(say("live.not_begun")))
    if len(boards) > len(shown):
        blocks.append(small(say("live.more_events", n=len(boards) - len(shown))))
    zones = ", ".join(sorted({board.event.timezone for board in shown}))
    blocks.append(small(say("live.kept", zones=zones)))
    names = ", ".join(board.event.name for board in shown)
    text = escape(cut(one_line(say("live.text", events=names)), 300))
    return Message(text, tuple(blocks)), Message(text)
