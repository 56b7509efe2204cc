"""Scopes that are easily got wrong, and the check of dotted names alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.domain import Code, GuardedQuery, Refusal
from bot.guard.dots import check_dots
from bot.guard.parse import parse
from bot.guard.refusals import Refused

Guarding = Callable[..., GuardedQuery | Refusal]


LEFT = "(SELECT 1 AS p, 2 AS q) AS x"
RIGHT = "(SELECT 2 AS q, 3 AS r) AS y"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT (WITH x AS (SELECT t.seed AS s) SELECT s FROM x) FROM teams t",
        "SELECT (SELECT t.seed UNION SELECT 1 LIMIT 1) FROM teams t",
        "SELECT (SELECT 1 UNION SELECT t.seed LIMIT 1) FROM teams t",
        "SELECT (SELECT 1 AS n UNION SELECT 2 ORDER BY n LIMIT t.seed) FROM teams t",
        "SELECT 1 AS n UNION SELECT 2 ORDER BY n LIMIT (SELECT count(*) FROM teams)",
        (
            "WITH a AS (SELECT seed FROM teams) SELECT 1 AS n UNION SELECT 2 ORDER BY n "
            "LIMIT (SELECT count(*) FROM a)"
        ),
        "WITH a AS (SELECT 1 AS n) SELECT (WITH RECURSIVE b AS (SELECT n FROM a) SELECT n FROM b)",
        (
            "SELECT j.city, j.team FROM divisions d, (fields f JOIN locations l "
            "ON l.id = f.location_id CROSS JOIN (SELECT name AS team FROM teams) x) AS j, teams"
        ),
        "SELECT u.team_id FROM players p JOIN team_games g USING (team_id) AS u",
        "SELECT v.column2, column1 FROM (VALUES (1, 2)) AS v",
        (
            "SELECT s.id, s.roster FROM (SELECT * FROM teams t JOIN (SELECT team_id AS id, "
            "count(*) AS roster FROM players GROUP BY team_id) p USING (id)) AS s"
        ),
        (
            "SELECT s.anything FROM (SELECT * FROM (teams NATURAL JOIN (SELECT 1 AS anything) a) "
            "CROSS JOIN (SELECT 2 AS more) b) AS s"
        ),
        "SELECT s.one, s.lower FROM (SELECT 1 AS one, lower('A')) AS s",
        'SELECT s."?column?" FROM (SELECT 1) AS s',
        'SELECT s."?column?" FROM (SELECT 1 + 1) AS s',
        "SELECT s.a, s.b FROM (SELECT x.* FROM (SELECT 1 AS a, 2 AS b) AS x) AS s",
        "SELECT e.key, e.value, e.ordinality FROM json_each('{}') WITH ORDINALITY AS e",
        "SELECT e.k, e.value FROM json_each('{}') AS e(k)",
        # Columns that USING or NATURAL merges come first, so that nobody renames others by place.
        f"SELECT s.p FROM (SELECT * FROM {LEFT} JOIN {RIGHT} USING (q)) AS s(a)",
        f"SELECT s.p FROM (SELECT * FROM {LEFT} NATURAL JOIN {RIGHT}) AS s(a)",
        (
            f"SELECT s.p FROM (SELECT * FROM ({LEFT} JOIN {RIGHT} USING (q)) "
            "CROSS JOIN (SELECT 9 AS w) AS z) AS s(a)"
        ),
        "SELECT d.name FROM divisions d, (fields f JOIN locations l ON true) AS j",
        "SELECT item.value, item FROM json_array_elements('[]') AS item",
        (
            "SELECT o.o, json_object_keys.json_object_keys FROM json_object_keys('{}'), "
            "json_object_keys('{}') AS o"
        ),
    ],
)
def test_a_name_in_scope_is_found(guarded: Guarding, sql: str) -> None:
    """What PostgreSQL's scoping finds is taken without a mending."""
    found = guarded(sql)
    assert isinstance(found, GuardedQuery), found.message
    assert found.mended == ()


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT 1 FROM teams t, (SELECT t.seed) AS x", Code.UNKNOWN_TABLE),
        ("SELECT t.name FROM (teams t JOIN players p ON p.team_id = t.id) AS j", None),
        ("SELECT j.nothing FROM (fields f JOIN locations l ON true) AS j", Code.UNKNOWN_COLUMN),
        ("SELECT u.nothing FROM players JOIN team_games USING (team_id) AS u", None),
        ("SELECT v.column3 FROM (VALUES (1, 2)) AS v", Code.UNKNOWN_COLUMN),
        ("SELECT v.column0 FROM (VALUES (1, 2)) AS v", Code.UNKNOWN_COLUMN),
        ("SELECT s.nothing FROM (SELECT lower('A')) AS s", Code.UNKNOWN_COLUMN),
        ("SELECT s.nothing FROM (SELECT 1) AS s", Code.UNKNOWN_COLUMN),
        ("SELECT s.nothing FROM (SELECT 1 + 1) AS s", Code.UNKNOWN_COLUMN),
        (f"SELECT s.q FROM (SELECT x.p FROM {LEFT}, {RIGHT}) AS s", Code.UNKNOWN_COLUMN),
        (f"SELECT s.r FROM (SELECT x.* FROM {LEFT}, {RIGHT}) AS s", Code.UNKNOWN_COLUMN),
        ("SELECT s.nothing FROM (SELECT public.teams.* FROM teams) AS s", Code.UNKNOWN_COLUMN),
        ("SELECT s.a FROM (SELECT nobody.* FROM teams) AS s", Code.UNKNOWN_TABLE),
        ("SELECT s.nothing FROM (SELECT true AND false) AS s", Code.UNKNOWN_COLUMN),
        ("SELECT e.nothing FROM json_each('{}') AS e", Code.UNKNOWN_COLUMN),
        ("SELECT e.key FROM json_each('{}') AS e(k)", Code.UNKNOWN_COLUMN),
        ("SELECT u.value FROM unnest(ARRAY[1]) AS u", Code.UNKNOWN_COLUMN),
    ],
)
def test_a_name_out_of_scope_is_refused(guarded: Guarding, sql: str, code: Code | None) -> None:
    """What PostgreSQL's scoping does not find is refused, whatever stands near."""
    found = guarded(sql)
    assert isinstance(found, Refusal)
    assert code is None or found.code is code


LISTED = {"name", "seed"}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT g.pg_sleep FROM unnest(ARRAY[1.0]) AS g",
        "SELECT (SELECT g.pg_sleep) FROM unnest(ARRAY[1.0]) AS g",
        "SELECT u.regclass FROM unnest(ARRAY['a']) AS u(x)",
        "SELECT public.u.regclass FROM unnest(ARRAY['a']) AS u",
        "SELECT e.pg_typeof FROM json_each('{}') AS e",
        "SELECT g.ordinality FROM unnest(ARRAY[1]) AS g",
        "SELECT g.a FROM unnest(ARRAY[1]) AS g(b) UNION SELECT g.a FROM unnest(ARRAY[1]) AS g(a)",
        # A name that is a column of one function is none of the other that goes by the same.
        "SELECT g.a FROM unnest(ARRAY[1]) AS g(a) UNION SELECT g.b FROM unnest(ARRAY[1]) AS g(b)",
    ],
)
def test_dots_alone_refuses_a_call(sql: str) -> None:
    """The check of dotted names does not lean on the one that resolves names."""
    with pytest.raises(Refused) as refused:
        check_dots(parse(sql), LISTED)
    assert refused.value.code is Code.UNKNOWN_COLUMN


def test_the_columns_of_the_function_come_with_the_refusal() -> None:
    """Whoever asked is told what the function has."""
    with pytest.raises(Refused) as refused:
        check_dots(parse("SELECT e.pg_typeof FROM json_each('{}') AS e"), LISTED)
    assert refused.value.names == ("e.key", "e.value")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT g.g, g.name, t.anything FROM unnest(ARRAY[1.0]) AS g, t",
        "SELECT g.a, g.ordinality FROM unnest(ARRAY[1.0]) WITH ORDINALITY AS g(a)",
        "SELECT pg_sleep FROM unnest(ARRAY[1.0]) AS g",
    ],
)
def test_dots_alone_takes_columns(sql: str) -> None:
    """Columns of the function, listed names and what stands without a dot pass."""
    check_dots(parse(sql), LISTED)
