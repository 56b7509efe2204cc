"""When a channel's digest is due. The clock puts jobs into the queue; a surface posts them.

A digest of a day has one job id, so that however many clocks tick, it is posted once.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import structlog

from bot.answering import Answering
from bot.digests.body import Digest, write_digest
from bot.jobs import Jobs
from bot.store import DigestSchedule, StoreError
from bot.store.tasks import check_cancelled

log = structlog.get_logger()

JOB = "digest"
"""The job's name; its payload is {"team", "channel", "day"}."""

TICK_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Digests:
    """Schedules, and the digests themselves. `timezone` is the events' IANA name."""

    answering: Answering
    jobs: Jobs
    timezone: str

    async def schedule(self, team: str, channel: str, at: time, by: str) -> DigestSchedule:
        """Post a digest each day at this time of the events' timezone. Raises StoreError."""
        digests = self.answering.store.digests
        return await digests.set(team, channel, at, self.timezone, by)

    async def cancel(self, team: str, channel: str) -> bool:
        """Post no more; False if there was no schedule. Raises StoreError."""
        return await self.answering.store.digests.remove(team, channel)

    async def show(self, team: str, channel: str) -> DigestSchedule | None:
        """The channel's schedule. Raises StoreError."""
        return await self.answering.store.digests.get(team, channel)

    async def write(self, team: str, channel: str, day: date | None = None) -> tuple[Digest, ...]:
        """A digest for each event that the channel is bound to; the day is today by default.

        Raises:
            StoreError, WarehouseError: when a database is down.
        """
        events = await self.answering.bound(team, channel)
        chosen = day or datetime.now(UTC).astimezone(ZoneInfo(self.timezone)).date()
        return tuple([await write_digest(self.answering, event, chosen) for event in events])

    async def put_due(self, now: datetime) -> int:
        """Queue the digests that are due at `now` (aware); how many there were.

        Raises:
            StoreError: when the bot's database or the queue is down; the next call catches up.
        """
        due = await self.answering.store.digests.due(now)
        for schedule in due:
            day = now.astimezone(ZoneInfo(schedule.timezone)).date()
            payload = {
                "team": schedule.team,
                "channel": schedule.channel,
                "day": day.isoformat(),
            }
            job = f"{JOB}:{schedule.team}:{schedule.channel}:{day}"
            await self.jobs.put(JOB, payload, id=job)
            await self.answering.store.digests.mark(schedule.team, schedule.channel, day)
        return len(due)

    async def keep_time(self) -> None:
        """Queue what is due, again and again, until cancelled."""
        while True:
            try:
                await self.put_due(datetime.now(UTC))
            except StoreError as error:
                log.warning("digests wait", error=repr(error))
            check_cancelled()
            await asyncio.sleep(TICK_SECONDS)
