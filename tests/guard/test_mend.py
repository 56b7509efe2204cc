"""A wrong name that can mean one thing only is read as that, and it is said; no other is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.domain import Code, GuardedQuery, Refusal
from bot.guard.mend import MENDS
from bot.metrics import new_metrics
from bot.semantic import SemanticModel
from bot.warehouse import open_warehouse

Guarding = Callable[..., GuardedQuery | Refusal]
JOINED = "FROM teams t JOIN standings s ON s.team_id = t.id"

CERTAIN = [
    ("SELECT team_name FROM teams", "SELECT name AS team_name FROM teams"),
    ("SELECT team FROM teams", "SELECT name AS team FROM teams"),
    ("SELECT t.team FROM teams t", "SELECT t.name AS team FROM teams t"),
    ("SELECT teams.divison FROM teams t", "SELECT t.division AS divison FROM teams t"),
    ("SELECT division FROM divisions", "SELECT name AS division FROM divisions"),
    ("SELECT t.team_id FROM teams t", "SELECT t.id AS team_id FROM teams t"),
    ("SELECT player_name FROM players", "SELECT name AS player_name FROM players"),
    ("SELECT team_name FROM players", "SELECT team AS team_name FROM players"),
    ("SELECT home_team_name FROM games", "SELECT home_team AS home_team_name FROM games"),
    ("SELECT t.division_name FROM teams t", "SELECT t.division AS division_name FROM teams t"),
    ("SELECT name FROM standings", "SELECT team AS name FROM standings"),
    ("SELECT s.id FROM standings s", "SELECT s.team_id AS id FROM standings s"),
    ("SELECT name FROM team", "SELECT name FROM teams AS team"),
    ("SELECT team.name FROM team", "SELECT team.name FROM teams AS team"),
    ("SELECT p.name FROM player p", "SELECT p.name FROM players p"),
    ("SELECT sum(goals) FROM playerstats", "SELECT sum(goals) FROM player_stats AS playerstats"),
    ("SELECT name FROM divsions", "SELECT name FROM divisions AS divsions"),
    ("SELECT sum(goal) FROM player_stats", "SELECT sum(goals) FROM player_stats"),
    ("SELECT seeds FROM teams", "SELECT seed AS seeds FROM teams"),
    ("SELECT homescore FROM games", "SELECT home_score AS homescore FROM games"),
    (
        "SELECT final_placment FROM teams",
        "SELECT final_placement AS final_placment FROM teams",
    ),
    (f"SELECT t.wins {JOINED}", f"SELECT s.wins {JOINED}"),
    (f"SELECT s.seed {JOINED} WHERE s.seed < 3", f"SELECT t.seed {JOINED} WHERE t.seed < 3"),
    ("SELECT teams.name FROM teams t", "SELECT t.name FROM teams t"),
    ("SELECT team.name FROM teams", "SELECT teams.name FROM teams"),
    (
        "SELECT divisions.name, count(*) FROM teams GROUP BY divisions.name",
        "SELECT teams.division AS name, count(*) FROM teams GROUP BY teams.division",
    ),
    ("SELECT teams.division FROM standings", "SELECT standings.division FROM standings"),
    (
        "SELECT team_name, count(*) FROM players GROUP BY team_name ORDER BY team_name",
        "SELECT team AS team_name, count(*) FROM players GROUP BY team_name ORDER BY team_name",
    ),
    (
        "SELECT team_name, upper(team_name) FROM teams WHERE team_name > 'M'",
        "SELECT name AS team_name, upper(name) FROM teams WHERE name > 'M'",
    ),
    (
        "SELECT x.team_name FROM (SELECT team_name FROM teams) AS x",
        "SELECT x.team_name FROM (SELECT name AS team_name FROM teams) AS x",
    ),
    (
        (
            "SELECT name FROM teams t WHERE EXISTS (SELECT 1 FROM players p"
            " WHERE p.team_id = t.team_id)"
        ),
        "SELECT name FROM teams t WHERE EXISTS (SELECT 1 FROM players p WHERE p.team_id = t.id)",
    ),
    (
        "WITH x AS (SELECT team_name FROM team) SELECT * FROM x",
        "WITH x AS (SELECT name AS team_name FROM teams AS team) SELECT * FROM x",
    ),
    (
        "WITH winners AS (SELECT winner FROM games) SELECT count(*) FROM winner",
        "WITH winners AS (SELECT winner FROM games) SELECT count(*) FROM winners AS winner",
    ),
    (
        "SELECT division, count(*) AS n FROM teams GROUP BY division HAVING n > 3",
        "SELECT division, count(*) AS n FROM teams GROUP BY division HAVING count(*) > 3",
    ),
    (
        "SELECT home_score - away_score AS margin FROM games WHERE margin * 2 > 6",
        (
            "SELECT home_score - away_score AS margin FROM games"
            " WHERE (home_score - away_score) * 2 > 6"
        ),
    ),
    (
        "SELECT division, bool_or(seed > 3) AS low FROM teams GROUP BY division HAVING low",
        (
            "SELECT division, bool_or(seed > 3) AS low FROM teams GROUP BY division"
            " HAVING bool_or(seed > 3)"
        ),
    ),
    (
        "SELECT seed > 3 AS low FROM teams WHERE low AND coalesce(low, seed > 1)",
        "SELECT seed > 3 AS low FROM teams WHERE seed > 3 AND coalesce(seed > 3, seed > 1)",
    ),
    (
        (
            "SELECT n AS m FROM (SELECT division, count(*) AS n FROM teams GROUP BY division"
            " HAVING n > 3) AS x WHERE x.n < 9"
        ),
        (
            "SELECT n AS m FROM (SELECT division, count(*) AS n FROM teams GROUP BY division"
            " HAVING count(*) > 3) AS x WHERE x.n < 9"
        ),
    ),
    ("SELECT team.team_name FROM teams", "SELECT teams.name AS team_name FROM teams"),
    ("SELECT a.team_name FROM teams a, fields", "SELECT a.name AS team_name FROM teams a, fields"),
    ("SELECT team_name FROM teams, fields", "SELECT teams.name AS team_name FROM teams, fields"),
    (f"SELECT t.loses {JOINED}", f"SELECT s.losses AS loses {JOINED}"),
    ("SELECT team.id FROM standings", "SELECT standings.team_id AS id FROM standings"),
    (
        "SELECT team_name FROM teams UNION SELECT division_name FROM divisions",
        "SELECT name AS team_name FROM teams UNION SELECT name AS division_name FROM divisions",
    ),
]
"""What is written, and what it is read as."""

OPEN = [
    # Another meaning, or none.
    "SELECT goals FROM games",
    "SELECT g.goals FROM games g",
    "SELECT wins FROM teams",
    "SELECT starts_at FROM games",
    "SELECT date FROM games",
    "SELECT score FROM games",
    "SELECT points FROM player_stats",
    "SELECT email FROM players",
    "SELECT ps.name FROM player_stats ps JOIN teams t ON t.name = ps.team",
    "SELECT players.name FROM teams",
    "SELECT p.name FROM teams t",
    "SELECT teams.seed FROM standings",
    "SELECT count(*) FROM users",
    "SELECT count(*) FROM scores",
    "SELECT count(*) FROM rounds",
    "SELECT count(*) FROM stats",
    # Two that make sense.
    "SELECT team_name FROM teams JOIN players ON players.team_id = teams.id",
    "SELECT s.seed FROM standings s, teams a, teams b",
    "SELECT events.name FROM teams t JOIN divisions d ON d.id = t.division_id",
    "SELECT teams.name FROM teams a JOIN teams b ON a.seed = b.seed",
    "SELECT a.goals FROM (SELECT 1 AS goal) AS a, (SELECT 2 AS goals) AS b",
    # Too short to be sure of a letter, or written as no model would.
    "SELECT sead FROM teams",
    'SELECT "Name" FROM teams',
    "SELECT namе FROM teams",
    'SELECT * FROM "Teams"',
    "SELECT * FROM pg_team",
    "SELECT * FROM other.team",
    # An output where its expression cannot stand.
    "SELECT division, count(*) AS n FROM teams WHERE n > 3 GROUP BY division",
    "SELECT rank() OVER (ORDER BY seed) AS place FROM teams WHERE place = 1",
    "SELECT max(seed) AS seeds FROM teams WHERE seeds > 3",
    "SELECT max(seed) AS seeds, seeds + 1 FROM teams",
    "SELECT seed AS x, final_placement AS x FROM teams WHERE x = 1",
    "SELECT (SELECT name FROM fields LIMIT 1) AS m FROM teams WHERE m > 'a'",
    "SELECT team.* FROM teams",
    "SELECT teams.seed FROM (SELECT seed FROM teams) AS x",
    "SELECT max(seed) AS m FROM teams GROUP BY division HAVING m > (SELECT avg(seed) FROM teams)",
]
"""What stays refused."""


@pytest.mark.parametrize(("sql", "meant"), CERTAIN, ids=[sql for sql, _ in CERTAIN])
def test_a_certain_name_is_mended(guarded: Guarding, sql: str, meant: str) -> None:
    """The query that runs is the one that was meant, and what was done is said."""
    query, right = guarded(sql), guarded(meant)
    assert isinstance(query, GuardedQuery), query
    assert isinstance(right, GuardedQuery), right
    assert query.sql == right.sql
    assert query.shown == right.shown
    assert query.mended
    assert all(said.startswith("read ") for said in query.mended)
    assert right.mended == ()


@pytest.mark.parametrize("sql", OPEN)
def test_what_is_not_certain_stays_refused(guarded: Guarding, sql: str) -> None:
    """No name is read as one that means something else, and none where two would do."""
    refusal = guarded(sql)
    assert isinstance(refusal, Refusal)
    assert refusal.code in (Code.UNKNOWN_COLUMN, Code.UNKNOWN_TABLE)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT t.team_name FROM teams t", ("read teams.team_name as name",)),
        ("SELECT name FROM team", ("read team as teams",)),
        (f"SELECT t.wins {JOINED}", ("read teams.wins as standings.wins",)),
        ("SELECT teams.name FROM teams t", ("read teams.name as t.name",)),
        (
            "SELECT loses FROM (SELECT losses FROM standings)",
            ("read loses as losses",),
        ),
        (
            "SELECT team_name FROM teams WHERE team_name > 'M'",
            ("read teams.team_name as name",),
        ),
        (
            "SELECT division, count(*) AS n FROM teams GROUP BY division HAVING n > 3",
            ("read n as count(*)",),
        ),
    ],
)
def test_what_was_mended_is_said(guarded: Guarding, sql: str, said: tuple[str, ...]) -> None:
    """The sentences name tables, not aliases, each once."""
    query = guarded(sql)
    assert isinstance(query, GuardedQuery)
    assert query.mended == said


def test_duckdb_is_mended_as_well(guarded: Guarding) -> None:
    """A mended name may stand in a DuckDB statement too."""
    query = guarded("FROM team SELECT team_name, seed // 2 AS half", "duckdb")
    assert isinstance(query, GuardedQuery)
    assert query.mended == ("read team as teams", "read teams.team_name as name")


def test_a_mended_query_goes_through_the_whole_guard(guarded: Guarding) -> None:
    """A name that is certain opens no way for what is not allowed."""
    for sql in (
        "SELECT team_name, email FROM team",
        "SELECT team_name FROM team, users",
        "SELECT team_name, (SELECT relname FROM pg_class LIMIT 1) FROM teams",
    ):
        assert isinstance(guarded(sql), Refusal)


def test_mending_is_bounded(guarded: Guarding) -> None:
    """A statement with more wrong names than anybody writes is refused."""
    enough = ", ".join(["team_name"] * MENDS)
    assert isinstance(guarded(f"SELECT {enough} FROM teams"), GuardedQuery)
    refusal = guarded(f"SELECT {enough}, team_name FROM teams")
    assert isinstance(refusal, Refusal)
    assert (
        refusal.message == "The SQL is too complex: too many unknown names. Ask for less at once."
    )


def test_no_real_name_means_another(guarded: Guarding, model: SemanticModel) -> None:
    """Of all real names asked of all tables without them, only a row's own id and name are read."""
    names = {column.name for table in model.tables.values() for column in table.columns}
    read = set()
    for table in model.tables.values():
        for name in names - {column.name for column in table.columns}:
            query = guarded(f"SELECT {name} FROM {table.name}")
            if isinstance(query, GuardedQuery):
                read.update(query.mended)
    assert read == {
        "read divisions.division as name",
        "read events.event as name",
        "read fields.field as name",
        "read locations.location as name",
        "read players.player as name",
        "read teams.team as name",
        "read divisions.division_id as id",
        "read events.event_id as id",
        "read fields.field_id as id",
        "read games.game_id as id",
        "read locations.location_id as id",
        "read players.player_id as id",
        "read spirit_scores.spirit_score_id as id",
        "read standings.id as team_id",
        "read standings.name as team",
        "read teams.team_id as id",
    }


async def test_mended_queries_run(tournament: Any, guarded: Guarding) -> None:
    """Every mended query runs on PostgreSQL as the bot's role."""
    url = tournament.reader_url
    async with open_warehouse(url, timeout=30, max_cost=1e7, metrics=new_metrics()) as warehouse:
        for sql, _ in CERTAIN:
            query = guarded(sql, "postgres", (tournament.events[0].id,))
            assert isinstance(query, GuardedQuery)
            assert (await warehouse.run(query)).columns
