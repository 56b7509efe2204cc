"""A channel's live message: `/stats-digest live on|off`, and the job that posts and edits it.

It is posted once, pinned if Slack lets us, and edited at most once a minute, only when it says
something new, by one process. Deleting it turns it off; after the event it ends by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

import structlog

from bot.digests import LIVE_JOB, Board
from bot.jobs import Job
from bot.slack import delivery
from bot.slack.errors import ChannelClosedError, MessageGoneError, SlackError
from bot.slack.intake import Reader
from bot.slack.languages import in_channel
from bot.slack.outages import is_outage
from bot.slack.ports import Rooms
from bot.slack.render.channel import said
from bot.slack.render.live import live_messages
from bot.slack.render.pieces import Message
from bot.slack.slash import Typed
from bot.store import LiveMessage
from bot.texts import speaking

log = structlog.get_logger()

EVENT_TYPE = "game_stats_live"
SLACK_SECONDS = 45.0
"""What Slack may take for one look: less than the minute after which another process may edit."""

NOT_PINNED = "I may not pin the live message here. Please pin it yourself, so that people find it."

CLOSED = "The live message is off, since I may not write there. Invite me with /invite first."


async def start(rooms: Rooms, given: Typed) -> Message:
    """Turn it on. Raises StoreError, WarehouseError."""
    boards = await rooms.digests.live.boards(given.team, given.channel)
    if boards is None:
        return said("The event is over, so there is nothing to follow live.")
    if not await rooms.digests.live.start(given.team, given.channel, given.user):
        return said("The live message is on already.")
    if boards:
        return said("The live message appears here in a moment.")
    return said("The live message is on. It appears here on the next match day.")


async def stop(rooms: Rooms, given: Typed) -> Message:
    """Turn it off; the message stays as it is. Raises StoreError."""
    was = await rooms.digests.live.stop(given.team, given.channel)
    if was is None:
        return said("There was no live message here.")
    await _unpin(rooms, was)
    return said("The live message is off.")


def register(rooms: Rooms) -> None:
    """Take the job."""

    async def handle(job: Job) -> None:
        await do(rooms, job)

    rooms.jobs.register(LIVE_JOB, handle)


async def do(rooms: Rooms, job: Job) -> None:
    """Look once. What fails because something is down is left to the next look."""
    try:
        async with asyncio.timeout(SLACK_SECONDS):
            team, channel = str(job.payload["team"]), str(job.payload["channel"])
            with speaking(await in_channel(rooms, team, channel)):
                await _look(rooms, team, channel)
    except TimeoutError:
        log.warning("live_too_slow", job=job.id)
    except Exception as error:
        if not is_outage(error):
            raise
        log.warning("live_waits", job=job.id, error=repr(error))


async def _look(rooms: Rooms, team: str, channel: str) -> None:
    kept = rooms.digests.live
    live = await kept.get(team, channel)
    if live is None:
        return
    boards = await kept.boards(team, channel)
    if boards is None:
        await _end(rooms, live, "the event is over")
        return
    shown = _hash(boards)
    # Only who says something new takes the minute.
    if not boards or shown == live.shown or not await kept.claim(live):
        return
    try:
        live = await _show(rooms, live, live_messages(boards))
    except (MessageGoneError, ChannelClosedError) as error:
        await _end(rooms, live, error.code)
        if isinstance(error, ChannelClosedError):
            reader = Reader(live.team, live.channel, live.started_by)
            await delivery.tell(rooms.web, reader, said(CLOSED))
        return
    await kept.keep(replace(live, shown=shown))


def _hash(boards: Sequence[Board]) -> str:
    return sha256(" ".join(board.hash for board in boards).encode()).hexdigest()[:16]


async def _show(rooms: Rooms, live: LiveMessage, forms: Sequence[Message]) -> LiveMessage:
    """Edit the message, or post and pin it. Raises SlackError, StoreError."""
    if live.ts:

        async def send(form: Message) -> None:
            await delivery.edit(rooms.web, live.channel, live.ts, form, _metadata(live))

        await delivery.plainer(rooms.web, forms, send)
        return live
    found = await _left_behind(rooms, live)
    ts = found or await delivery.post(rooms.web, live.channel, "", forms, _metadata(live))
    posted = replace(live, ts=ts)
    # Known before it is pinned: whoever goes on after a crash posts no second one.
    await rooms.digests.live.keep(posted)
    return replace(posted, pinned=await _pin(rooms, posted))


def _metadata(live: LiveMessage) -> dict[str, Any]:
    return {"event_type": EVENT_TYPE, "event_payload": {"token": live.token}}


async def _left_behind(rooms: Rooms, live: LiveMessage) -> str:
    """The ts of a message that a try which was broken off has posted, or an empty text."""
    marks = await delivery.marks(rooms.web, live.channel, EVENT_TYPE)
    return next((ts for ts, mark in marks if mark.get("token") == live.token), "")


async def _pin(rooms: Rooms, live: LiveMessage) -> bool:
    """Pin it; where that is refused, say so to who turned it on. Never raises."""
    try:
        await rooms.web.call("pins.add", channel=live.channel, timestamp=live.ts)
    except SlackError as error:
        if error.code == "already_pinned":
            return True
        log.warning("live_not_pinned", reason=error.code)
        reader = Reader(live.team, live.channel, live.started_by)
        await delivery.tell(rooms.web, reader, said(NOT_PINNED))
        return False
    return True


async def _unpin(rooms: Rooms, live: LiveMessage) -> None:
    """Take the pin away; one that is gone, or stays, is no fault."""
    if not live.pinned:
        return
    try:
        await rooms.web.call("pins.remove", channel=live.channel, timestamp=live.ts)
    except SlackError as error:
        log.info("live_not_unpinned", reason=error.code)


async def _end(rooms: Rooms, live: LiveMessage, reason: str) -> None:
    log.info("live_ended", reason=reason)
    await rooms.digests.live.stop(live.team, live.channel)
    await _unpin(rooms, live)
