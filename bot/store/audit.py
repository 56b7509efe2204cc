"""The audit as people and admins look at it, and how long it is kept.

Old rows go by age. Who is forgotten leaves no words and no name, only that something was asked
there and then: so the counts stay right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.store.answers import ANSWERED, StoredAnswer, stored_from
from bot.store.database import Database

USAGE_DAYS = 14


@dataclass(frozen=True, slots=True)
class Day:
    """One day in UTC: how many questions of how many people."""

    day: date
    questions: int
    people: int


@dataclass(frozen=True, slots=True)
class Usage:
    """The last USAGE_DAYS. `median` is in seconds, None without any answer.

    `people` and `channels` are (id, questions), those with the most first; `cached` and `verified`
    are how many of the `answered` needed no language model.
    """

    days: tuple[Day, ...]
    people: tuple[tuple[str, int], ...]
    channels: tuple[tuple[str, int], ...]
    answered: int
    cached: int
    verified: int
    median: float | None


class Audit:
    """What was asked, by whom, and what became of it. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self,
        team: str,
        *,
        person: str = "",
        channel: str = "",
        failed: bool = False,
        limit: int,
        skip: int = 0,
    ) -> tuple[StoredAnswer, ...]:
        """Questions of a workspace in Slack, the newest first; only those `failed`, if so told."""
        sql = """
            SELECT * FROM bot.answers
            WHERE team = $1 AND surface = 'slack' AND text <> ''
                AND ($2 = '' OR asker = $2) AND ($3 = '' OR channel = $3)
                AND (NOT $4 OR code <> '')
            ORDER BY created_at DESC, question_id LIMIT $5 OFFSET $6
        """
        async with self._database.connection() as connection:
            rows = await connection.fetch(sql, team, person, channel, failed, limit, skip)
        return tuple(stored_from(row) for row in rows)

    async def usage(self, team: str) -> Usage:
        """How much a workspace asks."""
        since = f"team = $1 AND created_at > now() - interval '{USAGE_DAYS} days'"
        top = f"""
            SELECT {{0}} AS who, count(*) AS asked FROM bot.answers
            WHERE {since} AND {{0}} <> '' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5
        """  # noqa: S608 - only words of ours
        async with self._database.connection() as connection:
            days = await connection.fetch(
                "SELECT (created_at AT TIME ZONE 'UTC')::date AS day, count(*) AS questions,"  # noqa: S608 - as above
                " count(DISTINCT nullif(asker, '')) AS people"
                f" FROM bot.answers WHERE {since} GROUP BY 1 ORDER BY 1 DESC",
                team,
            )
            people = await connection.fetch(top.format("asker"), team)
            channels = await connection.fetch(top.format("channel"), team)
            whole = await connection.fetchrow(
                "SELECT count(*) AS answered,"  # noqa: S608 - as above
                " count(*) FILTER (WHERE source = 'cache') AS cached,"
                " count(*) FILTER (WHERE source = 'verified') AS verified,"
                " percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median"
                f" FROM bot.answers WHERE {since} AND kind = $2",
                team,
                ANSWERED,
            )
        assert whole is not None  # an aggregate without GROUP BY has one row
        return Usage(
            days=tuple(Day(**row) for row in days),
            people=_pairs(people),
            channels=_pairs(channels),
            **whole,
        )

    async def forget(self, team: str, person: str) -> int:
        """Take a person out of everything that is kept; how many of their questions there were.

        A block stays: it is an admin's and not theirs.
        """
        empty = "text = '', sql = '', shown = '', message = '', explanation = ''"
        async with self._database.connection() as connection, connection.transaction():
            await connection.execute(
                "DELETE FROM bot.feedback WHERE team = $1 AND (person = $2 OR question_id IN"
                " (SELECT question_id FROM bot.answers WHERE team = $1 AND asker = $2))",
                team,
                person,
            )
            rows = await connection.fetch(
                f"UPDATE bot.answers SET asker = '', thread = '', {empty},"  # noqa: S608 - as above
                " question_id = gen_random_uuid()::text"
                " WHERE team = $1 AND asker = $2 RETURNING 1",
                team,
                person,
            )
            for statement in _NAMES:
                await connection.execute(statement, team, person)
        return len(rows)

    async def clean(self, days: int) -> int:
        """Delete questions older than `days` with what was said of them; how many there were."""
        sql = """
            WITH old AS (
                DELETE FROM bot.answers WHERE created_at < now() - make_interval(days => $1)
                RETURNING question_id
            ), said AS (
                DELETE FROM bot.feedback WHERE question_id IN (SELECT question_id FROM old)
            )
            SELECT count(*) FROM old
        """
        async with self._database.connection() as connection:
            return int(await connection.fetchval(sql, days))


def _pairs(rows: Sequence[object]) -> tuple[tuple[str, int], ...]:
    return tuple((row["who"], row["asked"]) for row in rows)  # type: ignore[index]


_NAMES = (
    "UPDATE bot.verified SET approved_name = '' WHERE team = $1 AND approved_by = $2",
    "UPDATE bot.verified SET approved_by = '' WHERE team = $1 AND approved_by = $2",
    "UPDATE bot.language_models SET chosen_by = '' WHERE chosen_by = $2 AND $1 <> ''",
    "UPDATE bot.bindings SET bound_by = '' WHERE team = $1 AND bound_by = $2",
    "UPDATE bot.digests SET created_by = '' WHERE team = $1 AND created_by = $2",
    "UPDATE bot.rules SET set_by = '' WHERE team = $1 AND set_by = $2",
    "UPDATE bot.feedback SET reviewed_by = '-' WHERE team = $1 AND reviewed_by = $2",
    "DELETE FROM bot.rules WHERE team = $1 AND kind = 'person' AND subject = $2 AND NOT blocked",
)
"""Where else a person is named."""
