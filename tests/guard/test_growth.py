"""What may be passed on and multiplied: texts, series and recursion, each just within its bound."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.domain import Code, GuardedQuery, Refusal

Guarding = Callable[..., GuardedQuery | Refusal]

COUNTING = [
    ("1", "n + 1", "n < 10"),
    ("1", "n + 1", "n <= 10"),
    ("1", "n + 1", "10 > n"),
    ("1", "n + 1", "10 >= n"),
    ("1", "n + 1", "n + 1 < 10"),
    ("1", "n + 1", "n + 1 <= 10 AND n <> 4"),
    ("10", "n - 2", "n > 0"),
    ("10", "n - 2", "0 < n"),
    ("10", "n - 2", "n - 2 >= 0"),
    ("1", "n + 1", "n < 10000"),
    ("1", "n + 1", "n < (SELECT max(seed) FROM teams)"),
    ("1", "(n + 1)::int", "t.n < 10"),
    ("date '2026-05-01'", "n + 1", "n < date '2026-05-09'"),
    ("date '2026-05-01'", "(n + interval '1 week')::date", "n < date '2026-06-09'"),
]


@pytest.mark.parametrize(("start", "step", "until"), COUNTING)
def test_a_recursion_that_counts_is_taken(
    guarded: Guarding, start: str, step: str, until: str
) -> None:
    """One counter with a fixed step towards a bound, up or down, written either way round."""
    found = guarded(
        f"WITH RECURSIVE t AS (SELECT {start} AS n UNION ALL SELECT {step} FROM t WHERE {until}) "
        "SELECT n FROM t"
    )
    assert isinstance(found, GuardedQuery), found.message


@pytest.mark.parametrize(
    ("start", "step", "until", "code"),
    [
        ("1", "n + 1", "n > 10", Code.FORBIDDEN_SYNTAX),
        ("1", "n + 1", "10 < n", Code.FORBIDDEN_SYNTAX),
        ("1", "n - 1", "n < 10", Code.FORBIDDEN_SYNTAX),
        ("1", "n + 1", "n <> 10", Code.FORBIDDEN_SYNTAX),
        ("1", "n + 1", "n = 10", Code.FORBIDDEN_SYNTAX),
        ("1", "n + 1", "n < 10 OR n > 2", Code.FORBIDDEN_SYNTAX),
        ("1", "n + 1", "NOT n < 10", Code.FORBIDDEN_SYNTAX),
        ("1", "n + n", "n < 10", Code.FORBIDDEN_SYNTAX),
        ("1", "1 + n", "n + n < 10", Code.FORBIDDEN_SYNTAX),
        ("1", "n * 2", "n < 10", Code.FORBIDDEN_SYNTAX),
        ("1", "abs(n) + 1", "n < 10", Code.FORBIDDEN_SYNTAX),
        ("1", "n + -1", "n < 10", Code.TOO_COMPLEX),
        ("1", "n + 0", "n < 10", Code.TOO_COMPLEX),
        ("1", "n + 1", "n < 10001", Code.TOO_COMPLEX),
        ("10001", "n + 1", "n < 10", Code.TOO_COMPLEX),
        ("1", "n + 1", "n < (SELECT sum(seed) FROM teams)", Code.TOO_COMPLEX),
        ("date '2026-05-01'", "n + interval '0 days'", "n < '2026-05-09'", Code.TOO_COMPLEX),
        ("date '2026-05-01'", "n + interval '1 hour'", "n < '2026-05-09'", Code.TOO_COMPLEX),
    ],
)
def test_a_recursion_that_may_not_end_is_not(
    guarded: Guarding, start: str, step: str, until: str, code: Code
) -> None:
    """What goes away from its bound, stands still, or has another bound than such, is refused."""
    found = guarded(
        f"WITH RECURSIVE t AS (SELECT {start} AS n UNION ALL SELECT {step} FROM t WHERE {until}) "
        "SELECT n FROM t"
    )
    assert isinstance(found, Refusal)
    assert found.code is code


@pytest.mark.parametrize(
    "form",
    [
        "SELECT 1 AS n INTERSECT SELECT n + 1 FROM t WHERE n < 10",
        "SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 10 ORDER BY 1",
        "SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 10 LIMIT 5",
        "SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 10 OFFSET 5",
        "SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 10 GROUP BY n",
        "SELECT 1 AS n UNION ALL SELECT DISTINCT n + 1 FROM t WHERE n < 10",
        "SELECT 1 AS n UNION ALL SELECT n + 1 FROM t",
        "SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 10 AND EXISTS (SELECT 1 FROM t)",
        "SELECT 1 AS n UNION ALL SELECT n + 1 FROM t, teams WHERE n < 10",
        "SELECT 1 AS n UNION ALL SELECT 2 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 10",
        "SELECT n FROM t UNION ALL SELECT n + 1 FROM t WHERE n < 10",
        "SELECT 1 AS n, 2 AS n UNION ALL SELECT n + 1, n FROM t WHERE n < 10",
        "SELECT 1 AS n UNION ALL SELECT n + 1, 2 FROM t WHERE n < 10",
    ],
)
def test_a_recursion_of_another_form_is_not(guarded: Guarding, form: str) -> None:
    """Only SELECT … UNION SELECT … FROM the WITH alone, with a WHERE and nothing after it."""
    found = guarded(f"WITH RECURSIVE t AS ({form}) SELECT * FROM t")
    assert isinstance(found, Refusal)
    assert found.code is Code.FORBIDDEN_SYNTAX


SERIES = [
    ("1, 10000", True),
    ("1, 10001", False),
    ("10000, 1, -1", True),
    ("1, 99991, 10", True),
    ("1, 100, 0", False),
    ("1, seed", True),
    ("seed, seed + 10", True),
    ("seed - 5, seed", True),
    ("1, seed * 2", False),
    ("1, seed + 20000", False),
    ("1, coalesce(seed, 10)", True),
    ("1, coalesce(seed, 10000000)", False),
    ("1, greatest(seed, 3)", True),
    ("1, least(seed, 20000)", False),
    ("1, extract(day FROM now())::int", True),
    ("1, extract(epoch FROM now())::int", False),
    ("now() - interval '2 days', now(), interval '1 hour'", True),
    ("now() - interval '2 days', now(), interval '59 minutes'", False),
    ("now() - interval '401 days', now(), interval '1 day'", False),
    ("date_trunc('day', now()), now(), '1 hour'", True),
    ("current_date, current_date + 7, '1 day'", True),
    ("timestamp '2026-05-01', timestamp '2026-05-02', interval '1 minute'", True),
    ("timestamp '2026-05-01', timestamp '2027-05-02', interval '1 minute'", False),
    ("date '1899-01-01', current_date, '1 day'", False),
]


@pytest.mark.parametrize(("arguments", "taken"), SERIES)
def test_a_series_is_as_long_as_the_tournament(
    guarded: Guarding, arguments: str, *, taken: bool
) -> None:
    """Literal bounds up to 10,000 rows, or values of the event and what is near them."""
    found = guarded(f"SELECT generate_series({arguments}) FROM teams")
    assert isinstance(found, GuardedQuery) is taken
    assert taken or found.code is Code.TOO_COMPLEX


@pytest.mark.parametrize(
    ("source", "taken"),
    [
        ("(SELECT max(seed) AS n FROM teams) AS x", True),
        ("(SELECT max(seed) AS n FROM teams) AS x(n)", True),
        ("(SELECT max(seed) FROM teams) AS x(n)", True),
        ("(SELECT 99999 AS n, max(seed) AS m FROM teams) AS x(m, n)", True),
        ("(SELECT max(seed) AS n, 99999 AS m FROM teams) AS x(m, n)", False),
        ("(SELECT sum(seed) AS n FROM teams) AS x", False),
        ("(SELECT 99999 AS n) AS x", False),
        ("(VALUES (3), (4)) AS x(n)", True),
        ("(VALUES (3), (99999)) AS x(n)", False),
        ("(SELECT seed AS n FROM teams UNION SELECT 7) AS x", True),
        ("(SELECT seed AS n FROM teams UNION SELECT 99999) AS x", False),
        ("(SELECT * FROM (SELECT 99999 AS n) AS y) AS x", False),
        ("(SELECT * FROM (SELECT 9 AS n) AS y) AS x", True),
        ("generate_series(1, 5) AS n", True),
        ("unnest(ARRAY[99999]) AS n", False),
        ("teams, (SELECT 99999 AS n) AS x", False),
        ("(teams AS t JOIN (SELECT 99999 AS n) AS y ON true) AS x", False),
    ],
)
def test_a_bound_is_followed_to_where_it_comes_from(
    guarded: Guarding, source: str, *, taken: bool
) -> None:
    """Through subqueries, renamed columns, VALUES and set operations."""
    found = guarded(f"SELECT s FROM {source}, LATERAL generate_series(1, n) AS s")
    assert isinstance(found, GuardedQuery) is taken


@pytest.mark.parametrize(
    ("expression", "taken"),
    [
        ("||".join(["name"] * 1_000), False),
        ("||".join(["name"] * 20), True),
        ("concat(" + ", ".join(["name"] * 500) + ")", True),
        ("concat(" + ", ".join(["name"] * 501) + ")", False),
        ("replace(name, ' ', '-')", True),
        (
            "replace(replace(replace(replace(name, 'a', 'bb'), 'b', 'cc'), 'c', 'd'), 'd', 'e')",
            True,
        ),
        ("replace(replace(name, 'a', name), 'b', name)", False),
        ("array_to_string(ARRAY[name, name], ', ')", True),
        ("array_to_string(ARRAY[name, name], name, name)", True),
        ("array_to_string(ARRAY[name, name, name], name, name)", False),
        ("string_agg(name || ' (' || division || ')', ', ')", True),
        ("string_agg(repeat('x', 200), ',')", True),
        ("array_agg(concat(" + ", ".join(["name"] * 30) + "))", False),
        ("jsonb_agg(row_to_json(teams))", True),
        ("array_agg('" + "x" * 5_000 + "')", True),
        ("array_agg('" + "x" * 5_001 + "')", False),
    ],
)
def test_a_text_has_only_so_many_parts(guarded: Guarding, expression: str, *, taken: bool) -> None:
    """A thousand values in one, as many as quotes could make of them; fewer where rows gather."""
    found = guarded(f"SELECT {expression} FROM teams")
    assert isinstance(found, GuardedQuery) is taken
    assert taken or found.code is Code.TOO_COMPLEX


def test_nesting_costs_no_time(guarded: Guarding) -> None:
    """Queries and calls inside each other are looked at once each, not once for each level."""
    for sql in (
        "SELECT " + "(SELECT " * 22 + "1" + ")" * 22,
        "SELECT " + "coalesce(" * 22 + "name" + ")" * 22 + " FROM teams",
        "SELECT * FROM " + "(SELECT * FROM " * 22 + "teams" + ") AS x" * 22,
    ):
        assert isinstance(guarded(sql), GuardedQuery)


def test_grouping_sets_are_counted(guarded: Guarding) -> None:
    """64 ways to group are taken, whether listed or multiplied, and no more."""
    for count, taken in ((64, True), (65, False)):
        sets = ", ".join(["(name)"] * count)
        found = guarded(f"SELECT count(*) FROM teams GROUP BY GROUPING SETS ({sets})")
        assert isinstance(found, GuardedQuery) is taken


def doubled(times: int) -> str:
    """WITHs d0, d1 …, each of which has two of the text of the one before."""
    return ", ".join(
        [
            "d0 AS (SELECT name AS s FROM teams)",
            *(f"d{n + 1} AS (SELECT s || s AS s FROM d{n})" for n in range(times)),
        ]
    )


@pytest.mark.parametrize(("last", "taken"), [("d8", True), ("d9", False)])
def test_texts_grow_through_a_recursion_too(guarded: Guarding, last: str, *, taken: bool) -> None:
    """Its first half sees the WITHs before it: 512 copies are taken, 1,024 are not."""
    found = guarded(
        f"WITH RECURSIVE {doubled(9)}, t AS (SELECT 1 AS n, s || s AS s FROM {last} UNION ALL"
        " SELECT n + 1, s FROM t WHERE n < 3) SELECT s FROM t"
    )
    assert isinstance(found, GuardedQuery) is taken


@pytest.mark.parametrize(("most", "taken"), [(9, True), (99_999, False)])
@pytest.mark.parametrize(
    ("start", "bound"), [("1", "(SELECT x FROM w)"), ("(SELECT x FROM w)", "10")]
)
def test_a_recursion_sees_the_withs_before_it(
    guarded: Guarding, start: str, bound: str, most: int, *, taken: bool
) -> None:
    """A bound that a WITH gives is as large as it is there, and no column of the event."""
    found = guarded(
        f"WITH RECURSIVE w AS (SELECT {most} AS x), t AS (SELECT {start} AS n UNION ALL"
        f" SELECT n + 1 FROM t WHERE n < {bound}) SELECT n FROM t"
    )
    assert isinstance(found, GuardedQuery) is taken
