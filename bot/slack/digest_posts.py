"""The job that posts a digest that is due, or that an admin asked for.

A digest carries its job's id in the message metadata: when the job runs again, what is posted
already is left alone. While a database or Slack is down a digest waits, for some hours.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog

from bot.digests import JOB, Digest
from bot.jobs import Job, Later
from bot.slack import delivery
from bot.slack.errors import ChannelClosedError
from bot.slack.languages import in_channel
from bot.slack.outages import is_outage
from bot.slack.ports import Rooms
from bot.slack.render.digest import digest_messages
from bot.store import DigestResult, StoreError
from bot.texts import speaking

log = structlog.get_logger()

EVENT_TYPE = "game_stats_digest"
PATIENCE = 6 * 3600.0
"""Seconds that a digest waits out an outage; then the day it tells of is over for most readers."""

_LABELS = {
    DigestResult.POSTED: "posted",
    DigestResult.UNCHANGED: "empty",
    DigestResult.CLOSED: "closed",
    DigestResult.FAILED: "failed",
}


def register(rooms: Rooms) -> None:
    """Take the job."""

    async def handle(job: Job) -> None:
        await do(rooms, job)

    rooms.jobs.register(JOB, handle)


async def do(rooms: Rooms, job: Job) -> None:
    """Post, and note what became of it. Raises Later while something is down."""
    try:
        result = await _post(rooms, job)
    except ChannelClosedError as error:
        log.warning("digest_channel_closed", job=job.id, reason=error.code)
        result = DigestResult.CLOSED
    except Exception as error:
        if is_outage(error) and job.age < PATIENCE:
            raise Later from error
        await _note(rooms, job, DigestResult.FAILED)
        raise
    await _note(rooms, job, result)


async def _note(rooms: Rooms, job: Job, result: DigestResult) -> None:
    rooms.web.metrics.digests.labels(_LABELS[result]).inc()
    try:
        await rooms.digests.note(str(job.payload["team"]), str(job.payload["channel"]), result)
    except StoreError as error:  # the digest itself is out, or is lost already
        log.warning("digest_result_not_noted", job=job.id, error=repr(error))


async def _post(rooms: Rooms, job: Job) -> DigestResult:
    team, channel = str(job.payload["team"]), str(job.payload["channel"])
    with speaking(await in_channel(rooms, team, channel)):
        return await _written(rooms, job, team, channel)


async def _written(rooms: Rooms, job: Job, team: str, channel: str) -> DigestResult:
    due, asked = str(job.payload.get("due") or ""), bool(job.payload.get("asked"))
    digests = await rooms.digests.write(team, channel, datetime.fromisoformat(due) if due else None)
    posted = await _posted(rooms, channel, job.id) if job.attempt > 1 else set()
    result = DigestResult.UNCHANGED
    for digest in digests:
        there = str(digest.event.id) in posted
        if not there and not (digest.sections and (digest.changed or asked)):
            continue
        if not there:
            forms = digest_messages(digest)
            await delivery.post(rooms.web, channel, "", forms, _metadata(job, digest))
        await rooms.digests.told(team, channel, digest)
        result = DigestResult.POSTED
    return result


def _metadata(job: Job, digest: Digest) -> dict[str, Any]:
    payload = {"job": job.id, "event": str(digest.event.id)}
    return {"event_type": EVENT_TYPE, "event_payload": payload}


async def _posted(rooms: Rooms, channel: str, job: str) -> set[str]:
    """The events whose digest an earlier run of this job has posted."""
    marks = await delivery.marks(rooms.web, channel, EVENT_TYPE)
    return {str(mark.get("event")) for _, mark in marks if mark.get("job") == job}
