"""The units of a result's columns, and where none is better than a wrong one."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

import bot
from bot.answering.units import with_units
from bot.domain import GUARD_SEAL, Column, ColumnKind, GuardedQuery, ResultTable
from bot.semantic import load

MODEL = load(Path(bot.__file__).parent / "semantic" / "game_stats.yml")


def units(sql: str, *names: str, tables: tuple[str, ...] = ("standings",)) -> list[str]:
    """The unit of each result column."""
    columns = tuple(Column(name, ColumnKind.NUMBER) for name in names)
    query = GuardedQuery(sql, (UUID(int=1),), tables, sql, GUARD_SEAL)
    found = with_units(ResultTable(columns, ()), query, MODEL)
    return [column.unit for column in found.columns]


@pytest.mark.parametrize(
    ("sql", "unit"),
    [
        ("SELECT win_percentage AS best FROM standings", "%"),
        ("SELECT s.win_percentage FROM standings AS s JOIN teams AS t ON t.id = s.team_id", "%"),
        ("SELECT round(avg(win_percentage)::numeric, 1) AS x FROM standings", "%"),
        ("SELECT coalesce(max(win_percentage), 0) FROM standings WHERE rank IN (SELECT 1)", "%"),
        # Another number, or one that a query has made of it.
        ("SELECT points FROM standings", ""),
        ("SELECT win_percentage / 100 FROM standings", ""),
        ("SELECT count(win_percentage) FROM standings", ""),
        ("SELECT win_percentage FROM (SELECT 1 AS win_percentage FROM standings) AS s", ""),
        ("WITH s AS (SELECT 1 AS win_percentage) SELECT win_percentage FROM s", ""),
        ("SELECT win_percentage FROM standings UNION SELECT points FROM standings", ""),
        ("VALUES (1)", ""),
    ],
)
def test_a_column_has_the_unit_of_what_it_is_of(sql: str, unit: str) -> None:
    """A column as it is, its mean or its extremes; nothing that was computed anew."""
    assert units(sql, "x") == [unit]


def test_a_star_is_every_column() -> None:
    """Names of the result are those of the table, if it is a table of the model."""
    both = ("points", "win_percentage")
    assert units("SELECT * FROM standings", *both) == ["", "%"]
    assert units("SELECT * FROM (SELECT 1, 2) AS s", *both) == ["", ""]
    assert units("SELECT team, s.* FROM standings AS s", "team", *both) == ["", "", ""]


def test_without_units_a_result_stays_as_it_is() -> None:
    """Tables whose columns have none need no look at the query."""
    assert units("no SQL", "x", tables=("teams",)) == [""]
