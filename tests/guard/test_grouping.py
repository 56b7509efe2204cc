"""What joins a GROUP BY: the columns that depend on a grouped key, and no other.

`test_bare_tables` runs such statements beside the bare tables; here stands what is written.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.domain import GuardedQuery, Refusal

Guarding = Callable[..., GuardedQuery | Refusal]

WHOLE = (
    "teams.division, teams.division_id, teams.event, teams.final_placement, teams.name, teams.seed"
)
IDS = "(SELECT id FROM teams) AS u"
DIVIDED = "FROM teams t JOIN divisions d ON d.id = t.division_id"

WIDENED = [
    # How the key is named.
    ("SELECT name FROM teams", "teams.id", "teams.name"),
    ("SELECT name, id FROM teams", "2", "teams.name"),
    ("SELECT name, seed + 1 AS s, id AS x FROM teams", "x, s", "teams.name, teams.seed"),
    ("SELECT name AS id, seed FROM teams", "id", "teams.name, teams.seed"),
    ("SELECT name FROM teams", "(id, seed)", "teams.name"),
    ("SELECT result FROM team_games", "game_id, team_id", "team_games.result"),
    ("SELECT result FROM team_games", "game_id, (team_id, round)", "team_games.result"),
    ("SELECT t.name FROM teams t, (SELECT 1 AS t) u", "t.id", "t.name"),
    # Every grouping set has it.
    ("SELECT name FROM teams", "GROUPING SETS (id, (id, name)), ()", "teams.name"),
    ("SELECT name FROM teams", "id, GROUPING SETS ((), seed)", "teams.name"),
    ("SELECT name FROM teams", "GROUPING SETS (id, GROUPING SETS (id, (id, seed)))", "teams.name"),
    # Where the columns stand.
    ("SELECT teams FROM teams", "id", "teams"),
    ("SELECT id, * FROM teams", "id", WHOLE),
    ("SELECT teams.id, teams.* FROM teams, fields", "1, fields.id", WHOLE),
    ("SELECT (SELECT teams.name) FROM teams", "id", "teams.name"),
    ("SELECT DISTINCT ON (seed) 1 FROM teams", "id", "teams.seed"),
    ("SELECT rank() OVER (ORDER BY seed) FROM teams", "id", "teams.seed"),
    # Of which table.
    (f"SELECT d.name, t.name {DIVIDED}", "t.id", "t.name"),
    (f"SELECT d.name, t.name {DIVIDED}", "d.id", "d.name"),
    (f"SELECT d.name, t.name {DIVIDED}", "d.id, t.id", "t.name, d.name"),
    # A name that a join merges is its left side's, in a RIGHT JOIN its right side's.
    (f"SELECT t.name FROM teams t JOIN {IDS} USING (id)", "id", "t.name"),
    (f"SELECT teams.name FROM teams LEFT JOIN {IDS} USING (id)", "id", "teams.name"),
    (
        "SELECT u.name FROM (SELECT id FROM teams) AS t RIGHT JOIN teams u USING (id)",
        "id",
        "u.name",
    ),
    (f"SELECT t.name FROM teams t NATURAL JOIN {IDS}", "id", "t.name"),
    (f"SELECT id, t.name FROM teams t JOIN {IDS} USING (id)", "1", "t.name"),
    (f"SELECT id AS x, t.name FROM teams t JOIN {IDS} USING (id)", "x", "t.name"),
    ("SELECT name FROM teams t JOIN (SELECT name FROM teams) u USING (name)", "t.id", "t.name"),
    (
        (
            "SELECT t.name FROM teams t JOIN (SELECT id, seed FROM teams) AS u USING (id)"
            " NATURAL JOIN (SELECT seed FROM teams) AS v"
        ),
        "id",
        "t.name",
    ),
]


@pytest.mark.parametrize(("select", "group", "added"), WIDENED)
def test_what_depends_on_the_key_is_added(
    guarded: Guarding, select: str, group: str, added: str
) -> None:
    """The columns used after GROUP BY are added to it, each once, behind what was written."""
    query = guarded(f"{select} GROUP BY {group}")
    assert isinstance(query, GuardedQuery), query.message
    assert query.sql.endswith(f" GROUP BY {group}, {added}) AS answer")


@pytest.mark.parametrize(
    ("rest", "written"),
    [
        ("HAVING seed > 1", "id, teams.seed HAVING seed > 1"),
        ("ORDER BY seed", "id, teams.seed ORDER BY seed"),
        ("WINDOW w AS (ORDER BY seed)", "id, teams.seed WINDOW w AS (ORDER BY seed)"),
    ],
)
def test_clauses_after_the_group_count(guarded: Guarding, rest: str, written: str) -> None:
    """What only HAVING, ORDER BY or WINDOW names is added too."""
    query = guarded(f"SELECT count(*) FROM teams GROUP BY id {rest}")
    assert isinstance(query, GuardedQuery)
    assert query.sql.endswith(f" GROUP BY {written}) AS answer")


ALONE = [
    ("SELECT name FROM teams", "2"),
    ("SELECT name, id FROM teams", "0"),
    ("SELECT name FROM teams", "ROLLUP (id)"),
    ("SELECT name FROM teams", "CUBE (id)"),
    ("SELECT name FROM teams", "GROUPING SETS (id, name)"),
    ("SELECT name FROM teams", "GROUPING SETS (())"),
    ("SELECT seed FROM teams", "teams"),
    ("SELECT name AS seed, id AS name FROM teams", "name"),
    ("SELECT upper(id::text) AS x, name FROM teams", "x"),
    ("SELECT *, name FROM teams", "1"),
    ("SELECT team FROM team_games", "team_id"),
    ("SELECT rank, team FROM pool_standings", "team_id"),
    # Which of two is meant is open, or neither as PostgreSQL sees it.
    ("SELECT t.name FROM teams t, (SELECT 1 AS id) u", "id"),
    (f"SELECT t.name FROM teams t FULL JOIN {IDS} USING (id)", "id"),
    ("SELECT u.name FROM (SELECT id FROM teams) t LEFT JOIN teams u USING (id)", "id"),
    ("SELECT t.name FROM (SELECT id FROM teams) u NATURAL JOIN teams t", "id"),
    ("SELECT t.name FROM generate_series(1, 2) id, teams t", "id"),
    ("SELECT t.name FROM (SELECT id FROM teams), teams t", "id"),
    ("SELECT t.name FROM teams t JOIN (SELECT id FROM teams) u ON true", "id"),
    # A name that an alias gives is not the table's own.
    ("SELECT t.seed FROM teams AS t(x, id)", "t.id"),
]


@pytest.mark.parametrize(("select", "group"), ALONE)
def test_nothing_else_is_added(guarded: Guarding, select: str, group: str) -> None:
    """Where no whole key is grouped, GROUP BY stays as written, for PostgreSQL to judge."""
    query = guarded(f"{select} GROUP BY {group}")
    assert isinstance(query, GuardedQuery), query.message
    assert query.sql.endswith(f" GROUP BY {group}) AS answer")
