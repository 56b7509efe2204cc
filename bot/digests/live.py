"""A channel's live message: on match days the games that are on, the last results, the standings.

The clock asks every few seconds for a look at those that may be edited; a surface posts and edits.
"""

# ruff: noqa: S608 - every query is made of texts of our own

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from bot.answering import Answering
from bot.digests.body import DigestSection
from bot.digests.season import Clock, season, utc_now
from bot.digests.sections import PAIRING, SCORE, filled, named
from bot.domain import Event, Refusal, ResultTable
from bot.jobs import Jobs
from bot.store import LiveMessage
from bot.texts import say

LIVE_JOB = "live"
"""The job's name; its payload is {"team", "channel"}."""

_LOOK_SECONDS = 20

_IS_ON = """
    SELECT count(*) FROM games WHERE status <> 'canceled'
     AND (scheduled_at AT TIME ZONE '{zone}')::date = DATE '{day}'
"""
PARTS = (
    (
        "playing",
        f"""
        SELECT division, {SCORE} AS game, field FROM games WHERE status = 'in_progress'
        ORDER BY scheduled_at, division, field LIMIT 20
        """,
    ),
    (
        "next",
        f"""
        SELECT to_char(scheduled_at AT TIME ZONE '{{zone}}', 'HH24:MI') AS "start",
               {PAIRING} AS game, field
        FROM games WHERE status = 'scheduled' AND scheduled_at >= now()
         AND (scheduled_at AT TIME ZONE '{{zone}}')::date = DATE '{{day}}'
        ORDER BY scheduled_at, field LIMIT 5
        """,
    ),
    (
        "results",
        f"""
        SELECT division, {SCORE} AS result FROM games WHERE status = 'finished'
        ORDER BY scheduled_at DESC, division, home_team LIMIT 6
        """,
    ),
    (
        "standings",
        """
        SELECT division, rank AS "#", team, wins || '–' || losses AS won_lost,
               goal_difference AS "+/-"
        FROM standings
        WHERE rank <= 4 AND played > 0 ORDER BY division, rank
        """,
    ),
)
"""Names in the catalogue and SQL over the semantic model, in order."""


@dataclass(frozen=True, slots=True)
class Board:
    """What the message says of one event. `hash` is the same while it says the same."""

    event: Event
    parts: tuple[DigestSection, ...]

    @property
    def hash(self) -> str:
        """A hash of all that is shown."""
        rows = [(part.heading, part.table.rows) for part in self.parts]
        return hashlib.sha256(f"{self.event.name}{rows}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Live:
    """Live messages. `timezone` is the events' IANA name."""

    answering: Answering
    jobs: Jobs
    timezone: str
    clock: Clock = utc_now

    async def start(self, team: str, channel: str, by: str) -> bool:
        """Turn it on; False if it was on. Raises StoreError."""
        made = await self.answering.store.live.start(team, channel, by)
        await self.put_due(self.clock())
        return made

    async def stop(self, team: str, channel: str) -> LiveMessage | None:
        """Turn it off; what it was, or None. Raises StoreError."""
        return await self.answering.store.live.stop(team, channel)

    async def get(self, team: str, channel: str) -> LiveMessage | None:
        """What there is. Raises StoreError."""
        return await self.answering.store.live.get(team, channel)

    async def claim(self, live: LiveMessage) -> bool:
        """Take the minute's edit; True for one caller. Raises StoreError."""
        return await self.answering.store.live.claim(live)

    async def keep(self, live: LiveMessage) -> bool:
        """Note which message it is; False if it was turned off. Raises StoreError."""
        return await self.answering.store.live.keep(live)

    async def put_due(self, now: datetime) -> int:
        """Queue a look at each message that may be edited; how many. Raises StoreError."""
        free = await self.answering.store.live.editable()
        slot = int(now.timestamp()) // _LOOK_SECONDS
        for live in free:
            payload = {"team": live.team, "channel": live.channel}
            name = f"{LIVE_JOB}:{live.team}:{live.channel}:{live.token}:{slot}"
            await self.jobs.put(LIVE_JOB, payload, name)
        return len(free)

    async def boards(self, team: str, channel: str) -> tuple[Board, ...] | None:
        """What each event with games today shows; none on other days. None: it is all over.

        Raises StoreError, WarehouseError.
        """
        events = await self.answering.bound(team, channel)
        days = season(events, self.timezone)
        today = days.local(self.clock())
        if not days.windows or today >= days.windows[-1][1]:  # the day after the last
            return None
        found = [await self._board(event, today) for event in events]
        return tuple(board for board in found if board is not None)

    async def _board(self, event: Event, day: date) -> Board | None:
        async def read(sql: str) -> ResultTable:
            table = await self.answering.query(filled(sql, event, day), (event,))
            assert not isinstance(table, Refusal), f"live: {table.message}"
            return named(table)

        if (await read(_IS_ON)).rows == ((0,),):
            return None
        parts = [DigestSection(say(f"live_parts.{name}"), await read(sql)) for name, sql in PARTS]
        return Board(event, tuple(part for part in parts if part.table.rows))
