"""One statement in, one isolated query or a refusal out."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from bot.domain import Code, GuardedQuery, Refusal

Guarding = Callable[..., GuardedQuery | Refusal]


def test_the_query_stands_inside_its_fences(guarded: Guarding) -> None:
    """Each table named becomes a MATERIALIZED fence; the query is whole in a subquery."""
    query = guarded("SELECT name FROM teams ORDER BY seed LIMIT 3")
    assert isinstance(query, GuardedQuery)
    assert query.sql.startswith('WITH "')
    assert '"teams" AS MATERIALIZED (' in query.sql
    assert query.sql.endswith(
        "SELECT * FROM (SELECT name FROM teams ORDER BY seed LIMIT 3) AS answer"
    )
    assert query.tables == ("teams",)
    assert query.events == (UUID(int=1),)


def test_what_people_see_has_no_fence(guarded: Guarding) -> None:
    """The text shown is the query alone, laid out over lines."""
    query = guarded("select t.name from public.teams t where t.seed=1")
    assert isinstance(query, GuardedQuery)
    assert query.shown == "SELECT\n  t.name\nFROM teams AS t\nWHERE\n  t.seed = 1"


def test_comments_do_not_survive(guarded: Guarding) -> None:
    """A comment is neither run nor shown."""
    query = guarded("SELECT name /* secret */ FROM teams -- secret\n")
    assert isinstance(query, GuardedQuery)
    assert "secret" not in query.sql + query.shown


def test_a_query_without_tables_takes_the_parameter(guarded: Guarding) -> None:
    """Every guarded query has $1, so that the runner need not tell them apart."""
    query = guarded("SELECT 1 + 1")
    assert isinstance(query, GuardedQuery)
    assert query.tables == ()
    assert "$1::uuid[]" in query.sql


def test_backslashes_are_written_safely(guarded: Guarding) -> None:
    """A string with a backslash means the same under either standard_conforming_strings."""
    query = guarded(r"SELECT name FROM teams WHERE name = 'a\'")
    assert isinstance(query, GuardedQuery)
    assert r"E'a\\'" in query.sql


@pytest.mark.parametrize(
    ("sql", "group"),
    [
        ("SELECT t.name, count(*) FROM teams t GROUP BY t.id", "t.id, t.name"),
        ("SELECT id, name FROM teams GROUP BY 1", "1, teams.name"),
        ("SELECT t.id AS x, t.name FROM teams t GROUP BY x", "x, t.name"),
        (
            "SELECT t.name FROM teams t GROUP BY t.id HAVING t.seed > 1 ORDER BY t.division",
            "t.id, t.division, t.name, t.seed",
        ),
        ("SELECT t.name FROM teams t GROUP BY t.division, t.id", "t.division, t.id, t.name"),
        ("SELECT t.division FROM teams t GROUP BY t.division", "t.division"),
    ],
)
def test_a_grouped_key_brings_its_columns(guarded: Guarding, sql: str, group: str) -> None:
    """GROUP BY a primary key lets other columns of that table be selected, as on a table."""
    query = guarded(sql)
    assert isinstance(query, GuardedQuery)
    assert f"GROUP BY {group}" in query.sql


@pytest.mark.parametrize(
    ("sql", "code", "names"),
    [
        ("SELECT goals FROM games", Code.UNKNOWN_COLUMN, ("player_stats.goals",)),
        ("SELECT t.goals FROM teams t", Code.UNKNOWN_COLUMN, ("player_stats.goals",)),
        ("SELECT name FROM game_teams", Code.UNKNOWN_TABLE, ("teams", "games")),
        ("SELECT x.name FROM teams AS t", Code.UNKNOWN_TABLE, ("t",)),
    ],
)
def test_unknown_names_bring_the_nearest(
    guarded: Guarding, sql: str, code: Code, names: tuple[str, ...]
) -> None:
    """A refusal of a name carries the real names that it is likely to mean, and says them."""
    refusal = guarded(sql)
    assert isinstance(refusal, Refusal)
    assert refusal.code is code
    assert refusal.names[: len(names)] == names
    assert names[0] in refusal.message


def test_an_output_is_no_column(guarded: Guarding) -> None:
    """WHERE with an aggregate's name says what to write, as the repair needs it."""
    refusal = guarded("SELECT division, count(*) AS n FROM teams WHERE n > 3 GROUP BY division")
    assert isinstance(refusal, Refusal)
    assert refusal.code is Code.UNKNOWN_COLUMN
    assert refusal.message == '"n" is an output and no column: repeat its expression here.'
