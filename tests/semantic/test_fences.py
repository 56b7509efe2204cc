"""Fences on real PostgreSQL: the bound events' rows, all of them, and nothing of any other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from pglast import ast, parse_sql

from bot.semantic import SemanticModel, fences, load

Fetch = Callable[..., Awaitable[list[asyncpg.Record]]]
Inside = Callable[..., str]

TABLES = (
    *("standings", "pool_standings", "games", "team_games", "teams", "players", "player_stats"),
    *("spirit_scores", "divisions", "game_rounds", "events", "fields", "locations"),
    *("game_events", "mvp_nominations", "spirit_nominations"),
)

_DIVISIONS = "SELECT id FROM division_pools WHERE deleted_at IS NULL AND event_division_pools = $1"
_TEAMS = f"SELECT id FROM teams WHERE deleted_at IS NULL AND division_pool_teams IN ({_DIVISIONS})"
_GAMES = f"SELECT id FROM games WHERE deleted_at IS NULL AND division_pool_games IN ({_DIVISIONS})"
_SCORES = (
    f"SELECT id FROM spirit_scores WHERE deleted_at IS NULL AND game_spirit_scores IN ({_GAMES})"
)
_PLAYED = f"{_GAMES} AND status IN ('finished', 'ended', 'completed')"

PHYSICAL = {
    "standings": _TEAMS,
    "games": _GAMES,
    "team_games": f"SELECT t.id FROM teams AS t JOIN games AS g ON t.id IN (g.team_home_games,"
    f" g.team_away_games) WHERE t.id IN ({_TEAMS}) AND g.id IN ({_PLAYED})",
    "teams": _TEAMS,
    "players": f"SELECT id FROM players WHERE deleted_at IS NULL AND team_players IN ({_TEAMS})",
    "player_stats": f"SELECT id FROM scorings WHERE deleted_at IS NULL"
    f" AND game_scores IN ({_GAMES})",
    "spirit_scores": _SCORES,
    "divisions": _DIVISIONS,
    "game_rounds": "SELECT id FROM game_rounds WHERE deleted_at IS NULL AND event_game_rounds = $1",
    "events": "SELECT id FROM events WHERE id = $1",
    "fields": f"SELECT id FROM fields WHERE deleted_at IS NULL AND id IN"
    f" (SELECT field_games FROM games WHERE id IN ({_GAMES}))",
    "game_events": f"SELECT id FROM game_events WHERE deleted_at IS NULL"
    f" AND game_game_events IN ({_GAMES})",
    "mvp_nominations": f"SELECT id FROM mvp_nominations"
    f" WHERE spirit_score_mvp_nominations IN ({_SCORES})",
    "spirit_nominations": f"SELECT id FROM spirit_nominations"
    f" WHERE spirit_score_spirit_nominations IN ({_SCORES})",
}
"""What each table holds of an event, said once more over the physical tables."""


def test_the_model_lists_these_tables(game_stats: SemanticModel) -> None:
    """The tables that these tests go over are all that there are."""
    assert sorted(game_stats.tables) == sorted(TABLES)


def test_fences_come_after_what_they_read(game_stats: SemanticModel) -> None:
    """Each fence stands once, behind every fence that its body names."""
    for table in TABLES:
        made = fences(game_stats, [table, table])
        names = [fence.name for fence in made]
        assert names[-1] == table
        assert len(set(names)) == len(names)
        for index, fence in enumerate(made):
            assert set(fence.needs) <= set(names[:index])


def test_an_unknown_table_has_no_fence(game_stats: SemanticModel) -> None:
    """A name that the model does not list is a KeyError, never an open fence."""
    with pytest.raises(KeyError):
        fences(game_stats, ["users"])


def test_the_cut_is_closed_before_anything_is_computed(game_stats: SemanticModel) -> None:
    """Expressions and lookups stand outside a subquery of bare columns that ends with OFFSET 0."""
    for table in PHYSICAL.keys() - {"standings", "team_games"}:
        (statement,) = parse_sql(fences(game_stats, [table])[-1].body)
        cut = _cut(statement.stmt)
        assert cut.limitOffset is not None
        assert all(isinstance(target.val, ast.ColumnRef) for target in cut.targetList)


def _cut(select: ast.SelectStmt) -> ast.SelectStmt:
    """The innermost subquery, which reads the physical tables."""
    source = select.fromClause[0]
    while isinstance(source, ast.JoinExpr):
        source = source.larg
    return _cut(source.subquery) if isinstance(source, ast.RangeSubselect) else select


@pytest.mark.parametrize("table", TABLES)
async def test_a_fence_has_the_declared_columns(
    table: str, game_stats: SemanticModel, places: Any, inside: Inside
) -> None:
    """Names, order and types are exactly those of the model."""
    short = {"integer": "int4", "bigint": "int8", "boolean": "bool", "double precision": "float8"}
    connection = await asyncpg.connect(places["all"].owner_url)
    try:
        await connection.execute("SET search_path = ''")
        statement = await connection.prepare(inside(f"SELECT * FROM {table}"))
        found = [(each.name, each.type.name) for each in statement.get_attributes()]
        assert [parameter.name for parameter in statement.get_parameters()] == ["uuid[]"]
    finally:
        await connection.close()
    columns = game_stats.tables[table].columns
    assert found == [(each.name, short.get(each.type, each.type)) for each in columns]


@pytest.mark.parametrize("table", sorted(PHYSICAL))
async def test_a_fence_holds_all_that_the_event_has(
    table: str, places: Any, fetch: Fetch, inside: Inside
) -> None:
    """Counts equal those taken by hand over the physical tables, deleted rows left out."""
    place = places["all"]
    for event in place.events:
        rows = await fetch(place.reader_url, inside(f"SELECT * FROM {table}"), [event.id])
        connection = await asyncpg.connect(place.owner_url)
        wanted = await connection.fetch(PHYSICAL[table], event.id)
        await connection.close()
        assert len(rows) == len(wanted)
        key = "team_id" if table == "standings" else "id"
        if rows and key in rows[0]:
            assert {row[key] for row in rows} == {row["id"] for row in wanted}


@pytest.mark.parametrize("table", TABLES)
async def test_other_events_change_nothing(
    table: str, places: Any, fetch: Fetch, inside: Inside
) -> None:
    """An event's rows are the same beside other events as where it is alone."""
    sql = inside(f"SELECT * FROM {table}")
    for slug in ("spring-classic", "winter-cup", "autumn-open"):
        alone = places[slug]
        event = alone.events[0].id
        together = await fetch(places["all"].reader_url, sql, [event])
        assert _rows(together) == _rows(await fetch(alone.reader_url, sql, [event]))


@pytest.mark.parametrize("table", TABLES)
async def test_two_events_are_both_and_no_third(
    table: str, places: Any, fetch: Fetch, inside: Inside
) -> None:
    """A binding of two events holds the rows of each; standings are ranked in each."""
    place, sql = places["all"], inside(f"SELECT * FROM {table}")
    first, second = place.events[0].id, place.events[1].id
    both = await fetch(place.reader_url, sql, [first, second])
    each = [await fetch(place.reader_url, sql, [event]) for event in (first, second)]
    assert _rows(both) == _rows(each[0]) | _rows(each[1])  # places may be shared


@pytest.mark.parametrize("table", TABLES)
async def test_no_event_is_no_row(table: str, places: Any, fetch: Fetch, inside: Inside) -> None:
    """Without a bound event, and with one that does not exist, every table is empty."""
    place, sql = places["all"], inside(f"SELECT * FROM {table}")
    assert await fetch(place.owner_url, sql, []) == []
    assert await fetch(place.owner_url, sql, [UUID(int=0)]) == []


async def test_a_team_of_another_event_stays_unnamed(
    fresh_database: Any, places: Any, fetch: Fetch, inside: Inside
) -> None:
    """A game that points at another event's team, round or player shows no name of theirs."""
    from bot.demo.sample import SampleSpec, load_sample

    url = await fresh_database()
    mine, other, *_ = await load_sample(url, SampleSpec())
    connection = await asyncpg.connect(url)
    foreign = await connection.fetchrow(
        "SELECT t.id AS team, t.name, p.id AS player, r.id AS round FROM teams AS t"
        " JOIN players AS p ON p.team_players = t.id AND p.deleted_at IS NULL"
        " JOIN division_pools AS d ON d.id = t.division_pool_teams"
        " JOIN game_rounds AS r ON r.event_game_rounds = d.event_division_pools"
        " WHERE d.event_division_pools = $1 AND t.deleted_at IS NULL LIMIT 1",
        other.id,
    )
    game = await connection.fetchval(
        "SELECT g.id FROM games AS g JOIN division_pools AS d ON d.id = g.division_pool_games"
        " WHERE d.event_division_pools = $1 AND g.status = 'finished' AND g.deleted_at IS NULL"
        " AND g.home_team_score > g.away_team_score LIMIT 1",
        mine.id,
    )
    await connection.execute(
        "UPDATE games SET team_home_games = $2, game_round_games = $3 WHERE id = $1",
        *(game, foreign["team"], foreign["round"]),
    )
    await connection.execute(
        "UPDATE scorings SET player_scores = $2 WHERE id ="
        " (SELECT id FROM scorings WHERE game_scores = $1 AND deleted_at IS NULL LIMIT 1)",
        *(game, foreign["player"]),
    )
    await connection.close()
    (row,) = await fetch(url, inside(f"SELECT * FROM games WHERE id = '{game}'"), [mine.id])
    assert (row["home_team"], row["winner"], row["round"]) == (None, None, None)
    assert row["away_team"] is not None
    sides = await fetch(
        url, inside(f"SELECT * FROM team_games WHERE game_id = '{game}'"), [mine.id]
    )
    assert [(side["team"], side["opponent"]) for side in sides] == [(row["away_team"], None)]
    stats = await fetch(
        url, inside("SELECT * FROM player_stats WHERE player IS NULL OR team IS NULL"), [mine.id]
    )
    assert [(stat["game_id"], stat["player"], stat["team"]) for stat in stats] == [
        (game, None, None)
    ]


async def test_a_deleted_parent_hides_what_hangs_on_it(
    fresh_database: Any, fetch: Fetch, inside: Inside
) -> None:
    """Rows of a deleted division are gone with it; those of a deleted event, all of them."""
    from bot.demo.sample import SampleSpec, load_sample

    url = await fresh_database()
    (event,) = await load_sample(url, SampleSpec(only=(1,)))
    connection = await asyncpg.connect(url)
    await connection.execute("UPDATE division_pools SET deleted_at = now() WHERE name = 'Open'")
    for table in ("teams", "games", "players", "player_stats", "spirit_scores", "standings"):
        rows = await fetch(url, inside(f"SELECT DISTINCT division FROM {table}"), [event.id])
        assert sorted(row["division"] for row in rows) == ["Mixed", "Women"]
    await connection.execute("UPDATE events SET deleted_at = now()")
    await connection.close()
    for table in TABLES:
        assert await fetch(url, inside(f"SELECT * FROM {table}"), [event.id]) == []


async def test_an_expression_never_meets_another_events_row(
    fresh_database: Any, fetch: Fetch, inside: Inside, small: Callable[..., Any]
) -> None:
    """An expression that would fail on another event's row does not fail."""
    model = load(small("expression: wins - losses", "expression: wins / losses"))
    url, mine, other = await fresh_database(), UUID(int=1), UUID(int=2)
    connection = await asyncpg.connect(url)
    await connection.execute(
        "CREATE TABLE tournaments (id uuid PRIMARY KEY, slug text, name text, status text,"
        " start_date timestamptz, end_date timestamptz, deleted_at timestamptz);"
        "CREATE TABLE grounds (id uuid PRIMARY KEY, name text);"
        "CREATE TABLE teams (id uuid PRIMARY KEY, name text, event_teams uuid, ground_teams uuid,"
        " wins integer, losses integer);"
        f"INSERT INTO tournaments (id, name) VALUES ('{mine}', 'Mine'), ('{other}', 'Other');"
        f"INSERT INTO teams (id, name, event_teams, wins, losses) VALUES"
        f" (gen_random_uuid(), 'Tides', '{mine}', 6, 3),"
        f" (gen_random_uuid(), 'Sharks', '{other}', 1, 0)"
    )
    await connection.close()
    sql = inside("SELECT name, event, strength FROM teams WHERE strength > 0", model)
    assert [tuple(row) for row in await fetch(url, sql, [mine])] == [("Tides", "Mine", 2)]
    with pytest.raises(asyncpg.DivisionByZeroError):
        await fetch(url, sql, [other])


def _rows(rows: list[asyncpg.Record]) -> Counter[tuple[object, ...]]:
    return Counter(tuple(row.values()) for row in rows)
