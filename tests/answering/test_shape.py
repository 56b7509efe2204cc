"""What the syntax tree of a query tells of its rows, and what it leaves open."""

from __future__ import annotations

import pytest

from bot.answering.shape import shape_of
from bot.domain import Column, ColumnKind, Shape

COLUMNS = (Column("team", ColumnKind.TEXT), Column("goals", ColumnKind.NUMBER))


@pytest.mark.parametrize(
    ("sql", "sorted_by"),
    [
        ("SELECT team, goals FROM s ORDER BY goals DESC", 1),
        ("SELECT team, goals FROM s ORDER BY 2 DESC", 1),
        ("SELECT * FROM s ORDER BY goals DESC NULLS LAST", 1),
        ("SELECT t.name AS team, sum(g.n) AS goals FROM t, g GROUP BY 1 ORDER BY sum(g.n) DESC", 1),
        ("SELECT name AS team, n AS goals FROM s ORDER BY n DESC", 1),
        ("SELECT team, goals FROM a UNION SELECT team, goals FROM b ORDER BY goals DESC", 1),
        ("SELECT team, goals FROM s WHERE goals > 3 ORDER BY goals DESC", 1),
        ("SELECT team, goals FROM s WHERE goals IS NOT NULL ORDER BY goals DESC", 1),
        # Sorted by something that is not shown, or not at all, or larger values are left out.
        ("SELECT team, goals FROM s ORDER BY points DESC", None),
        ("SELECT team, goals FROM s ORDER BY abs(goals) DESC", None),
        ("SELECT team, goals FROM s ORDER BY 7 DESC", None),
        ("SELECT team, goals FROM s", None),
        ("SELECT team, goals FROM s WHERE goals < 10 ORDER BY goals DESC", None),
        ("SELECT team, goals FROM s WHERE 10 > goals ORDER BY goals DESC", None),
        ("SELECT team, goals FROM s WHERE goals BETWEEN 1 AND 5 ORDER BY 2 DESC", None),
        (
            "SELECT team, sum(n) AS goals FROM s GROUP BY 1 HAVING sum(n) <= 9 ORDER BY goals DESC",
            None,
        ),
        ("SELECT team, goals FROM s ORDER BY goals DESC OFFSET 3", None),
        ("SELECT DISTINCT ON (goals) team, goals FROM s ORDER BY goals DESC", None),
    ],
)
def test_the_column_that_rows_are_sorted_by(sql: str, sorted_by: int | None) -> None:
    """A result column counts as sorted by only if the first row is sure to have the most."""
    assert shape_of(sql, COLUMNS).sorted_by == sorted_by


def test_a_name_twice_is_no_column() -> None:
    """Two result columns of one name cannot be told apart."""
    twice = (COLUMNS[1], COLUMNS[1])
    sql = "SELECT a.goals, b.goals FROM a, b ORDER BY goals DESC"
    assert shape_of(sql, twice).sorted_by is None


def test_limits_and_directions() -> None:
    """A LIMIT and the direction are told; an OFFSET counts as a limit."""
    best = shape_of("SELECT team, goals FROM s ORDER BY goals DESC LIMIT 5", COLUMNS)
    assert best == Shape(sorted_by=1, descending=True, limited=True)
    assert not shape_of("SELECT team, goals FROM s ORDER BY goals", COLUMNS).descending
    assert shape_of("SELECT team, goals FROM s OFFSET 1", COLUMNS).limited
    assert shape_of("VALUES (1, 2)", COLUMNS) == Shape()


@pytest.mark.parametrize(
    ("sql", "counted"),
    [
        ("SELECT count(*) FROM teams", "teams"),
        ("SELECT count(*) AS n FROM teams AS t", "teams"),
        ("SELECT count(*) FROM teams WHERE seed = 1", ""),
        ("SELECT count(seed) FROM teams", ""),
        ("SELECT count(DISTINCT name) FROM teams", ""),
        ("SELECT count(*) FILTER (WHERE seed = 1) FROM teams", ""),
        ("SELECT count(*) OVER () FROM teams", ""),
        ("SELECT sum(seed) FROM teams", ""),
        ("SELECT count(*) FROM teams, games", ""),
        ("SELECT count(*) FROM teams GROUP BY division", ""),
        ("SELECT count(*) FROM (SELECT 1) AS x", ""),
        ("WITH teams AS (SELECT 1) SELECT count(*) FROM teams", ""),
        ("SELECT count(*) FROM teams UNION SELECT 1", ""),
    ],
)
def test_what_is_counted_whole(sql: str, counted: str) -> None:
    """Only a bare count of one whole table counts that table."""
    assert shape_of(sql, COLUMNS[1:]).counted == counted
