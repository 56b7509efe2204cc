"""What a digest says: sections, each a heading and a query over the semantic model.

A new section is a new entry in SECTIONS; nothing else has to learn about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.answering import Answering
from bot.domain import Event, Refusal, ResultTable


@dataclass(frozen=True, slots=True)
class SectionQuery:
    """`sql` is PostgreSQL over the semantic model; `{day}` and `{zone}` are the digest's."""

    heading: str
    sql: str


@dataclass(frozen=True, slots=True)
class DigestSection:
    """A heading and its rows."""

    heading: str
    table: ResultTable


@dataclass(frozen=True, slots=True)
class Digest:
    """One event's day. Sections without rows are left out; no sections: nothing happened."""

    event: Event
    day: date
    sections: tuple[DigestSection, ...]


SECTIONS: tuple[SectionQuery, ...] = (
    SectionQuery(
        "Results",
        """
        SELECT division, home_team, home_score, away_score, away_team
        FROM games
        WHERE status = 'finished' AND (scheduled_at AT TIME ZONE '{zone}')::date = DATE '{day}'
        ORDER BY scheduled_at, division, home_team
        """,
    ),
    SectionQuery(
        "Next games",
        """
        SELECT to_char(scheduled_at AT TIME ZONE '{zone}', 'Dy HH24:MI') AS "start",
               home_team, away_team, field
        FROM games
        WHERE status = 'scheduled' AND scheduled_at >= now()
        ORDER BY scheduled_at, field
        LIMIT 10
        """,
    ),
    SectionQuery(
        "Leaders",
        """
        SELECT division, rank, team, wins, losses, points, goal_difference
        FROM standings
        WHERE rank <= 3 AND played > 0
        ORDER BY division, rank
        """,
    ),
    SectionQuery(
        "Best spirit",
        """
        SELECT team, division, spirit_average
        FROM standings
        WHERE spirit_average IS NOT NULL
        ORDER BY spirit_average DESC, team
        LIMIT 5
        """,
    ),
)


async def write_digest(answering: Answering, event: Event, day: date) -> Digest:
    """Run each section's query on one event. Raises WarehouseError."""
    sections = []
    for section in SECTIONS:
        # Both values are ours, never a person's text: a date, and a checked IANA name.
        sql = section.sql.replace("{day}", day.isoformat()).replace("{zone}", event.timezone)
        table = await answering.query(sql, (event,))
        assert not isinstance(table, Refusal), f"digest section {section.heading}: {table.message}"
        if table.rows:
            sections.append(DigestSection(section.heading, table))
    return Digest(event, day, tuple(sections))
