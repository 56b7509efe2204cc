"""The audit: every question, what became of it and the SQL that ran. Rows of answers are not kept.

A row is written when a question ends; a question that ends twice (its job was delivered again)
keeps its last outcome.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from bot.domain import (
    Answer,
    Asker,
    Clarification,
    Code,
    Dialect,
    Draft,
    Kind,
    Outcome,
    Question,
    Source,
)
from bot.store.database import Database

ANSWERED = "answered"
"""The kind of a question that got rows; any other is ASKED_BACK or a domain Kind."""

ASKED_BACK = "asked_back"


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """A question that ended. `code` is None when it was answered; `seconds` is the whole way.

    `sql` in `dialect` is the draft, which the guard has to see again before it runs again; `shown`
    is the query as people saw it. If `sql` is empty none was drafted, and `dialect` and `source`
    say nothing.
    """

    question_id: str
    text: str
    asker: Asker
    channel: str
    events: tuple[UUID, ...]
    code: Code | None
    message: str
    source: Source
    language_model: str
    sql: str
    dialect: Dialect
    shown: str
    tables: tuple[str, ...]
    rows: int
    truncated: bool
    seconds: float
    fell_back: bool
    repaired: bool
    created_at: datetime
    thread: str = ""
    explanation: str = ""
    scope: str = ""

    @property
    def surface(self) -> str:
        """The asker's surface."""
        return self.asker.surface

    @property
    def team(self) -> str:
        """The asker's workspace."""
        return self.asker.team


@dataclass(frozen=True, slots=True)
class Recent:
    """The last hour. Seconds are of questions that a language model answered; None without any.

    `errors` counts outages and bugs by code; refusals are no errors.
    """

    count: int
    median: float | None
    p95: float | None
    errors: Mapping[Code, int]


class Answers:
    """The table of answers. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(
        self,
        question: Question,
        outcome: Outcome,
        seconds: float = 0.0,
        *,
        events: tuple[UUID, ...] = (),
        draft: Draft | None = None,
        repaired: bool = False,
    ) -> None:
        """Keep how `question` ended. An Answer brings all of it; the rest is for a Refusal."""
        if isinstance(outcome, Answer):
            events = tuple(event.id for event in outcome.events)
            draft, seconds, repaired = outcome.draft, outcome.seconds, outcome.repaired
        values = {
            **_question_values(question, events),
            **_outcome_values(outcome),
            **_draft_values(draft),
            "seconds": seconds,
            "repaired": repaired,
        }
        names = ", ".join(values)
        marks = ", ".join(f"${number}" for number in range(1, len(values) + 1))
        updates = ", ".join(f"{name} = excluded.{name}" for name in values)
        # Only names of ours are formatted in.
        sql = f"""
            INSERT INTO bot.answers ({names}) VALUES ({marks})
            ON CONFLICT (question_id) DO UPDATE SET {updates}, created_at = now()
        """  # noqa: S608
        async with self._database.connection() as connection:
            await connection.execute(sql, *values.values())

    async def get(self, question_id: str) -> StoredAnswer | None:
        """The question with this id, or None."""
        sql = "SELECT * FROM bot.answers WHERE question_id = $1"
        async with self._database.connection() as connection:
            row = await connection.fetchrow(sql, question_id)
        return stored_from(row) if row else None

    async def last_in(self, team: str, channel: str, thread: str) -> StoredAnswer | None:
        """The last question of a thread that got rows, or None."""
        sql = """
            SELECT * FROM bot.answers
            WHERE team = $1 AND channel = $2 AND thread = $3 AND thread <> '' AND kind = $4
            ORDER BY created_at DESC LIMIT 1
        """
        async with self._database.connection() as connection:
            row = await connection.fetchrow(sql, team, channel, thread, ANSWERED)
        return stored_from(row) if row else None

    async def leave_thread(self, question_id: str) -> None:
        """Let nothing go on from this question any more: its message was edited or deleted."""
        sql = "UPDATE bot.answers SET thread = '' WHERE question_id = $1"
        async with self._database.connection() as connection:
            await connection.execute(sql, question_id)

    async def recent(self) -> Recent:
        """What the last hour was like."""
        sql = """
            SELECT count(*) AS count,
                percentile_cont(0.5) WITHIN GROUP (ORDER BY drafted) AS median,
                percentile_cont(0.95) WITHIN GROUP (ORDER BY drafted) AS p95,
                array_agg(code) FILTER (WHERE kind = ANY($1::text[])) AS errors
            FROM (
                SELECT kind, code, CASE WHEN kind = $2 AND source = $3 THEN seconds END AS drafted
                FROM bot.answers WHERE created_at > now() - interval '1 hour'
            ) AS last_hour
        """
        async with self._database.connection() as connection:
            row = await connection.fetchrow(
                sql, [Kind.OUTAGE.value, Kind.BUG.value], ANSWERED, Source.MODEL.value
            )
        assert row is not None  # an aggregate without GROUP BY has one row
        codes = [Code(code) for code in row["errors"] or ()]
        errors = {code: codes.count(code) for code in sorted(set(codes))}
        return Recent(row["count"], row["median"], row["p95"], errors)


def _question_values(question: Question, events: tuple[UUID, ...]) -> dict[str, object]:
    return {
        "question_id": question.id,
        "surface": question.asker.surface,
        "team": question.asker.team,
        "channel": question.channel,
        "thread": question.thread,
        "scope": question.scope,
        "asker": question.asker.user,
        # PostgreSQL has no NUL in its texts.
        "text": question.text.replace("\0", ""),
        "events": list(events or question.events or ()),
    }


def _outcome_values(outcome: Outcome) -> dict[str, object]:
    if isinstance(outcome, Answer):
        return {
            "kind": ANSWERED,
            "code": "",
            "message": outcome.note,
            "shown": outcome.query.shown,
            "tables": list(outcome.query.tables),
            "rows": len(outcome.table.rows),
            "truncated": outcome.table.truncated,
            "explanation": outcome.explanation.replace("\0", ""),
        }
    if isinstance(outcome, Clarification):
        return {
            "kind": ASKED_BACK,
            "code": "",
            "message": " | ".join(choice.label for choice in outcome.choices),
            "shown": "",
            "tables": [],
            "rows": 0,
            "truncated": False,
            "explanation": "",
        }
    return {
        "kind": outcome.code.kind.value,
        "code": outcome.code.value,
        "message": outcome.message,
        "shown": outcome.sql.replace("\0", ""),
        "tables": [],
        "rows": 0,
        "truncated": False,
        "explanation": "",
    }


def _draft_values(draft: Draft | None) -> dict[str, object]:
    return {
        "source": draft.source.value if draft else "",
        "language_model": draft.language_model if draft else "",
        "sql": draft.sql.replace("\0", "") if draft else "",
        "dialect": draft.dialect.value if draft else "",
        "fell_back": bool(draft and draft.fell_back),
    }


def stored_from(row: asyncpg.Record) -> StoredAnswer:
    """A row of bot.answers, which may have other columns beside."""
    asker = Asker(row["surface"], row["team"], row["asker"])
    return StoredAnswer(
        question_id=row["question_id"],
        text=row["text"],
        asker=asker,
        channel=row["channel"],
        events=tuple(row["events"]),
        code=Code(row["code"]) if row["code"] else None,
        message=row["message"],
        source=Source(row["source"] or Source.MODEL),
        language_model=row["language_model"],
        sql=row["sql"],
        dialect=Dialect(row["dialect"] or Dialect.POSTGRES),
        shown=row["shown"],
        tables=tuple(row["tables"]),
        rows=row["rows"],
        truncated=row["truncated"],
        seconds=row["seconds"],
        fell_back=row["fell_back"],
        repaired=row["repaired"],
        created_at=row["created_at"],
        thread=row["thread"],
        explanation=row["explanation"],
        scope=row["scope"],
    )
