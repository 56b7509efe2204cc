"""Which channels have a live message, which it is, and who may edit it now.

The bot's clock is the database's, so that of several processes exactly one edits, once a minute.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from bot.store.database import Database

SECONDS = 60
"""Between two edits of one message."""


@dataclass(frozen=True, slots=True)
class LiveMessage:
    """A channel's live message. `ts` is empty until it is posted.

    `token` is new each time that it is turned on and is in the message; `shown` is a hash.
    """

    team: str
    channel: str
    token: str
    started_by: str
    ts: str = ""
    pinned: bool = False
    shown: str = ""


class LiveMessages:
    """The table of them. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def start(self, team: str, channel: str, by: str) -> bool:
        """Turn it on; False if it was on."""
        sql = """
            INSERT INTO bot.live (team, channel, token, started_by) VALUES ($1, $2, $3, $4)
            ON CONFLICT DO NOTHING RETURNING true
        """
        token = secrets.token_hex(8)
        async with self._database.connection() as connection:
            return bool(await connection.fetchval(sql, team, channel, token, by))

    async def stop(self, team: str, channel: str) -> LiveMessage | None:
        """Turn it off; what it was, or None."""
        sql = f"""
            DELETE FROM bot.live WHERE team = $1 AND channel = $2 RETURNING {_COLUMNS}
        """  # noqa: S608 - our own columns
        async with self._database.connection() as connection:
            row = await connection.fetchrow(sql, team, channel)
        return LiveMessage(**row) if row else None

    async def get(self, team: str, channel: str) -> LiveMessage | None:
        """A channel's, or None."""
        sql = f"{_SELECT} WHERE team = $1 AND channel = $2"
        async with self._database.connection() as connection:
            row = await connection.fetchrow(sql, team, channel)
        return LiveMessage(**row) if row else None

    async def editable(self) -> tuple[LiveMessage, ...]:
        """Those that were not edited within the last minute."""
        sql = f"{_SELECT} WHERE {_FREE} ORDER BY team, channel"
        async with self._database.connection() as connection:
            rows = await connection.fetch(sql)
        return tuple(LiveMessage(**row) for row in rows)

    async def claim(self, live: LiveMessage) -> bool:
        """Take the minute's edit; True for one caller, False too if it was turned off."""
        sql = f"""
            UPDATE bot.live SET edited_at = now()
            WHERE team = $1 AND channel = $2 AND token = $3 AND {_FREE} RETURNING true
        """  # noqa: S608 - our own columns
        async with self._database.connection() as connection:
            return bool(await connection.fetchval(sql, live.team, live.channel, live.token))

    async def keep(self, live: LiveMessage) -> bool:
        """Note the message's `ts`, `pinned` and `shown`; False if it was turned off meanwhile."""
        sql = """
            UPDATE bot.live SET ts = $4, pinned = $5, shown = $6
            WHERE team = $1 AND channel = $2 AND token = $3 RETURNING true
        """
        key = (live.team, live.channel, live.token)
        async with self._database.connection() as connection:
            return bool(await connection.fetchval(sql, *key, live.ts, live.pinned, live.shown))


_COLUMNS = "team, channel, token, started_by, ts, pinned, shown"
_SELECT = f"SELECT {_COLUMNS} FROM bot.live"  # noqa: S608 - our own columns
_FREE = f"(edited_at IS NULL OR edited_at <= now() - interval '{SECONDS} seconds')"
