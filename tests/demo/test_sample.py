"""The sample is the same every time, adds up, and holds the traps that real data has."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import date

import asyncpg
import pytest

from bot.demo.sample import SampleDatabase, SampleError, SampleSpec, load_sample
from bot.demo.sample.load import make_rows
from bot.demo.sample.names import team_name
from bot.demo.sample.rows import COLUMNS

FreshDatabase = Callable[[], Awaitable[str]]

OVER = "status IN ('finished', 'ended', 'completed') AND deleted_at IS NULL"
SOFT_DELETED = tuple(table for table in COLUMNS if "deleted_at" in COLUMNS[table])


@pytest.fixture
async def owner(tournament: SampleDatabase) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sees everything."""
    connection = await asyncpg.connect(tournament.owner_url)
    yield connection
    await connection.close()


def everything(spec: SampleSpec) -> dict[str, list[tuple[object, ...]]]:
    """All rows of a sample, by table."""
    tables: dict[str, list[tuple[object, ...]]] = {}
    for rows in make_rows(spec):
        for table, records in rows.in_order():
            tables.setdefault(table, []).extend(records)
    return tables


# The same every time.


def test_equal_specs_give_equal_rows() -> None:
    """Two makings of one spec do not differ in any value."""
    assert everything(SampleSpec()) == everything(SampleSpec())


def test_seeds_differ() -> None:
    """Another seed makes other players."""
    other = everything(SampleSpec(seed=1))
    assert everything(SampleSpec())["players"] != other["players"]


def test_another_luck_keeps_who_plays_and_changes_how_it_goes() -> None:
    """Names, seeds, pools and days stay; captains, scores and winners do not."""
    one, other = everything(SampleSpec()), everything(SampleSpec(luck=1))

    def column(rows: dict[str, list[tuple[object, ...]]], table: str, *names: str) -> list[object]:
        places = [COLUMNS[table].index(name) for name in names]
        kept = [row for row in rows[table] if row[COLUMNS[table].index("deleted_at")] is None]
        return sorted(str([row[place] for place in places]) for row in kept)

    for table, names in {
        "events": ("id", "name", "start_date"),
        "teams": ("name", "initial_seed"),
        "fields": ("name",),
        "game_rounds": ("id", "name"),
    }.items():
        assert column(one, table, *names) == column(other, table, *names)
    assert column(one, "players", "id", "is_captain") != column(
        other, "players", "id", "is_captain"
    )
    scores = ("team_home_games", "home_team_score", "away_team_score")
    assert column(one, "games", *scores) != column(other, "games", *scores)
    assert column(one, "teams", "id", "final_placement") != column(
        other, "teams", "id", "final_placement"
    )


def test_events_do_not_depend_on_each_other() -> None:
    """Every row of an event alone is among the rows of all, and nothing else is."""
    whole = everything(SampleSpec())
    alone = [everything(SampleSpec(only=(number,))) for number in range(3)]
    for table in ("teams", "players", "games", "scorings", "spirit_scores", "game_events"):
        together = [row for part in alone for row in part[table]]
        assert len(set(together)) == len(together)
        assert set(together) <= set(whole[table])
    for table in ("users", "locations", "fields", "countries", "disciplines"):
        assert alone[0][table] == alone[1][table] == whole[table]


async def test_a_database_of_one_event_has_the_same_rows(
    tournament: SampleDatabase, owner: asyncpg.Connection, fresh_database: FreshDatabase
) -> None:
    """PostgreSQL stores event 0 alike alone and beside the others."""
    url = await fresh_database()
    alone = await load_sample(url, SampleSpec(only=(0,)))
    assert alone == tournament.events[:1]
    connection = await asyncpg.connect(url)
    try:
        assert await connection.fetchval("SELECT count(*) FROM events") == 1
        for table in ("games", "players", "scorings", "game_events", "spirit_scores", "fields"):
            query = f"SELECT t::text FROM public.{table} t ORDER BY id"
            own = {row[0] for row in await connection.fetch(query)}
            assert own
            assert own <= {row[0] for row in await owner.fetch(query)}
    finally:
        await connection.close()


async def test_loading_again_changes_nothing(fresh_database: FreshDatabase) -> None:
    """The same sample is left alone, another day's replaces it under the same event ids."""
    url = await fresh_database()
    spec = SampleSpec(only=(0,))
    first = await load_sample(url, spec)
    assert await load_sample(url, spec) == first
    (moved,) = await load_sample(url, replace(spec, today=date(2026, 6, 6)))
    assert moved.id == first[0].id
    assert moved.starts_at.date() == date(2026, 6, 5)


async def test_strangers_tables_are_never_touched(fresh_database: FreshDatabase) -> None:
    """A database with tables of somebody else's is refused and stays as it is."""
    url = await fresh_database()
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("CREATE TABLE events (precious text)")
        with pytest.raises(SampleError, match="holds no sample"):
            await load_sample(url, SampleSpec(only=(0,)))
        columns = "SELECT column_name FROM information_schema.columns WHERE table_name = 'events'"
        assert await connection.fetchval(columns) == "precious"
    finally:
        await connection.close()


def test_team_names_are_unique_over_a_thousand_events() -> None:
    """No two of 36,000 teams share a name."""
    names = {team_name(event, number) for event in range(-2, 1_000) for number in range(36)}
    assert len(names) == 1_002 * 36


@pytest.mark.parametrize("sizes", [(7, 16), (8, 21), (16, 8)])
def test_impossible_sizes_are_refused(sizes: tuple[int, int]) -> None:
    """Divisions that the brackets cannot hold are an error at once."""
    with pytest.raises(ValueError, match="8 to 20"):
        SampleSpec(teams=sizes)


@pytest.mark.parametrize("size", range(8, 21))
def test_every_size_of_division_plays_through(size: int) -> None:
    """An event that is over gives each team of each size one place."""
    spec = SampleSpec(divisions=1, teams=(size, size), only=(1,))
    place, gone = COLUMNS["teams"].index("final_placement"), COLUMNS["teams"].index("deleted_at")
    teams = everything(spec)["teams"]
    places = sorted(row[place] for row in teams if row[gone] is None and row[place])
    assert places == list(range(1, size + 1))


# It adds up.


async def test_scorings_add_up_to_scores(owner: asyncpg.Connection) -> None:
    """In every game a team's score is the sum of its players' goals."""
    rows = await owner.fetch(
        """
        SELECT g.name FROM games g CROSS JOIN LATERAL
            (VALUES (team_home_games, home_team_score), (team_away_games, away_team_score))
            AS side (team, score)
        WHERE g.deleted_at IS NULL AND score <> (
            SELECT coalesce(sum(s.goals), 0) FROM scorings s
            JOIN players p ON p.id = s.player_scores
            WHERE s.game_scores = g.id AND p.team_players = team AND s.deleted_at IS NULL)
        """
    )
    assert rows == []


async def test_goal_events_add_up_to_scores(owner: asyncpg.Connection) -> None:
    """In every game there is one goal event a goal, of the right team."""
    rows = await owner.fetch(
        """
        SELECT g.name FROM games g CROSS JOIN LATERAL
            (VALUES (team_home_games, home_team_score), (team_away_games, away_team_score))
            AS side (team, score)
        WHERE g.deleted_at IS NULL AND score <> (
            SELECT count(*) FROM game_events e
            WHERE e.game_game_events = g.id AND e.event_type = 'goal' AND e.deleted_at IS NULL
            AND e.metadata ->> 'team_id' = team::text)
        """
    )
    assert rows == []


async def test_counts_kept_beside_the_rows_are_right(owner: asyncpg.Connection) -> None:
    """An event's teams_count and games_count are those of its rows that stand."""
    rows = await owner.fetch(
        """
        SELECT e.slug FROM events e WHERE (teams_count, games_count) <> (
            (SELECT count(*) FROM teams t JOIN division_pools d ON d.id = t.division_pool_teams
             WHERE d.event_division_pools = e.id AND t.deleted_at IS NULL
             AND d.deleted_at IS NULL),
            (SELECT count(*) FROM games g JOIN division_pools d ON d.id = g.division_pool_games
             WHERE d.event_division_pools = e.id AND g.deleted_at IS NULL))
        """
    )
    assert rows == []


async def test_games_stay_within_their_event(owner: asyncpg.Connection) -> None:
    """A game's teams are of its division, its round of its event, its field of the location."""
    rows = await owner.fetch(
        """
        SELECT g.name FROM games g
        JOIN division_pools d ON d.id = g.division_pool_games
        JOIN events e ON e.id = d.event_division_pools
        JOIN fields f ON f.id = g.field_games
        JOIN teams h ON h.id = g.team_home_games JOIN teams a ON a.id = g.team_away_games
        LEFT JOIN game_rounds r ON r.id = g.game_round_games
        WHERE h.division_pool_teams <> d.id OR a.division_pool_teams <> d.id
        OR r.event_game_rounds <> e.id OR f.location_fields <> e.location_events
        """
    )
    assert rows == []


async def test_nobody_plays_two_games_at_once(owner: asyncpg.Connection) -> None:
    """A team or a field has one game at a time."""
    rows = await owner.fetch(
        """
        SELECT who, scheduled_time FROM games CROSS JOIN LATERAL
            unnest(ARRAY[team_home_games, team_away_games, field_games]) AS who
        WHERE deleted_at IS NULL GROUP BY who, scheduled_time, division_pool_games
        HAVING count(*) > 1
        """
    )
    assert rows == []


async def test_rosters_have_one_of_each_captain(owner: asyncpg.Connection) -> None:
    """Every team that stands has 15 to 26 players, one captain and another spirit captain."""
    rows = await owner.fetch(
        """
        SELECT t.name FROM teams t JOIN division_pools d ON d.id = t.division_pool_teams
        JOIN players p ON p.team_players = t.id
        WHERE t.deleted_at IS NULL AND d.deleted_at IS NULL AND p.deleted_at IS NULL
        GROUP BY t.id
        HAVING count(*) NOT BETWEEN 15 AND 26 OR count(*) FILTER (WHERE is_captain) <> 1
        OR count(*) FILTER (WHERE is_spirit_captain) <> 1
        OR bool_or(is_captain AND is_spirit_captain)
        """
    )
    assert rows == []


async def test_every_foreign_key_has_an_index(owner: asyncpg.Connection) -> None:
    """Each column with a foreign key is the first of some index."""
    rows = await owner.fetch(
        """
        SELECT conrelid::regclass, conkey FROM pg_constraint c
        WHERE contype = 'f' AND NOT EXISTS (
            SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1])
        """
    )
    assert rows == []


# It holds the traps.


async def test_the_three_events(tournament: SampleDatabase) -> None:
    """One event is on, one over, one to come."""
    found = [(event.slug, event.status) for event in tournament.events]
    assert found == [
        ("spring-classic", "in_progress"),
        ("winter-cup", "completed"),
        ("autumn-open", "published"),
    ]


async def test_the_live_event_is_in_the_middle(owner: asyncpg.Connection) -> None:
    """Today games are over, in play and to come; Tides and Sharks still have one to play."""
    today = """
        SELECT DISTINCT g.status FROM games g JOIN division_pools d ON d.id = g.division_pool_games
        JOIN events e ON e.id = d.event_division_pools
        WHERE e.slug = 'spring-classic' AND g.deleted_at IS NULL
        AND scheduled_time::date = e.start_date::date + 1"""
    found = {row[0] for row in await owner.fetch(today)}
    assert {"finished", "in_progress", "scheduled"} <= found
    names = """
        SELECT DISTINCT t.name FROM games g JOIN teams t
        ON t.id IN (g.team_home_games, g.team_away_games)
        WHERE g.status = 'scheduled' AND t.name IN ('Tides', 'Sharks')"""
    assert {row[0] for row in await owner.fetch(names)} == {"Tides", "Sharks"}


async def test_every_word_for_a_state_occurs(owner: asyncpg.Connection) -> None:
    """All seven states of games and four of events are there, and four types of rounds."""
    games = {row[0] for row in await owner.fetch("SELECT DISTINCT status FROM games")}
    assert games == {
        *("scheduled", "in_progress", "finished", "ended", "completed", "canceled", "cancelled")
    }
    events = {row[0] for row in await owner.fetch("SELECT DISTINCT status FROM events")}
    assert events == {"draft", "published", "in_progress", "completed"}
    rounds = {row[0] for row in await owner.fetch("SELECT DISTINCT round_type FROM game_rounds")}
    assert rounds == {"pool", "bracket", "semifinal", "final"}


@pytest.mark.parametrize("table", SOFT_DELETED)
async def test_something_of_every_kind_is_deleted(owner: asyncpg.Connection, table: str) -> None:
    """Each table that can lose rows has lost some, where the event's life allows it."""
    # Places above locations, and internal tables, are never read.
    unread = {"worlds", "continents", "countries", "analytic_searches", "analytics_embeddings"}
    condition = "true" if table in unread else "deleted_at IS NOT NULL"
    assert await owner.fetchval(f"SELECT count(*) FROM {table} WHERE {condition}") > 0


async def test_loose_ends(owner: asyncpg.Connection) -> None:
    """There are draws, level teams, games without round, goals without player, missing spirit."""
    draws = f"SELECT count(*) FROM games WHERE {OVER} AND home_team_score = away_team_score"
    assert await owner.fetchval(draws) > 0
    assert await owner.fetchval("SELECT count(*) FROM games WHERE game_round_games IS NULL") > 3
    loose = "event_type = 'goal' AND player_game_events IS NULL AND metadata ? 'player_id'"
    assert await owner.fetchval(f"SELECT count(*) FROM game_events WHERE {loose}") > 10
    missing = f"""
        SELECT count(*) FROM games g WHERE {OVER} AND 2 > (
            SELECT count(*) FROM spirit_scores s
            WHERE s.game_spirit_scores = g.id AND s.deleted_at IS NULL)"""
    assert await owner.fetchval(missing) > 3
    level = f"""
        WITH wins AS (
            SELECT division_pool_games AS division, game_round_games AS pool, CASE
                WHEN home_team_score > away_team_score THEN team_home_games
                ELSE team_away_games END AS team, count(*) AS won
            FROM games WHERE {OVER} GROUP BY 1, 2, 3)
        SELECT count(*) FROM wins a JOIN wins b USING (division, pool, won)
        JOIN game_rounds r ON r.id = pool AND r.round_type = 'pool' WHERE a.team < b.team"""
    assert await owner.fetchval(level) > 0


# It looks like a real season (USA Ultimate, 2015 to 2019).


async def test_scores_look_real(owner: asyncpg.Connection) -> None:
    """Winners have 8 to 15, most of them 13 or more; nearly every goal has an assist."""
    best = "greatest(home_team_score, away_team_score)"
    low, high, mean = await owner.fetchrow(
        f"SELECT min({best}), max({best}), avg({best}) FROM games WHERE {OVER}"
    )
    assert 8 <= low < 13
    assert high == 15
    assert 13 < mean < 14.8
    goals, assists = await owner.fetchrow(
        "SELECT sum(goals), sum(assists) FROM scorings s JOIN games g ON g.id = s.game_scores"
        " WHERE s.deleted_at IS NULL AND g.deleted_at IS NULL"
    )
    assert 0.95 < assists / goals < 1


async def test_divisions_look_real(owner: asyncpg.Connection) -> None:
    """A division that is over has 20 to 53 games; better seeds place better."""
    rows = await owner.fetch(
        """
        SELECT count(*) FROM games g JOIN division_pools d ON d.id = g.division_pool_games
        JOIN events e ON e.id = d.event_division_pools
        WHERE e.slug = 'winter-cup' AND g.deleted_at IS NULL GROUP BY d.id
        """
    )
    assert all(20 <= row[0] <= 53 for row in rows)
    assert len(rows) == 3
    link = await owner.fetchval("SELECT corr(initial_seed, final_placement) FROM teams")
    assert 0.5 < link < 0.98


async def test_spirit_looks_real(owner: asyncpg.Connection) -> None:
    """Totals centre on 10 of 20; averages of teams with several scores lie between 8 and 14."""
    total = "rules_knowledge + fouls_body_contact + fair_mindedness + attitude + communication"
    scores = f"""
        SELECT s.team_spirit_scores_received AS team, {total} AS total
        FROM spirit_scores s JOIN games g ON g.id = s.game_spirit_scores
        WHERE s.deleted_at IS NULL AND g.deleted_at IS NULL"""
    mean = await owner.fetchval(f"SELECT avg(total) FROM ({scores}) AS s")
    assert 9.5 < mean < 10.8
    averages = f"SELECT avg(total) FROM ({scores}) AS s GROUP BY team HAVING count(*) > 3"
    found = sorted(float(row[0]) for row in await owner.fetch(averages))
    assert found[0] >= 8
    assert found[-1] <= 14
    assert found[-1] - found[0] > 2


async def test_the_reader_is_fenced_in(tournament: SampleDatabase) -> None:
    """The role that the bot reads as cannot read users, and sees no team without a setting."""
    reader = await asyncpg.connect(tournament.reader_url)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await reader.fetch("SELECT email FROM public.users")
        assert await reader.fetch("SELECT name FROM public.teams") == []
    finally:
        await reader.close()
