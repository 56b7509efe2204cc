"""The one reply to a question: found or posted, its stages shown at Slack's pace, then the answer.

The reply carries the question's id in its message metadata, so that a question that is delivered
again (its worker died, say) finds the reply that exists and edits it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import structlog

from bot.domain import Progress, Report
from bot.slack import delivery
from bot.slack.errors import MessageGoneError, SlackError
from bot.slack.intake import Ask
from bot.slack.render.pieces import Message
from bot.slack.render.stages import looking, stage_message
from bot.slack.web import Web

log = structlog.get_logger()

T = TypeVar("T")

EVENT_TYPE = "game_stats_reply"
PACE = 3.0
"""Seconds between two edits of one message; Slack asks for no more."""


def metadata(question_id: str) -> dict[str, Any]:
    """What marks a message as the reply to this question."""
    return {"event_type": EVENT_TYPE, "event_payload": {"question_id": question_id}}


async def place(web: Web, ask: Ask, *, again: bool) -> str:
    """The ts of the reply: the one that exists if this is asked `again`, else a new placeholder.

    The answer to a choice takes the place of the message that held the choices.

    A post that broke off may have arrived, so it is looked for before the next try.

    Raises:
        SlackError: when Slack lets us neither look nor post.
    """
    if ask.reply_ts:
        return await _taken_over(web, ask)
    look = again

    async def find_or_post() -> str:
        nonlocal look
        found = await _find(web, ask) if look else None
        look = True
        return found or await delivery.post(
            web, ask.channel, ask.thread_ts, _looking(ask), metadata(ask.id)
        )

    return await delivery.patiently(find_or_post, harmless=True)


def _looking(ask: Ask) -> tuple[Message, ...]:
    best = looking(ask.id, ask.user)
    return best, Message(best.text)


async def _taken_over(web: Web, ask: Ask) -> str:
    try:
        await delivery.edit(web, ask.channel, ask.reply_ts, _looking(ask)[0], metadata(ask.id))
    except SlackError as error:
        log.info("stage_not_shown", reason=error.code)  # the answer is posted anew if it is gone
    return ask.reply_ts


async def _find(web: Web, ask: Ask) -> str | None:
    where = {"channel": ask.channel, "oldest": ask.ts, "limit": 100, "include_all_metadata": True}
    try:
        if ask.thread_ts:
            where |= {"ts": ask.thread_ts, "inclusive": True}
            page = await web.call("conversations.replies", **where)
        else:
            page = await web.call("conversations.history", **where)
    except MessageGoneError:
        return None
    return next((str(m["ts"]) for m in page.get("messages", ()) if _is_reply(m, ask)), None)


def _is_reply(message: Mapping[str, Any], ask: Ask) -> bool:
    marked = message.get("metadata") or {}
    return (
        marked.get("event_type") == EVENT_TYPE
        and marked.get("event_payload", {}).get("question_id") == ask.id
    )


async def finish(
    web: Web, ask: Ask, ts: str, forms: Sequence[Message], check: Callable[[], Awaitable[None]]
) -> Message:
    """Edit the answer into the reply; give the form that is shown.

    Raises SlackError, and what `check` raises, which is asked just before.
    """
    mark = metadata(ask.id)
    return await delivery.replace(web, ask.channel, ts, ask.thread_ts, forms, mark, check)


@asynccontextmanager
async def showing(web: Web, ask: Ask, ts: str, pace: float = PACE) -> AsyncIterator[Report]:
    """Give a Report that edits the reply, at most once in `pace` seconds and always the latest.

    On leaving, an edit that is under way is awaited, so that none can arrive after the answer.
    """
    first, marks = _looking(ask)[0], metadata(ask.id)
    async with paced(web, ask.channel, ts, marks, first, pace) as show:

        async def report(progress: Progress, /) -> None:
            show(stage_message(progress, ask.id, ask.user))

        yield report


@asynccontextmanager
async def paced(
    web: Web,
    channel: str,
    ts: str,
    marks: Mapping[str, Any],
    shown: Message,
    pace: float = PACE,
) -> AsyncIterator[Callable[[Message], None]]:
    """Give what takes the next form of a message that looks like `shown` now, as `showing` does."""

    async def edit(message: Message) -> None:
        await delivery.edit(web, channel, ts, message, marks)

    async with keeping_up(edit, shown, pace) as show:
        yield show


@asynccontextmanager
async def keeping_up(
    send: Callable[[T], Awaitable[None]], shown: T, pace: float
) -> AsyncIterator[Callable[[T], None]]:
    """Give what takes the next of something that is `shown`; the latest goes to `send`.

    At most once in `pace` seconds; what `send` fails at is logged. On leaving, what is under way is
    awaited.
    """
    latest = [shown]
    over = asyncio.Event()

    def show(wanted: T) -> None:
        latest[0] = wanted

    async def keep_sending() -> None:
        last = shown
        while not await happens_within(over, pace):
            if latest[0] != last:
                last = latest[0]
                try:
                    await send(last)
                except SlackError as error:
                    log.info("stage_not_shown", reason=error.code)

    task = asyncio.create_task(keep_sending())
    try:
        yield show
    finally:
        over.set()
        await task


async def happens_within(event: asyncio.Event, seconds: float) -> bool:
    """Wait for `event`, at most so long; whether it came."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True
