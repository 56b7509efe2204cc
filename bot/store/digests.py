"""When a channel gets its digest, of what, and what the last one told.

A schedule is kept as it was typed; what times it means is for `bot.digests`. Times up to
`settled_until` are dealt with, for all processes. Rows of answers are not kept: of what was told
there are hashes, and each team's rank.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.store.database import Database

Marks = Mapping[str, Any]
"""What a digest has told, by section, as JSON."""


class DigestResult(enum.StrEnum):
    """What became of the last digest that was due."""

    POSTED = "posted"
    UNCHANGED = "unchanged"
    """Nothing had changed since the one before, so there was none."""
    CLOSED = "closed"
    """The bot may not write in the channel."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DigestSchedule:
    """A channel's digest. `timezone` is an IANA name, times are aware.

    `schedule` is as typed; `sections` are names and verified questions, none for the usual ones.
    `last_result` is None, and `last_at` too, while none has been due.
    """

    team: str
    channel: str
    schedule: str
    timezone: str
    created_by: str
    settled_until: datetime
    sections: tuple[str, ...] = ()
    paused: bool = False
    last_result: DigestResult | None = None
    last_at: datetime | None = None


class Digests:
    """The tables of digests. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def set(
        self, team: str, channel: str, schedule: str, timezone: str, by: str, *, now: datetime
    ) -> DigestSchedule:
        """Set a channel's schedule from `now` on; its sections stay, a pause ends.

        Raises zoneinfo.ZoneInfoNotFoundError, or ValueError, for an unknown timezone.
        """
        ZoneInfo(timezone)
        sql = f"""
            INSERT INTO bot.digests (team, channel, schedule, timezone, created_by, settled_until)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (team, channel) DO UPDATE
            SET schedule = excluded.schedule, timezone = excluded.timezone, paused = false,
                created_by = excluded.created_by, settled_until = excluded.settled_until
            RETURNING {_COLUMNS}
        """  # noqa: S608 - our own columns
        async with self._database.connection() as connection:
            row = await connection.fetchrow(sql, team, channel, schedule, timezone, by, now)
        assert row is not None  # an upsert returns its row
        return _schedule(row)

    async def get(self, team: str, channel: str) -> DigestSchedule | None:
        """A channel's digest, or None."""
        sql = f"{_SELECT} WHERE team = $1 AND channel = $2"
        async with self._database.connection() as connection:
            row = await connection.fetchrow(sql, team, channel)
        return _schedule(row) if row else None

    async def all(self, team: str = "") -> tuple[DigestSchedule, ...]:
        """Every digest of a workspace, or of all."""
        sql = f"{_SELECT} WHERE $1 IN ('', team) ORDER BY team, channel"
        async with self._database.connection() as connection:
            rows = await connection.fetch(sql, team)
        return tuple(_schedule(row) for row in rows)

    async def remove(self, team: str, channel: str) -> bool:
        """End a channel's digest, and forget what it told; False if it had none."""
        async with self._database.connection() as connection, connection.transaction():
            forget = "DELETE FROM bot.digest_marks WHERE team = $1 AND channel = $2"
            await connection.execute(forget, team, channel)
            sql = "DELETE FROM bot.digests WHERE team = $1 AND channel = $2 RETURNING true"
            return bool(await connection.fetchval(sql, team, channel))

    async def choose(self, team: str, channel: str, sections: tuple[str, ...]) -> bool:
        """Set the sections of a digest; False if there is none."""
        return await self._update(team, channel, "sections = $3", list(sections))

    async def pause(self, team: str, channel: str) -> bool:
        """Post no more until resumed; False if there is no digest."""
        return await self._update(team, channel, "paused = $3", True)  # noqa: FBT003 - a value of SQL

    async def resume(self, team: str, channel: str, *, now: datetime) -> bool:
        """Post again what is due from `now` on; False if there is no digest."""
        return await self._update(team, channel, "paused = false, settled_until = $3", now)

    async def settle(self, team: str, channel: str, until: datetime) -> bool:
        """Note that times up to `until` are dealt with; True for exactly one caller."""
        sql = """
            UPDATE bot.digests SET settled_until = $3
            WHERE team = $1 AND channel = $2 AND settled_until < $3 RETURNING true
        """
        async with self._database.connection() as connection:
            return bool(await connection.fetchval(sql, team, channel, until))

    async def note(self, team: str, channel: str, result: DigestResult) -> None:
        """Note what became of a digest."""
        await self._update(team, channel, "last_result = $3, last_at = now()", result.value)

    async def marks(self, team: str, channel: str) -> Mapping[UUID, Marks]:
        """What was told in a channel, by event."""
        sql = "SELECT event, marks FROM bot.digest_marks WHERE team = $1 AND channel = $2"
        async with self._database.connection() as connection:
            rows = await connection.fetch(sql, team, channel)
        return {row["event"]: json.loads(row["marks"]) for row in rows}

    async def mark(self, team: str, channel: str, event: UUID, marks: Marks) -> None:
        """Note what was told of an event."""
        sql = """
            INSERT INTO bot.digest_marks (team, channel, event, marks) VALUES ($1, $2, $3, $4)
            ON CONFLICT (team, channel, event) DO UPDATE SET marks = excluded.marks
        """
        async with self._database.connection() as connection:
            await connection.execute(sql, team, channel, event, json.dumps(marks))

    async def _update(self, team: str, channel: str, change: str, value: object) -> bool:
        sql = (
            f"UPDATE bot.digests SET {change} "  # noqa: S608 - our own columns
            "WHERE team = $1 AND channel = $2 RETURNING true"
        )
        async with self._database.connection() as connection:
            return bool(await connection.fetchval(sql, team, channel, value))


def _schedule(row: Any) -> DigestSchedule:
    result = row["last_result"]
    return DigestSchedule(
        **{
            **row,
            "sections": tuple(row["sections"]),
            "last_result": DigestResult(result) if result else None,
        }
    )


_COLUMNS = """
    team, channel, coalesce(nullif(schedule, ''), to_char(at, 'FMHH24:MI'), '18:00') AS schedule,
    timezone, created_by, settled_until, sections, paused, last_result, last_at
"""
_SELECT = f"SELECT {_COLUMNS} FROM bot.digests"  # noqa: S608 - our own columns
