"""A channel's digest: its schedule, its sections, and the clock that queues what is due.

A time that is due has one job id, so that however many clocks tick, it is posted once. After a
downtime only the latest time is due. A surface posts, and says what it posted by `told` and `note`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import structlog

from bot.answering import Answering
from bot.digests import choice
from bot.digests.body import Digest, write_digest
from bot.digests.live import Live
from bot.digests.season import Clock, coming, due, season, utc_now
from bot.digests.words import When, read_when
from bot.domain import Event, Refusal
from bot.jobs import Jobs
from bot.store import DigestResult, DigestSchedule, StoreError
from bot.store.tasks import check_cancelled
from bot.warehouse import WarehouseError

log = structlog.get_logger()

JOB = "digest"
"""The job's name; its payload is {"team", "channel", "due", "asked"}.

`due` is an ISO time, or empty: now. One that a person `asked` for is posted though nothing changed.
"""

TICK_SECONDS = 20.0

GAME_DAYS = """
    SELECT (scheduled_at AT TIME ZONE '{zone}')::date AS day,
           max(coalesce(ended_at, scheduled_at + interval '2 hours')) AS ends
    FROM games WHERE status <> 'canceled' AND scheduled_at IS NOT NULL
    GROUP BY 1 ORDER BY 1
"""
"""Match days, and when the last game ends: two hours after its start until its end is known."""


@dataclass(frozen=True, slots=True)
class Overview:
    """A schedule in words ("at 18:00 every day"), its next three times, and its sections."""

    schedule: DigestSchedule
    words: str
    coming: tuple[datetime, ...]
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Digests:
    """Schedules, and the digests themselves. `timezone` is the events' IANA name."""

    answering: Answering
    jobs: Jobs
    timezone: str
    live: Live
    clock: Clock = utc_now

    async def schedule(self, team: str, channel: str, text: str, by: str) -> Overview:
        """Post digests when `text` says. Raises ScheduleError, StoreError, WarehouseError."""
        read_when(text)
        kept = self.answering.store.digests
        now = self.clock()
        made = await kept.set(team, channel, text, self.timezone, by, now=now)
        return await self._overview(made, now)

    async def plan(
        self, team: str, channel: str, text: str, names: tuple[str, ...], by: str
    ) -> Overview:
        """Post digests of these sections (none: the usual ones) when `text` says, or change none.

        Raises ScheduleError, UnknownSectionError, StoreError, WarehouseError.
        """
        read_when(text)
        await self._check(team, channel, names)
        kept = self.answering.store.digests
        await kept.set(team, channel, text, self.timezone, by, now=self.clock())
        await kept.choose(team, channel, names)
        found = await self.show(team, channel)
        assert found is not None  # it was set above
        return found

    async def cancel(self, team: str, channel: str) -> bool:
        """Post no more; False if there was no schedule. Raises StoreError."""
        return await self.answering.store.digests.remove(team, channel)

    async def pause(self, team: str, channel: str) -> bool:
        """Post none until resumed; False if there is no schedule. Raises StoreError."""
        return await self.answering.store.digests.pause(team, channel)

    async def resume(self, team: str, channel: str) -> bool:
        """Post again from now on; False if there is no schedule. Raises StoreError."""
        return await self.answering.store.digests.resume(team, channel, now=self.clock())

    async def choose(self, team: str, channel: str, text: str) -> bool:
        """Set the sections, "usual" for all; False if there is no schedule.

        Raises UnknownSectionError, StoreError, WarehouseError.
        """
        names = () if text.strip().lower() == "usual" else choice.split(text)
        await self._check(team, channel, names)
        return await self.answering.store.digests.choose(team, channel, names)

    async def _check(self, team: str, channel: str, names: tuple[str, ...]) -> None:
        events = await self.answering.bound(team, channel)
        _, unknown = await choice.chosen(self.answering, team, channel, events, names)
        choice.check(names, unknown)

    async def offered(self, team: str, channel: str) -> tuple[str, ...]:
        """The sections that a channel's digest may have. Raises StoreError, WarehouseError."""
        events = await self.answering.bound(team, channel)
        return await choice.offered(self.answering, team, channel, events)

    async def show(self, team: str, channel: str) -> Overview | None:
        """The channel's schedule. Raises StoreError, WarehouseError."""
        kept = await self.answering.store.digests.get(team, channel)
        return await self._overview(kept, self.clock()) if kept is not None else None

    async def _overview(self, kept: DigestSchedule, now: datetime) -> Overview:
        when = read_when(kept.schedule)
        events = await self.answering.bound(kept.team, kept.channel)
        days = season(events, kept.timezone, await self._ends(when, events, kept.timezone))
        names = kept.sections or tuple(choice.described())
        return Overview(kept, when.words, coming(when, days, now, 3), names)

    async def write(
        self, team: str, channel: str, at: datetime | None = None
    ) -> tuple[Digest, ...]:
        """A digest for each event that the channel is bound to, as of `at`, by default now.

        Raises StoreError, WarehouseError.
        """
        store = self.answering.store.digests
        events = await self.answering.bound(team, channel)
        day = (at or self.clock()).astimezone(ZoneInfo(self.timezone)).date()
        kept = await store.get(team, channel)
        names = kept.sections if kept is not None else ()
        sections, unknown = await choice.chosen(self.answering, team, channel, events, names)
        marks = await store.marks(team, channel)
        written = [
            await write_digest(self.answering, event, day, sections, marks.get(event.id))
            for event in events
        ]
        return tuple(replace(one, missing=(*one.missing, *unknown)) for one in written)

    async def told(self, team: str, channel: str, digest: Digest) -> None:
        """Note that `digest` was posted: the next one goes on from it. Raises StoreError."""
        store = self.answering.store.digests
        await store.mark(team, channel, digest.event.id, digest.marks)

    async def note(self, team: str, channel: str, result: DigestResult) -> None:
        """Note what became of a digest, for admins to see. Raises StoreError."""
        await self.answering.store.digests.note(team, channel, result)

    async def put_due(self, now: datetime) -> int:
        """Queue the digests that are due at `now` (aware); how many there were.

        Raises:
            StoreError: when the bot's database or the queue is down; the next call catches up.
        """
        count = 0
        for kept in await self.answering.store.digests.all():
            try:
                at = await self._due(kept, now)
            except (WarehouseError, ValueError) as error:
                # The others are none the worse for it, and this one catches up.
                log.warning("digest_waits", channel=kept.channel, error=repr(error))
                continue
            if at is not None:
                await self._put(kept, at)
                count += 1
        return count

    async def _due(self, kept: DigestSchedule, now: datetime) -> datetime | None:
        """The time that is due, if any. Raises StoreError, WarehouseError, ScheduleError."""
        events = () if kept.paused else await self.answering.bound(kept.team, kept.channel)
        days = season(events, kept.timezone)
        if not days.is_open(days.local(now)):
            return None
        when = read_when(kept.schedule)
        any_day = replace(when, match_days=False)
        if when.after_last is None and due(any_day, days, kept.settled_until, now) is None:
            return None  # which needs no look at the games
        ends = await self._ends(when, events, kept.timezone)
        return due(when, replace(days, ends=ends), kept.settled_until, now)

    async def _put(self, kept: DigestSchedule, at: datetime) -> None:
        """Queue one digest, then note that it is: a crash between the two repeats the same id."""
        after = read_when(kept.schedule).after_last
        # The end of a day's games may become known while clocks tick, so the day names the job.
        zone = ZoneInfo(kept.timezone)
        name = at.isoformat() if after is None else f"{(at - after).astimezone(zone).date()}"
        payload = {"team": kept.team, "channel": kept.channel, "due": at.isoformat()}
        await self.jobs.put(JOB, payload, f"{JOB}:{kept.team}:{kept.channel}:{name}")
        await self.answering.store.digests.settle(kept.team, kept.channel, at)

    async def _ends(
        self, when: When, events: tuple[Event, ...], timezone: str
    ) -> Mapping[date, datetime]:
        """Each match day and the end of its games, if `when` asks for them."""
        if not when.match_days or not events:
            return {}
        table = await self.answering.query(GAME_DAYS.replace("{zone}", timezone), events)
        assert not isinstance(table, Refusal), table.message
        return {
            day: ends
            for day, ends in table.rows
            if isinstance(day, date) and isinstance(ends, datetime)
        }

    async def keep_time(self) -> None:
        """Queue what is due, again and again, until cancelled."""
        while True:
            for step in (self.put_due, self.live.put_due):
                try:
                    await step(self.clock())
                except StoreError as error:
                    log.warning("digests wait", error=repr(error))
                check_cancelled()
            await asyncio.sleep(TICK_SECONDS)
