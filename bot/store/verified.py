"""Questions whose SQL an admin has approved, beside those of the semantic model's file.

A row is looked up at each question, so that every process knows of it at once. The SQL is what
people saw, PostgreSQL over the semantic model; the guard reads it anew each time.
"""

from __future__ import annotations

import enum
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.store.database import Database


class Scope(enum.StrEnum):
    """Where a verified question answers; the narrowest that fits is taken."""

    CHANNEL = "channel"
    EVENT = "event"
    EVERYWHERE = "all"


@dataclass(frozen=True, slots=True)
class VerifiedQuestion:
    """One of them. `place` is the channel's id, the ids of the events, or empty: everywhere.

    `key` is the question as questions are compared; `approved_name` is what people call who did.
    """

    id: str
    team: str
    key: str
    question: str
    sql: str
    scope: Scope
    place: str
    approved_by: str
    approved_name: str
    approved_at: datetime


def event_place(events: tuple[UUID, ...]) -> str:
    """Events as a `place`, in whichever order they come."""
    return " ".join(sorted(map(str, events)))


class Verified:
    """The table of verified questions. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        team: str,
        key: str,
        question: str,
        sql: str,
        scope: Scope,
        place: str,
        *,
        by: str,
        name: str,
    ) -> str:
        """Keep a question, in place of an equal one with this scope and place; gives its id."""
        parts = json.dumps([team, key, scope.value, place]).encode()
        number = hashlib.sha256(parts).hexdigest()[:32]
        statement = """
            INSERT INTO bot.verified
                (id, team, key, question, sql, scope, place, approved_by, approved_name)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (id) DO UPDATE
            SET question = excluded.question, sql = excluded.sql, approved_at = now(),
                approved_by = excluded.approved_by, approved_name = excluded.approved_name
        """
        values = (number, team, key, question, sql, scope.value, place, by, name)
        async with self._database.connection() as connection:
            await connection.execute(statement, *values)
        return number

    async def find(
        self, team: str, channel: str, events: tuple[UUID, ...], key: str
    ) -> VerifiedQuestion | None:
        """The verified question with this key for a channel and its events, or None."""
        sql = """
            SELECT * FROM bot.verified
            WHERE team = $1 AND key = $2 AND (
                scope = 'channel' AND place = $3 OR scope = 'event' AND place = $4 OR scope = 'all'
            )
            ORDER BY array_position(ARRAY['channel', 'event', 'all'], scope) LIMIT 1
        """
        async with self._database.connection() as connection:
            row = await connection.fetchrow(sql, team, key, channel, event_place(events))
        return VerifiedQuestion(**{**row, "scope": Scope(row["scope"])}) if row else None

    async def here(
        self, team: str, channel: str, events: tuple[UUID, ...], *, limit: int
    ) -> tuple[VerifiedQuestion, ...]:
        """Those that answer in a channel with these events, the newest first."""
        sql = """
            SELECT * FROM bot.verified
            WHERE team = $1 AND (
                scope = 'channel' AND place = $2 OR scope = 'event' AND place = $3 OR scope = 'all'
            )
            ORDER BY approved_at DESC, id LIMIT $4
        """
        async with self._database.connection() as connection:
            rows = await connection.fetch(sql, team, channel, event_place(events), limit)
        return tuple(VerifiedQuestion(**{**row, "scope": Scope(row["scope"])}) for row in rows)

    async def all(self, team: str, *, limit: int, skip: int = 0) -> tuple[VerifiedQuestion, ...]:
        """A page of a workspace's verified questions, the newest first."""
        sql = """
            SELECT * FROM bot.verified WHERE team = $1
            ORDER BY approved_at DESC, id LIMIT $2 OFFSET $3
        """
        async with self._database.connection() as connection:
            rows = await connection.fetch(sql, team, limit, skip)
        return tuple(VerifiedQuestion(**{**row, "scope": Scope(row["scope"])}) for row in rows)

    async def withdraw(self, team: str, number: str) -> str | None:
        """Take one back; its question, or None if it is gone already."""
        sql = "DELETE FROM bot.verified WHERE team = $1 AND id = $2 RETURNING question"
        async with self._database.connection() as connection:
            question: str | None = await connection.fetchval(sql, team, number)
        return question
