"""`/stats-digest`, and the job that posts a digest that is due. Admins decide, anybody may look.

A digest carries its job's id in the message metadata: when the job runs again, what is posted
already is left alone. While a database or Slack is down a digest waits, for some hours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.digests import JOB, Digest
from bot.jobs import Job, Later
from bot.slack import delivery
from bot.slack.errors import ChannelClosedError
from bot.slack.outages import is_outage, words
from bot.slack.ports import Rooms
from bot.slack.render import help as helps
from bot.slack.render.channel import said, show_message
from bot.slack.render.digest import digest_messages
from bot.slack.render.pieces import Message
from bot.slack.slash import UNKNOWN, Typed, typed
from bot.store import DigestSchedule

log = structlog.get_logger()

EVENT_TYPE = "game_stats_digest"
ADMINS_ONLY = "Only workspace admins can change a channel's digest. Please ask one."
PATIENCE = 6 * 3600.0
"""Seconds that a digest waits out an outage; then the day it tells of is over for most readers."""

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def listen(app: AsyncApp, rooms: Rooms) -> None:
    """Take the command."""

    async def command(ack: AsyncAck, command: Mapping[str, Any]) -> None:
        await ack()
        given = typed(command)
        try:
            message = await _command(rooms, given)
        except Exception as error:  # noqa: BLE001 (`words` logs it)
            message = Message(words(error))
        await delivery.tell(rooms.web, given, message)

    app.command("/stats-digest")(command)


async def _command(rooms: Rooms, given: Typed) -> Message:
    """Do the command; what to tell who typed it."""
    at = _TIME.fullmatch(given.word)
    if given.word in {"", "help"}:
        return Message(helps.DIGEST)
    if given.word == "show":
        return _shown(await rooms.digests.show(given.team, given.channel))
    if not at and given.word not in {"off", "now"}:
        return Message(f"{UNKNOWN}\n{helps.DIGEST}")
    if not await rooms.people.is_admin(given.team, given.user):
        return said(ADMINS_ONLY)
    return await _change(rooms, given, time(int(at[1]), int(at[2])) if at else None)


async def _change(rooms: Rooms, given: Typed, at: time | None) -> Message:
    """What an admin asked for: a time, "off" or "now"."""
    if given.word == "off":
        ended = await rooms.digests.cancel(given.team, given.channel)
        return said("No more digests here." if ended else "There was no digest here.")
    if not await rooms.answering.bound(given.team, given.channel):
        return show_message(())
    if at is not None:
        schedule = await rooms.digests.schedule(given.team, given.channel, at, given.user)
        return _shown(schedule)
    payload = {"team": given.team, "channel": given.channel, "day": ""}
    await rooms.jobs.put(JOB, payload, f"{JOB}:{given.id}")
    return said("Writing today's digest; if there is anything to tell it appears here.")


def _shown(schedule: DigestSchedule | None) -> Message:
    if schedule is None:
        return said("There is no digest here. An admin can start one: `/stats-digest 18:00`.")
    return said(f"A digest comes each day at {schedule.at:%H:%M} ({schedule.timezone}).")


def register(rooms: Rooms) -> None:
    """Take the job that posts digests."""

    async def handle(job: Job) -> None:
        await _do(rooms, job)

    rooms.jobs.register(JOB, handle)


async def _do(rooms: Rooms, job: Job) -> None:
    try:
        await _post(rooms, job)
    except ChannelClosedError as error:
        rooms.web.metrics.digests.labels("closed").inc()
        log.warning("digest_channel_closed", job=job.id, reason=error.code)
    except Exception as error:
        if is_outage(error) and job.age < PATIENCE:
            raise Later from error
        rooms.web.metrics.digests.labels("failed").inc()
        raise


async def _post(rooms: Rooms, job: Job) -> None:
    team, channel = str(job.payload["team"]), str(job.payload["channel"])
    day = str(job.payload["day"])
    digests = await rooms.digests.write(team, channel, date.fromisoformat(day) if day else None)
    posted = await _posted(rooms, channel, job.id) if job.attempt > 1 else set()
    for digest in digests:
        if not digest.sections:
            rooms.web.metrics.digests.labels("empty").inc()
        elif str(digest.event.id) not in posted:
            forms = digest_messages(digest)
            await delivery.post(rooms.web, channel, "", forms, _metadata(job, digest))
            rooms.web.metrics.digests.labels("posted").inc()


def _metadata(job: Job, digest: Digest) -> dict[str, Any]:
    payload = {"job": job.id, "event": str(digest.event.id)}
    return {"event_type": EVENT_TYPE, "event_payload": payload}


async def _posted(rooms: Rooms, channel: str, job: str) -> set[str]:
    """The events whose digest an earlier run of this job has posted."""
    page = await rooms.web.call(
        "conversations.history", channel=channel, limit=100, include_all_metadata=True
    )
    marks = [message.get("metadata") or {} for message in page.get("messages", ())]
    payloads = [
        mark.get("event_payload", {}) for mark in marks if mark.get("event_type") == EVENT_TYPE
    ]
    return {str(payload.get("event")) for payload in payloads if payload.get("job") == job}
