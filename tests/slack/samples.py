"""Values that the tests of the Slack room are made from."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from bot.domain import (
    GUARD_SEAL,
    Answer,
    Asker,
    Column,
    ColumnKind,
    Dialect,
    Draft,
    Event,
    GuardedQuery,
    Question,
    ResultTable,
    Source,
)

SPRING = Event(
    id=UUID("11111111-1111-4111-8111-111111111111"),
    slug="spring-classic",
    name="Spring Classic",
    status="in_progress",
    starts_at=datetime(2026, 5, 2, 7, tzinfo=UTC),
    ends_at=datetime(2026, 5, 3, 16, tzinfo=UTC),
    timezone="Europe/Madrid",
)
WINTER = Event(
    id=UUID("22222222-2222-4222-8222-222222222222"),
    slug="winter-cup",
    name="Winter Cup <b> & Friends",
    status="completed",
    starts_at=datetime(2026, 1, 10, 8, tzinfo=UTC),
    ends_at=datetime(2026, 1, 11, 17, tzinfo=UTC),
)


def columns(**kinds: ColumnKind) -> tuple[Column, ...]:
    """Columns by name and kind."""
    return tuple(Column(name, kind) for name, kind in kinds.items())


def table(*rows: tuple[object, ...], truncated: bool = False) -> ResultTable:
    """A table of teams and their spirit totals."""
    heads = columns(team_name=ColumnKind.TEXT, spirit_total=ColumnKind.NUMBER)
    return ResultTable(heads, rows, truncated=truncated)


def question(text: str = "top 5 teams by spirit score", number: str = "q1") -> Question:
    """A question from Slack."""
    return Question(number, text, Asker("slack", "T1", "U1"), "C1")


def answer(
    result: ResultTable,
    *,
    asked: Question | None = None,
    source: Source = Source.MODEL,
    fell_back: bool = False,
    repaired: bool = False,
    note: str = "",
) -> Answer:
    """An answer with this table, confined to Spring Classic."""
    sql = "SELECT name, total FROM teams"
    return Answer(
        question=asked or question(),
        events=(SPRING,),
        query=GuardedQuery(sql, (SPRING.id,), ("teams",), sql, GUARD_SEAL),
        draft=Draft(
            sql,
            Dialect.POSTGRES,
            source,
            language_model="" if source is Source.VERIFIED else "sqlcoder:7b",
            fell_back=fell_back,
        ),
        table=result,
        seconds=3.21,
        repaired=repaired,
        note=note,
    )
