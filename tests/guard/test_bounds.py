"""Where the bounds of a series, a recursion and a text come from: through every kind of query."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.domain import GuardedQuery, Refusal

Guarding = Callable[..., GuardedQuery | Refusal]


def counting(start: str, step: str, until: str = "n < 9") -> str:
    """A recursion that counts, as a WITH."""
    return f"WITH RECURSIVE t AS ({start} UNION ALL SELECT {step} FROM t WHERE {until})"


@pytest.mark.parametrize(
    ("source", "taken"),
    [
        ("(WITH x AS (SELECT 99999 AS n) SELECT n FROM x UNION SELECT 1) AS y", False),
        ("(WITH x AS (SELECT 99999 AS n) SELECT 1 AS n UNION SELECT n FROM x) AS y", False),
        ("(SELECT 5 AS a, 99999 AS n) AS x(b)", False),
        ("teams AS t(n)", False),
        ("(SELECT * FROM (SELECT 5 AS n) AS a, (SELECT 99999 AS m) AS b) AS x", True),
        ("(SELECT * FROM teams, (SELECT 5 AS m) AS b) AS x(n)", False),
        ("(teams AS t JOIN (SELECT 99999 AS m) AS y ON true) AS x(n)", False),
        ("(SELECT 5 AS n) AS x, (SELECT 99999 AS m) AS z", True),
        ("(SELECT value::int AS n FROM teams, json_each_text('{}')) AS x", False),
        ("(SELECT seed FROM teams) AS x(n)", True),
        ("(SELECT 5) AS x(n)", True),
        ("(SELECT seed + 1 FROM teams) AS x(n)", True),
        ("(SELECT column1 AS n FROM (VALUES (3)) AS v) AS x", True),
        ("(SELECT column1 AS n FROM (VALUES (3), (99999)) AS v) AS x", False),
        ("(WITH x(n) AS (SELECT 5) SELECT n FROM x) AS y", True),
        ("(WITH x(n, m) AS (SELECT 99999 AS m, 5 AS n) SELECT n FROM x) AS y", False),
        (f"({counting('SELECT 1 AS n', 'n + 1')} SELECT n FROM t) AS x", True),
        (f"({counting('SELECT 1 AS n, 99999 AS m', 'n + 1, m')} SELECT m AS n FROM t) AS x", False),
        (
            (
                "(WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 9)"
                " SELECT n FROM t) AS x"
            ),
            True,
        ),
    ],
)
def test_a_series_ends_where_its_column_comes_from(
    guarded: Guarding, source: str, *, taken: bool
) -> None:
    """A column is followed through WITHs, stars, VALUES and aliases that rename."""
    found = guarded(f"SELECT s FROM {source}, LATERAL generate_series(1, n) AS s")
    assert isinstance(found, GuardedQuery) is taken


@pytest.mark.parametrize(
    ("outer", "bound", "taken"),
    [
        ("teams AS t", "t.seed", True),
        ("teams AS t", "seed", True),
        ("(SELECT 5 AS n) AS o", "o.n", True),
        ("(SELECT 5 AS n) AS o", "n", True),
        ("(SELECT 99999 AS n) AS o", "o.n", False),
        ("(SELECT 99999 AS n) AS o", "n", False),
        ("(SELECT 99999 AS n) AS x, (SELECT 5 AS n) AS y", "y.n", True),
        ("(SELECT 5 AS n) AS x, (SELECT 99999 AS n) AS y", "y.n", False),
    ],
)
@pytest.mark.parametrize("inner", ["", "(SELECT 1 AS q) AS i, "])
def test_a_bound_of_the_query_around(
    guarded: Guarding, outer: str, bound: str, inner: str, *, taken: bool
) -> None:
    """A correlated subquery may count as far as the tournament's own values around it."""
    series = f"(SELECT count(*) FROM {inner}generate_series(1, {bound}) AS s)"
    assert isinstance(guarded(f"SELECT {series} FROM {outer}"), GuardedQuery) is taken


@pytest.mark.parametrize(
    ("arguments", "taken"),
    [
        ("-5000, 4999", True),
        ("-5000, 5001", False),
        ("1, seed, 2", True),
        ("1, seed, 0", False),
        ("1, teams.*", False),
        ("1, (SELECT max(seed) FROM teams)", True),
        ("1, (SELECT seed, 99999 FROM teams)", False),
        ("1, ARRAY(SELECT 5)", False),
        ("1, round(seed, 0)::int", True),
        ("1, date_part('day', now())::int", True),
        ("1, date_part(name, now())::int", False),
        ("1, date_part('day')::int", False),
        ("1, extract(day FROM timestamp '1500-01-01')::int", True),
        ("date_trunc('day', timestamp '1500-01-01'), now(), '1 day'", False),
        ("now() - interval '1 day', now(), '1 hour'", True),
        ("now() - interval '400 days', now(), '1 day'", True),
        ("now() - interval '401 days', now(), '1 day'", False),
    ],
)
def test_a_bound_is_near_the_tournament(guarded: Guarding, arguments: str, *, taken: bool) -> None:
    """Small numbers, the event's own values, and parts of times that are small by themselves."""
    found = guarded(f"SELECT generate_series({arguments}) FROM teams")
    assert isinstance(found, GuardedQuery) is taken


@pytest.mark.parametrize(
    ("recursion", "taken"),
    [
        (counting("VALUES (1)", "column1 + 1", "column1 < 9"), True),
        (counting("VALUES (1), (2)", "column1 + 1", "column1 < 9"), False),
        (counting("SELECT seed FROM teams", "seed + 1", "seed < 9"), True),
        (counting("SELECT 1", '"?column?" + 1', '"?column?" < 9'), True),
        (counting("SELECT 1 AS n, 2 AS m", "n + 1, m + 1"), True),
        (counting("SELECT 1 AS n, 'a' AS m", "n + 1, n::text"), False),
        (counting("SELECT 1 AS n, 'a' AS m", "n + 1, n::varchar"), False),
        (counting("SELECT 1 AS n, 2 AS m", "n + 1, abs(n)::int"), False),
    ],
)
def test_a_recursion_begins_with_a_row(guarded: Guarding, recursion: str, *, taken: bool) -> None:
    """SELECT or one row of VALUES, and outputs that stay numbers."""
    assert isinstance(guarded(f"{recursion} SELECT * FROM t"), GuardedQuery) is taken


def test_a_recursion_may_end_at_a_value_around_it(guarded: Guarding) -> None:
    """A recursion in a correlated subquery is bounded by the row around it."""
    inside = f"{counting('SELECT 1 AS n', 'n + 1', 'n < o.seed')} SELECT max(n) FROM t"
    assert isinstance(guarded(f"SELECT ({inside}) FROM teams o"), GuardedQuery)


def test_rows_of_values_may_differ_in_length(guarded: Guarding) -> None:
    """What PostgreSQL will refuse by itself is no mistake of the guard."""
    assert isinstance(guarded("SELECT * FROM (VALUES (1, 2), (3)) AS v"), GuardedQuery)


def times(count: int, value: str) -> str:
    """A value joined to itself so many times."""
    return "concat(" + ", ".join([value] * count) + ")"


TWO = "FROM (SELECT name, seed FROM teams) AS x"
BIG = f"(SELECT {times(20, 'name')} AS big FROM teams)"


@pytest.mark.parametrize(
    ("select", "taken"),
    [
        (f"{times(500, 'NULL')} FROM teams", True),
        (f"{times(500, 'current_date')} FROM teams", True),
        # A whole row is twenty values, or as many as its query gives.
        (f"{times(25, 'teams')} FROM teams", True),
        (f"{times(26, 'teams')} FROM teams", False),
        (f"{times(250, 'x')} {TWO}", True),
        (f"{times(251, 'x')} {TWO}", False),
        (f"{times(26, 'x.*')} {TWO}", False),
        (f"{times(26, 'x')} FROM (SELECT *, 1 FROM teams) AS x", False),
        # What a query around, or an unnamed neighbour, has put together.
        (f"(SELECT {times(12, 'o.big')}) FROM {BIG} AS o", True),
        (f"(SELECT {times(30, 'o.big')}) FROM {BIG} AS o", False),
        (f"{times(30, 'big')} FROM {BIG}, (SELECT 1 AS m)", False),
        # JSON quotes what it takes.
        (f"JSON_ARRAY({', '.join(['name'] * 500)}) FROM teams", True),
        (f"JSON_ARRAY({', '.join(['name'] * 501)}) FROM teams", False),
        (f"JSON_OBJECT({', '.join(['name: name'] * 250)}) FROM teams", True),
        (f"JSON_OBJECT({', '.join(['name: name'] * 251)}) FROM teams", False),
        (f"JSON_ARRAYAGG({times(25, 'name')}) FROM teams", True),
        (f"JSON_ARRAYAGG({times(26, 'name')}) FROM teams", False),
    ],
)
def test_a_thousand_values_in_one(guarded: Guarding, select: str, *, taken: bool) -> None:
    """Each kind of expression, just within and just beyond."""
    assert isinstance(guarded(f"SELECT {select}"), GuardedQuery) is taken
