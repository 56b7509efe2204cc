"""Fences hold the columns that a statement can reach, and leaving out the rest changes nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from pglast import parse_sql

from bot.semantic import SemanticModel, fences, used_columns
from bot.semantic.fences import _nodes
from bot.semantic.sql import read_select

Fetch = Callable[..., Awaitable[list[asyncpg.Record]]]


def used(sql: str, model: SemanticModel) -> dict[str, frozenset[str]]:
    """What is kept for the statement `sql`."""
    return used_columns(_nodes(parse_sql(sql)[0].stmt), model.tables)


@pytest.mark.parametrize(
    ("sql", "kept"),
    [
        ("SELECT count(*) FROM teams", {"teams": ""}),
        ("SELECT t.name FROM teams t WHERE t.seed = 1", {"teams": "name seed"}),
        ("SELECT name FROM teams, divisions", {"teams": "name", "divisions": "name"}),
        ("SELECT 1 FROM teams JOIN players USING (name)", {"teams": "name", "players": "name"}),
        ("SELECT (SELECT max(seed) FROM teams) FROM games", {"teams": "seed", "games": ""}),
        ("SELECT 1 FROM teams ORDER BY seed, name", {"teams": "seed name"}),
        ("SELECT count(*) FILTER (WHERE seed > 1) FROM teams", {"teams": "seed"}),
        ("SELECT sum(1) OVER w FROM teams WINDOW w AS (ORDER BY seed)", {"teams": "seed"}),
        ("WITH x AS (SELECT seed FROM teams) SELECT * FROM x", {"teams": "seed"}),
        ("SELECT * FROM (SELECT seed FROM teams) AS x", {"teams": "seed"}),
    ],
)
def test_only_what_is_named_is_kept(sql: str, kept: dict[str, str], game_stats: Any) -> None:
    """A column that no place of the statement names is left out of its fence."""
    assert used(sql, game_stats) == {name: set(text.split()) for name, text in kept.items()}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM divisions",
        "TABLE divisions",
        "SELECT d.* FROM divisions AS d",
        "SELECT count(d.*) FROM divisions AS d",
        "SELECT d FROM divisions AS d",
        "SELECT row_to_json(divisions) FROM divisions",
        "SELECT d IS NULL FROM divisions AS d",
        "SELECT count(DISTINCT d) FROM divisions AS d",
        "SELECT (SELECT row_to_json(d)) FROM divisions AS d",
        "SELECT (SELECT count(d.*) FROM teams) FROM divisions AS d",
        "SELECT 1 FROM divisions NATURAL JOIN events",
        "SELECT a FROM divisions AS d (a)",
        "SELECT j.a FROM (divisions JOIN events ON true) AS j (a)",
        "SELECT j FROM (divisions JOIN events ON true) AS j",
        "SELECT j.* FROM (divisions JOIN events ON true) AS j",
        "SELECT * FROM (teams JOIN divisions ON true) JOIN events ON true",
        "SELECT x FROM (SELECT * FROM divisions) AS x",
        "WITH divisions AS (SELECT * FROM divisions) SELECT name FROM divisions",
        "SELECT name FROM events UNION (SELECT name FROM teams EXCEPT TABLE divisions)",
    ],
)
def test_a_table_is_whole_where_all_of_it_may_show(sql: str, game_stats: SemanticModel) -> None:
    """Stars, rows as values, renaming by position and NATURAL JOIN keep every column."""
    whole = {column.name for column in game_stats.tables["divisions"].columns}
    assert used(sql, game_stats)["divisions"] == whole


def test_lookups_are_joined_where_they_are_read(game_stats: SemanticModel) -> None:
    """A fence needs the tables behind the columns that it holds, and no others."""

    def made(table: str, *columns: str) -> dict[str, str]:
        found = fences(game_stats, [table], {table: frozenset(columns)})
        return {fence.name: fence.body for fence in found}

    assert list(made("games", "id", "status")) == ["games"]
    assert list(made("games", "winner")) == ["teams", "games"]
    assert "seed" not in made("games", "winner")["teams"]
    assert list(made("mvp_nominations", "team")) == ["players", "mvp_nominations"]
    assert list(made("teams")) == ["teams"]


def test_a_lookup_along_the_path_needs_no_fence(game_stats: SemanticModel) -> None:
    """What the cut is joined over anyway is read there: a team's division, a player's too."""
    for table, columns in (("teams", "division event"), ("players", "team division")):
        found = fences(game_stats, [table], {table: frozenset(columns.split())})
        assert [fence.name for fence in found] == [table]
        assert "LEFT JOIN" not in found[0].body


def test_a_fence_is_the_same_for_equal_columns(game_stats: SemanticModel) -> None:
    """All columns by name are the table's fences as they are without a list."""
    for name, table in game_stats.tables.items():
        every = frozenset(column.name for column in table.columns)
        assert fences(game_stats, [name], {name: every}) == fences(game_stats, [name])


@pytest.mark.parametrize("table", ["teams", "players", "games", "standings", "pool_standings"])
async def test_rows_come_in_an_order_of_their_own(
    table: str, game_stats: SemanticModel, places: Any, fetch: Fetch
) -> None:
    """The first rows without ORDER BY are the same beside other events as alone."""
    column = game_stats.tables[table].columns[-1].name
    (*_, fence) = made = fences(game_stats, [table], {table: frozenset({column})})
    parts = ", ".join(f"{each.name} AS MATERIALIZED ({each.body})" for each in made)
    sql = f"WITH {parts} SELECT * FROM (SELECT {column} FROM {fence.name} LIMIT 7) AS answer"
    event = places["spring-classic"].events[0].id
    alone = await fetch(places["spring-classic"].reader_url, sql, [event])
    assert alone == await fetch(places["all"].reader_url, sql, [event])
    assert alone


STATEMENTS = (
    "SELECT count(*) FROM teams",
    "SELECT count(*), max(seed) FROM teams WHERE division = 'Open'",
    "SELECT event, division, count(*) FROM teams GROUP BY event, division",
    "SELECT winner FROM games",
    "SELECT g.home_team, p.name FROM games AS g JOIN players AS p ON p.team_id = g.home_team_id",
    "SELECT * FROM teams NATURAL LEFT JOIN divisions",
    "SELECT * FROM teams JOIN players USING (division)",
    "SELECT name FROM teams LEFT JOIN players USING (name)",
    "SELECT name FROM teams, divisions",
    "SELECT d FROM divisions AS d",
    "SELECT a, b FROM divisions AS d (a, b)",
    "SELECT row_to_json(x) FROM (SELECT name, seed FROM teams) AS x",
    "SELECT count(j) FROM (divisions AS d JOIN events AS e ON e.id = d.event_id) AS j",
    "SELECT (SELECT max(seed) FROM teams AS t WHERE t.division_id = d.id) FROM divisions AS d",
    "SELECT seed FROM divisions",
    "SELECT name FROM teams WHERE EXISTS (SELECT * FROM players WHERE team_id = teams.id)",
    "SELECT team, rank FROM standings",
    "SELECT spirit_average FROM standings",
    "SELECT count(*) FROM standings",
    "SELECT pool, team, win_percentage FROM pool_standings",
    "SELECT result, count(*) FROM team_games GROUP BY result",
    "TABLE fields",
)


@pytest.mark.parametrize("sql", STATEMENTS)
async def test_what_is_left_out_changes_nothing(
    sql: str, game_stats: SemanticModel, places: Any, fetch: Fetch
) -> None:
    """The same rows, or the same error, with the columns used and with all of them."""
    place, outcomes = places["all"], []
    tables = read_select(sql, game_stats.tables).tables
    for columns in (None, used(sql, game_stats)):
        made = fences(game_stats, tables, columns)
        parts = ", ".join(f"{fence.name} AS MATERIALIZED ({fence.body})" for fence in made)
        try:
            rows = await fetch(
                place.reader_url,
                f"WITH {parts} SELECT * FROM ({sql}) AS answer",
                [event.id for event in place.events[:2]],
            )
        except asyncpg.PostgresError as error:
            outcomes.append([error.sqlstate])
        else:
            outcomes.append(sorted(repr(row) for row in rows))
    assert outcomes[0] == outcomes[1]
    assert outcomes[0]
