"""What people say of an answer: one verdict a person and answer, which a second one replaces."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from bot.store.answers import StoredAnswer, stored_from
from bot.store.database import Database


class Reason(enum.StrEnum):
    """What is wrong with an answer."""

    NONE = ""
    ROWS = "rows"
    MEANING = "meaning"
    SLOW = "slow"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One person's word on an answer. `person` is a user's id; `expected` are their own words."""

    person: str
    good: bool
    reason: Reason
    expected: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Reviewable:
    """An answer with the word on it that nobody has dealt with yet."""

    answer: StoredAnswer
    verdict: Verdict


class Feedback:
    """The table of feedback. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def give(
        self,
        team: str,
        question_id: str,
        person: str,
        *,
        good: bool,
        reason: Reason = Reason.NONE,
        expected: str = "",
    ) -> None:
        """Keep what `person` says, in place of what they said before; it is to be reviewed."""
        sql = """
            INSERT INTO bot.feedback (team, question_id, person, good, reason, expected)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (question_id, person) DO UPDATE
            SET good = excluded.good, reason = excluded.reason, expected = excluded.expected,
                given_at = now(), reviewed_by = ''
        """
        # PostgreSQL has no NUL in its texts.
        words = expected.replace("\0", "")
        async with self._database.connection() as connection:
            await connection.execute(sql, team, question_id, person, good, reason.value, words)

    async def open(self, team: str, *, limit: int, skip: int = 0) -> tuple[Reviewable, ...]:
        """What is to be reviewed: complaints first, then the newest; `skip` for pages."""
        sql = """
            SELECT a.*, f.person, f.good, f.reason, f.expected, f.given_at
            FROM bot.feedback AS f JOIN bot.answers AS a USING (question_id)
            WHERE f.team = $1 AND a.team = $1 AND f.reviewed_by = ''
            ORDER BY f.good, f.given_at DESC, question_id, f.person LIMIT $2 OFFSET $3
        """
        async with self._database.connection() as connection:
            rows = await connection.fetch(sql, team, limit, skip)
        return tuple(
            Reviewable(
                stored_from(row),
                Verdict(
                    row["person"],
                    row["good"],
                    Reason(row["reason"]),
                    row["expected"],
                    row["given_at"],
                ),
            )
            for row in rows
        )

    async def review(self, team: str, question_id: str, by: str) -> bool:
        """Note that `by` has dealt with everything said of an answer; False if nothing was open."""
        sql = """
            UPDATE bot.feedback SET reviewed_by = $3
            WHERE team = $1 AND question_id = $2 AND reviewed_by = '' RETURNING true
        """
        async with self._database.connection() as connection:
            return bool(await connection.fetch(sql, team, question_id, by))
