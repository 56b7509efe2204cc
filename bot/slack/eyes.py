"""Eyes on a question in a channel while it is worked on, for who sees the channel and no thread.

Only where it takes a moment; in direct conversations the session's status says the same (`pane`).
All of this is decoration: where Slack refuses it, questions are answered all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from bot.slack import delivery, scope
from bot.slack.errors import SlackError, TokenRefusedError
from bot.slack.intake import Ask
from bot.slack.ports import Rooms
from bot.slack.reply import happens_within

log = structlog.get_logger()

EYES = "eyes"
PATIENCE = 1.0
"""Seconds after which a question gets its eyes; most that need no model are over by then."""

_ADD, _REMOVE = "reactions.add", "reactions.remove"


@asynccontextmanager
async def on(rooms: Rooms, ask: Ask, *, again: bool) -> AsyncIterator[None]:
    """Show eyes on the asker's message. `again`: a worker that died may have left some there."""
    if not (rooms.reactions and ask.said_ts) or scope.is_direct(ask.channel):
        yield
        return
    over = asyncio.Event()

    async def look() -> bool:
        return not await happens_within(over, PATIENCE) and await _call(rooms, ask, _ADD)

    task = asyncio.create_task(look())
    try:
        yield
    finally:
        over.set()
        if await task or again:
            await _call(rooms, ask, _REMOVE)


async def _call(rooms: Rooms, ask: Ask, method: str) -> bool:
    """Whether the eyes are now as wanted; logs what Slack refuses."""
    if _ADD in rooms.web.unsupported:
        return False

    async def step() -> None:
        await rooms.web.call(method, channel=ask.channel, timestamp=ask.said_ts, name=EYES)

    try:
        # Eyes that come late are of no use; those that are left there say what is not so.
        await (step() if method == _ADD else delivery.patiently(step, harmless=True))
    except SlackError as error:
        if error.code in {"already_reacted", "no_reaction"}:
            return True
        if isinstance(error, TokenRefusedError):
            # An app that was made from an older manifest may have no right to react.
            rooms.web.unsupported.add(_ADD)
        log.info("eyes_not_shown", reason=error.code)
        return False
    return True
