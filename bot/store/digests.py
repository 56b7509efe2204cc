"""When a channel gets its daily digest: a time of day in its own timezone, once a day.

Whether one is due is decided on the local date and clock, so that a clock change neither repeats a
digest nor loses it: at 02:30 on the night that has no 02:30 it is due at 03:00.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class DigestSchedule:
    """A channel's digest: `at` is a time of day in `timezone` (an IANA name).

    `last_sent_on` is the local date of the last one, or None.
    """

    team: str
    channel: str
    at: time
    timezone: str
    created_by: str
    last_sent_on: date | None = None

    def due_on(self, now: datetime) -> date | None:
        """The local date whose digest is due at `now` (an aware time), or None."""
        local = now.astimezone(ZoneInfo(self.timezone))
        early = local.time() < self.at
        done = self.last_sent_on is not None and self.last_sent_on >= local.date()
        return None if early or done else local.date()


class Digests:
    """The table of digests. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def set(
        self,
        team: str,
        channel: str,
        at: time,
        timezone: str,
        by: str,
        *,
        now: datetime | None = None,
    ) -> DigestSchedule:
        """Set a channel's digest; one whose time has passed today (at `now`) starts tomorrow.

        Raises zoneinfo.ZoneInfoNotFoundError, or ValueError, for an unknown timezone.
        """
        due = DigestSchedule(team, channel, at, timezone, by).due_on(now or datetime.now(UTC))
        sql = """
            INSERT INTO bot.digests (team, channel, at, timezone, created_by, last_sent_on)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (team, channel) DO UPDATE
            SET at = excluded.at, timezone = excluded.timezone, created_by = excluded.created_by,
                last_sent_on = greatest(bot.digests.last_sent_on, excluded.last_sent_on)
            RETURNING team, channel, at, timezone, created_by, last_sent_on
        """
        async with self._database.connection() as connection:
            row = await connection.fetchrow(sql, team, channel, at, timezone, by, due)
        assert row is not None  # an upsert returns its row
        return DigestSchedule(**row)

    async def get(self, team: str, channel: str) -> DigestSchedule | None:
        """A channel's digest, or None."""
        sql = _SELECT + "WHERE team = $1 AND channel = $2"
        async with self._database.connection() as connection:
            row = await connection.fetchrow(sql, team, channel)
        return DigestSchedule(**row) if row else None

    async def remove(self, team: str, channel: str) -> bool:
        """End a channel's digest; False if it had none."""
        sql = "DELETE FROM bot.digests WHERE team = $1 AND channel = $2 RETURNING true"
        async with self._database.connection() as connection:
            return bool(await connection.fetchval(sql, team, channel))

    async def all(self, team: str) -> tuple[DigestSchedule, ...]:
        """Every digest of a workspace."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_SELECT + "WHERE team = $1 ORDER BY channel", team)
        return tuple(DigestSchedule(**row) for row in rows)

    async def due(self, now: datetime) -> tuple[DigestSchedule, ...]:
        """Every digest that is due at `now`, an aware time."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_SELECT + "ORDER BY team, channel")
        return tuple(
            digest for digest in (DigestSchedule(**row) for row in rows) if digest.due_on(now)
        )

    async def mark(self, team: str, channel: str, on: date) -> bool:
        """Note that the digest of the local date `on` is sent; True for exactly one caller."""
        sql = """
            UPDATE bot.digests SET last_sent_on = $3
            WHERE team = $1 AND channel = $2 AND (last_sent_on IS NULL OR last_sent_on < $3)
            RETURNING true
        """
        async with self._database.connection() as connection:
            return bool(await connection.fetchval(sql, team, channel, on))


_SELECT = "SELECT team, channel, at, timezone, created_by, last_sent_on FROM bot.digests "
