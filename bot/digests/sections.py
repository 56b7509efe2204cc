"""What a digest can tell: SECTIONS. A new section is a new entry; nothing else learns about it.

A section is a query over the semantic model, and how it reads its rows: `Reader` gives what is to
be shown of them, and a mark (JSON) that says what was told. It is given the mark of the last
digest, or None. A section whose mark is the same has nothing new to tell. Marks hold hashes and
ranks, never the rows of an answer.
"""

# ruff: noqa: S608 - every query is made of texts of our own

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from bot.domain import Column, ColumnKind, Event, ResultTable
from bot.texts import day_clock_text, knows, say

Reader = Callable[[ResultTable, Any], tuple[ResultTable, Any]]


@dataclass(frozen=True, slots=True)
class Section:
    """`sql` is PostgreSQL over the semantic model; `{day}`, `{zone}`, `{undecided}` are filled in.

    `about` says in a few words what the section tells, for admins.
    """

    about: str
    sql: str
    read: Reader


def whole(table: ResultTable, _before: Any) -> tuple[ResultTable, Any]:
    """All rows, each time."""
    return table, _hash(table.rows)


def timed(table: ResultTable, _before: Any) -> tuple[ResultTable, Any]:
    """All rows, each time; the first column is a time on the event's clock."""
    first = Column(table.columns[0].name, ColumnKind.TEXT)
    rows = []
    for start, *rest in table.rows:
        assert isinstance(start, datetime)
        rows.append((day_clock_text(start), *rest))
    shown = replace(table, columns=(first, *table.columns[1:]), rows=tuple(rows))
    return shown, _hash(table.rows)


def unseen(table: ResultTable, before: Any) -> tuple[ResultTable, Any]:
    """Rows that the last digest did not have; at first those of the day.

    The first column is a key and the second says whether the row is of the day; neither is shown.
    A row that was changed, such as a score put right, is told again.
    """
    marks = [_hash(row) for row in table.rows]
    told = set(before or ())
    new = [
        row[2:]
        for row, mark in zip(table.rows, marks, strict=True)
        if (mark not in told if before is not None else row[1])
    ]
    # What was told once stays told, also when a game is taken back for a while.
    return replace(table, columns=table.columns[2:], rows=tuple(new)), sorted(told | set(marks))


def moved(table: ResultTable, before: Any) -> tuple[ResultTable, Any]:
    """Teams whose rank has changed. Rows are team_id, division, rank, team."""
    ranks = {str(row[0]): row[2] for row in table.rows}
    known: Mapping[str, Any] = before or {}
    rows = tuple(
        (division, rank, team, _step(known[str(number)], rank))
        for number, division, rank, team in table.rows
        if known.get(str(number), rank) != rank
    )
    columns = (*table.columns[1:], Column("moved", ColumnKind.TEXT))
    return replace(table, columns=columns, rows=rows), ranks


def _step(was: Any, rank: Any) -> str:
    return f"▲ {was - rank}" if rank < was else f"▼ {rank - was}"


def _hash(value: object) -> str:
    text = json.dumps(value, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


_PAIRING = """coalesce(home_team, '{{undecided}}') || {middle} ||
                  coalesce(away_team, '{{undecided}}')"""
PAIRING = _PAIRING.format(middle="' – '")
"""SQL for the two teams of a game."""

SCORE = _PAIRING.format(
    middle="' ' || coalesce(home_score::text, '?') || '–' || coalesce(away_score::text, '?') || ' '"
)
"""SQL for the two teams and what they scored."""

SECTIONS: Mapping[str, Section] = {
    "results": Section(
        "games finished since the last digest",
        f"""
        SELECT id, (scheduled_at AT TIME ZONE '{{zone}}')::date = DATE '{{day}}' AS of_the_day,
               division, {SCORE} AS result
        FROM games WHERE status = 'finished'
        ORDER BY scheduled_at, division, home_team
        """,
        unseen,
    ),
    "moved": Section(
        "teams that went up or down since the last digest",
        """
        SELECT team_id, division, rank, team FROM standings WHERE played > 0
        ORDER BY division, rank
        """,
        moved,
    ),
    "standings": Section(
        "the first three of each division",
        """
        SELECT division, rank AS "#", team, wins || '–' || losses AS won_lost, points AS pts
        FROM standings WHERE rank <= 3 AND played > 0
        ORDER BY division, rank
        """,
        whole,
    ),
    "leaders": Section(
        "who scored the most goals",
        """
        SELECT player, team, sum(goals) AS goals, sum(assists) AS assists
        FROM player_stats GROUP BY player_id, player, team HAVING sum(goals) > 0
        ORDER BY goals DESC, assists DESC, player LIMIT 5
        """,
        whole,
    ),
    "spirit": Section(
        "the five best spirit averages",
        """
        SELECT team, division, spirit_average AS spirit
        FROM standings WHERE spirit_average IS NOT NULL
        ORDER BY spirit_average DESC, team LIMIT 5
        """,
        whole,
    ),
    "next": Section(
        "the next ten games",
        f"""
        SELECT scheduled_at AT TIME ZONE '{{zone}}' AS "start", {PAIRING} AS game, field
        FROM games WHERE status = 'scheduled' AND scheduled_at >= now()
        ORDER BY scheduled_at, field LIMIT 10
        """,
        timed,
    ),
}
"""By name, in the order of a digest."""


def heading(name: str) -> str:
    """What stands above a section: its name in the catalogue, or a verified question's text."""
    return say(f"digest_sections.{name}") if name in SECTIONS else name


def named(table: ResultTable) -> ResultTable:
    """The table of one of our queries, with its columns named in the language of the call."""
    columns = (
        replace(column, name=say(f"digest_columns.{column.name}"))
        if knows(f"digest_columns.{column.name}")
        else column
        for column in table.columns
    )
    return replace(table, columns=tuple(columns))


def filled(sql: str, event: Event, day: date) -> str:
    """The query for one event and day."""
    # All are ours, never a person's text: a date, a checked IANA name, a text of the catalogue.
    undecided = say("digest.undecided").replace("'", "''")
    return (
        sql.replace("{day}", day.isoformat())
        .replace("{zone}", event.timezone)
        .replace("{undecided}", undecided)
    )
