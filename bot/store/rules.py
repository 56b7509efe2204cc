"""What admins have set for a person or a channel: a limit of their own, or a block.

Looked up at each question, so that every process knows of it at once; what is counted against a
limit is in `limits`.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from bot.store.database import Database


class Subject(enum.StrEnum):
    """Whom a rule is about."""

    PERSON = "person"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for one. `rate` is as in "5/hour", empty for the default; `set_by` an id."""

    kind: Subject
    subject: str
    rate: str
    blocked: bool
    set_by: str = ""


@dataclass(frozen=True, slots=True)
class Ruled:
    """What holds for a question: its asker's rate and its channel's, empty where none is set."""

    rate: str = ""
    channel_rate: str = ""
    blocked: bool = False


class Rules:
    """The table of rules. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, team: str, person: str, channel: str) -> Ruled:
        """What holds for a question of `person` in `channel`."""
        sql = """
            SELECT kind, rate, blocked FROM bot.rules WHERE team = $1
            AND (kind = 'person' AND subject = $2 OR kind = 'channel' AND subject = $3)
        """
        async with self._database.connection() as connection:
            rows = await connection.fetch(sql, team, person, channel)
        rates = {Subject(row["kind"]): row["rate"] for row in rows}
        return Ruled(
            rate=rates.get(Subject.PERSON, ""),
            channel_rate=rates.get(Subject.CHANNEL, ""),
            blocked=any(row["blocked"] for row in rows),
        )

    async def get(self, team: str, kind: Subject, subject: str) -> Rule:
        """What holds for one person or channel."""
        sql = """
            SELECT rate, blocked, set_by FROM bot.rules
            WHERE team = $1 AND kind = $2 AND subject = $3
        """
        async with self._database.connection() as connection:
            row = await connection.fetchrow(sql, team, kind.value, subject)
        return Rule(kind, subject, **row) if row else Rule(kind, subject, "", blocked=False)

    async def all(self, team: str) -> tuple[Rule, ...]:
        """Every rule of a workspace: people, then channels."""
        sql = """
            SELECT kind, subject, rate, blocked, set_by FROM bot.rules
            WHERE team = $1 AND (rate <> '' OR blocked) ORDER BY kind DESC, subject
        """
        async with self._database.connection() as connection:
            rows = await connection.fetch(sql, team)
        return tuple(Rule(**{**row, "kind": Subject(row["kind"])}) for row in rows)

    async def limit(self, team: str, kind: Subject, subject: str, rate: str, by: str) -> None:
        """Set a limit that `limits.readable` has read; an empty one is the default again."""
        sql = """
            INSERT INTO bot.rules (team, kind, subject, rate, set_by) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (team, kind, subject) DO UPDATE
            SET rate = excluded.rate, set_by = excluded.set_by, set_at = now()
        """
        async with self._database.connection() as connection:
            await connection.execute(sql, team, kind.value, subject, rate, by)

    async def block(self, team: str, person: str, by: str, *, blocked: bool = True) -> bool:
        """Block a person, or let them ask again; False if that was so already."""
        sql = """
            INSERT INTO bot.rules AS r (team, kind, subject, blocked, set_by)
            VALUES ($1, 'person', $2, $3, $4)
            ON CONFLICT (team, kind, subject) DO UPDATE
            SET blocked = excluded.blocked, set_by = excluded.set_by, set_at = now()
            WHERE r.blocked <> excluded.blocked RETURNING true
        """
        async with self._database.connection() as connection:
            if not blocked and not (await self.get(team, Subject.PERSON, person)).blocked:
                return False
            return bool(await connection.fetchval(sql, team, person, blocked, by))
