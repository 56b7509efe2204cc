"""Which channel asks about which events. A channel without a binding has no events: ()."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class Binding:
    """A channel and its events; `bound_by` is a user's id, `bound_at` an aware time."""

    team: str
    channel: str
    events: tuple[UUID, ...]
    bound_by: str
    bound_at: datetime


class Bindings:
    """The table of bindings. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, team: str, channel: str) -> tuple[UUID, ...]:
        """The events of a channel, in the order in which they were bound."""
        sql = "SELECT events FROM bot.bindings WHERE team = $1 AND channel = $2"
        async with self._database.connection() as connection:
            return tuple(await connection.fetchval(sql, team, channel) or ())

    async def bind(self, team: str, channel: str, events: tuple[UUID, ...], by: str) -> None:
        """Set the events of a channel, in place of those it had. Raises ValueError for none."""
        if not events:
            raise ValueError("a channel is bound to at least one event")
        sql = """
            INSERT INTO bot.bindings (team, channel, events, bound_by) VALUES ($1, $2, $3, $4)
            ON CONFLICT (team, channel) DO UPDATE
            SET events = excluded.events, bound_by = excluded.bound_by, bound_at = now()
        """
        async with self._database.connection() as connection:
            await connection.execute(sql, team, channel, list(dict.fromkeys(events)), by)

    async def unbind(self, team: str, channel: str, by: str) -> bool:
        """Take a channel's events away; False if it had none. The row keeps who did it."""
        sql = """
            UPDATE bot.bindings SET events = '{}', bound_by = $3, bound_at = now()
            WHERE team = $1 AND channel = $2 AND events <> '{}'
            RETURNING true
        """
        async with self._database.connection() as connection:
            return bool(await connection.fetchval(sql, team, channel, by))

    async def all(self) -> tuple[Binding, ...]:
        """Every channel that has events, by team and channel."""
        sql = """
            SELECT team, channel, events, bound_by, bound_at FROM bot.bindings
            WHERE events <> '{}' ORDER BY team, channel
        """
        async with self._database.connection() as connection:
            rows = await connection.fetch(sql)
        return tuple(Binding(**{**row, "events": tuple(row["events"])}) for row in rows)
