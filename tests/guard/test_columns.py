"""What is said of a column that there is not, and which real names come with it."""

from __future__ import annotations

from uuid import UUID

import pytest

from bot.domain import Code, Dialect, GuardedQuery, Refusal
from bot.guard import guard
from bot.semantic import SemanticModel

JOINED = "teams t JOIN standings s ON s.team_id = t.id"


def unmended(sql: str, model: SemanticModel) -> GuardedQuery | Refusal:
    """What the guard says where no name is mended."""
    return guard(sql, Dialect.POSTGRES, model, (UUID(int=1),), mending=False)


@pytest.mark.parametrize(
    ("sql", "message", "names"),
    [
        (
            f"SELECT t.wins FROM {JOINED}",
            'There is no column "wins" in t. Did you mean s.wins?',
            ("s.wins",),
        ),
        (
            "SELECT t.nam FROM teams t, (SELECT * FROM fields JOIN locations USING (id)) AS x",
            'There is no column "nam" in t. Did you mean t.name?',
            ("t.name",),
        ),
        (
            "SELECT nam FROM teams",
            'There is no column "nam" in teams. Did you mean teams.name?',
            ("teams.name",),
        ),
        (
            "SELECT nam FROM teams, (SELECT 1 AS x) AS y",
            'There is no column "nam". Did you mean teams.name?',
            ("teams.name",),
        ),
        (
            "SELECT name FROM teams UNION SELECT name FROM fields ORDER BY nam",
            'There is no column "nam". Did you mean name?',
            ("name",),
        ),
        (
            "SELECT division FROM locations",
            (
                'There is no column "division" in locations. Did you mean '
                "standings.division, pool_standings.division or games.division?"
            ),
            ("standings.division", "pool_standings.division", "games.division"),
        ),
        (
            "SELECT l.division FROM locations l",
            (
                'There is no column "division" in l. Did you mean '
                "standings.division, pool_standings.division or games.division?"
            ),
            ("standings.division", "pool_standings.division", "games.division"),
        ),
        (
            "SELECT zzz FROM locations",
            'There is no column "zzz" in locations. There are: id, name, city, address.',
            (),
        ),
        (
            "SELECT x.zzz FROM locations x",
            'There is no column "zzz" in x. There are: id, name, city, address.',
            (),
        ),
        (
            "SELECT public.teams.city FROM teams, locations",
            'There is no column "city" in teams. Did you mean locations.city?',
            ("locations.city",),
        ),
        (
            "SELECT namee FROM (SELECT 1 AS nameee)",
            'There is no column "namee". Did you mean nameee?',
            ("nameee",),
        ),
        (
            "SELECT 1 AS best FROM teams WHERE best > 0",
            '"best" is an output and no column: repeat its expression here.',
            (),
        ),
    ],
)
def test_an_unknown_column_brings_the_nearest(
    model: SemanticModel, sql: str, message: str, names: tuple[str, ...]
) -> None:
    """Those of the tables read, else of the whole model, else all that there are."""
    refusal = unmended(sql, model)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.message) == (Code.UNKNOWN_COLUMN, message)
    assert refusal.names == names


@pytest.mark.parametrize(
    ("sql", "message", "names"),
    [
        ("SELECT tt.name FROM teams t2", "There are: t2.", ("t2",)),
        ("SELECT x.* FROM teams", "There are: teams.", ("teams",)),
        ("SELECT q.name FROM teams, fields", "There are: teams, fields.", ("teams", "fields")),
        ("SELECT feilds.name FROM teams, fields", "There are: teams, fields.", ("fields",)),
        ("SELECT (SELECT q.name FROM teams) FROM fields", "There are: teams, fields.", None),
        ("SELECT q.name", "There are none here.", ()),
    ],
)
def test_an_unknown_qualifier_brings_those_there_are(
    model: SemanticModel, sql: str, message: str, names: tuple[str, ...] | None
) -> None:
    """The nearest name in FROM, or all of them, those of the query around it too."""
    refusal = unmended(sql, model)
    assert isinstance(refusal, Refusal)
    assert refusal.code is Code.UNKNOWN_TABLE
    assert refusal.message.startswith('Nothing in FROM is called "')
    assert refusal.message.endswith(f'". {message}')
    assert names is None or refusal.names == names


@pytest.mark.parametrize(
    ("sql", "meant"),
    [
        ("SELECT public.teams.name FROM teams, fields", "SELECT teams.name FROM teams, fields"),
        ("SELECT main.teams.* FROM teams, fields", "SELECT teams.* FROM teams, fields"),
    ],
)
def test_a_harmless_schema_is_dropped(model: SemanticModel, sql: str, meant: str) -> None:
    """The name of the table stays before the column, so that one of two is still meant."""
    query = unmended(sql, model)
    assert isinstance(query, GuardedQuery)
    assert query.sql.endswith(f"SELECT * FROM ({meant}) AS answer")


@pytest.mark.parametrize(
    "name", ["other.teams.name", "other.teams.*", "x.public.teams.name", "x.public.teams.*"]
)
def test_another_schema_is_refused(model: SemanticModel, name: str) -> None:
    """A column with any other schema, or a database, before its table."""
    refusal = unmended(f"SELECT {name} FROM teams", model)
    assert isinstance(refusal, Refusal)
    assert refusal.code is Code.FORBIDDEN_SYNTAX
    assert refusal.message == "A name with a schema cannot be used in a question's SQL."
