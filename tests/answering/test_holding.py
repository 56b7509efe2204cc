"""A draft's names and bounds are held to those of the question, and only where that is sure."""

from __future__ import annotations

import json
import re
from pathlib import Path
from uuid import UUID

import pytest

from bot.answering.bounds import bounds_in
from bot.answering.holding import NOTHING_SAID, Spoken, hold, said_in
from bot.answering.linking import Link
from bot.domain import Dialect, Draft, GuardedQuery, Refusal, Source
from bot.guard import guard
from bot.semantic import load
from tests.conftest import SEMANTIC_MODEL

GAME_STATS = load(SEMANTIC_MODEL)

KNOWN = {
    "teams.name": ("Comets", "Sharks", "Tidal Wave"),
    "divisions.name": ("Mixed", "Open", "Women"),
    "game_rounds.name": ("Pool A", "Quarterfinals"),
    "players.name": ("Ana Silva",),
}
OPEN = Link("divisions.name", "Open", "open")
MIXED = Link("divisions.name", "Mixed", "mixed")
SHARKS = Link("teams.name", "Sharks", "sharks")


def said(question: str, *links: Link, before: tuple[Link, ...] = ()) -> Spoken:
    """What a question with these names says."""
    return said_in((question,), links, before, KNOWN, GAME_STATS)


def held(sql: str, spoken: Spoken) -> tuple[str, tuple[str, ...]]:
    """The SQL on one line, and what was put right."""
    draft = hold(Draft(sql, Dialect.POSTGRES, Source.MODEL), spoken, GAME_STATS)
    return re.sub(r"\s+", " ", draft.sql), draft.held


@pytest.mark.parametrize(
    ("question", "links", "sql", "expected", "words"),
    [
        (
            "semifinal results",
            (),
            "SELECT winner FROM games WHERE division = 'Mixed' AND round_type = 'semifinal'",
            "SELECT winner FROM games WHERE round_type = 'semifinal'",
            "left out Mixed, which was not asked about",
        ),
        (
            "3 best blockers",
            (),
            "SELECT player FROM player_stats WHERE team = 'Comets' LIMIT 3",
            "SELECT player FROM player_stats LIMIT 3",
            "left out Comets, which was not asked about",
        ),
        (
            "teams in open",
            (OPEN,),
            "SELECT name FROM teams WHERE division = 'Mixed'",
            "SELECT name FROM teams WHERE division = 'Open'",
            "read Mixed as Open",
        ),
        (
            "list open teams",
            (),
            "SELECT name FROM teams WHERE event = 'Open'",
            "SELECT name FROM teams WHERE division = 'Open'",
            "read event as division",
        ),
        (
            "goals per game in open",
            (OPEN,),
            "SELECT t.team FROM team_games AS t WHERE t.team = 'Open'",
            "SELECT t.team FROM team_games t WHERE t.division = 'Open'",
            "read team as division",
        ),
        (
            "sharks in lower case",
            (SHARKS,),
            "SELECT wins FROM standings WHERE team = 'sharks'",
            "SELECT wins FROM standings WHERE team = 'Sharks'",
            "read sharks as Sharks",
        ),
        (
            "top 5 assists in open",
            (OPEN,),
            "SELECT sum(goals) FROM player_stats GROUP BY team, division",
            "SELECT sum(goals) FROM player_stats WHERE division = 'Open' GROUP BY team, division",
            "kept to Open",
        ),
        (
            "women teams by seed",
            (),
            "SELECT name FROM teams WHERE division = 'Mixed'",
            "SELECT name FROM teams WHERE division = 'Women'",
            "read Mixed as Women",
        ),
        (
            "games of open on the first field",
            (OPEN,),
            "SELECT g.id FROM games AS g, fields AS f WHERE f.capacity > 3",
            "SELECT g.id FROM games g, fields f WHERE f.capacity > 3 AND g.division = 'Open'",
            "kept to Open",
        ),
        (
            "who won, ordered by wins",
            (),
            "SELECT DISTINCT team FROM standings ORDER BY wins DESC",
            "SELECT DISTINCT team, wins FROM standings ORDER BY wins DESC",
            "shown with wins",
        ),
        (
            "communication in women",
            (Link("divisions.name", "Women", "women"),),
            "SELECT team FROM standings WHERE team IN ('Comets', 'Sharks') AND division = 'Women'",
            "SELECT team FROM standings WHERE division = 'Women'",
            "left out Comets, Sharks, which was not asked about",
        ),
        (
            "3 best blockers",
            (),
            "SELECT player FROM player_stats ORDER BY blocks DESC LIMIT 5",
            "SELECT player FROM player_stats ORDER BY blocks DESC LIMIT 3",
            "3 rows",
        ),
        (
            "players with more than 8 goals",
            (),
            "SELECT player FROM player_stats WHERE goals > 8 LIMIT 1",
            "SELECT player FROM player_stats WHERE goals > 8",
            "all rows",
        ),
        (
            "5 or more wins",
            (),
            "SELECT team FROM standings WHERE wins > 5",
            "SELECT team FROM standings WHERE wins >= 5",
            "took “5 or more” as >= 5",
        ),
    ],
)
def test_what_is_put_right(
    question: str,
    links: tuple[Link, ...],
    sql: str,
    expected: str,
    words: str,
) -> None:
    """The SQL becomes that of the question, and the reader is told so."""
    assert held(sql, said(question, *links)) == (expected, (words,))


@pytest.mark.parametrize(
    ("question", "links", "sql"),
    [
        ("open", (OPEN,), "SELECT name FROM teams WHERE division = 'Open'"),
        ("quarters", (), "SELECT winner FROM games WHERE round = 'Quarterfinals'"),
        ("オープン部門", (), "SELECT count(*) FROM teams WHERE division = 'Open'"),
        ("x", (), "SELECT 1 FROM teams WHERE division = 'Mixed' OR seed = 1"),
        ("open", (OPEN,), "SELECT name FROM teams WHERE division LIKE 'Op%'"),
        ("open, mixed", (OPEN, MIXED), "SELECT division, count(*) FROM teams GROUP BY division"),
        ("open", (OPEN,), "SELECT home_team FROM nowhere"),
        ("open", (OPEN,), "SELECT team FROM standings UNION SELECT name FROM teams"),
        ("sharks", (SHARKS,), "SELECT home_team, away_team FROM games"),
        ("teams", (Link("teams.name", "Team Spirit", "teams"),), "SELECT name FROM teams"),
        ("more than 5", (), "SELECT team FROM standings WHERE wins > 5"),
        ("5 or more", (), "SELECT team FROM standings WHERE wins < 5"),
        ("x", (), "SELECT DISTINCT team, wins FROM standings ORDER BY wins"),
        ("x", (), "SELECT name FROM teams ORDER BY seed"),
        ("top 3 on day 2", (), "SELECT name FROM teams LIMIT 5"),
        ("number 7", (), "SELECT name FROM players WHERE jersey_number = 7 LIMIT 5"),
        ("top 3", (), "SELECT name FROM teams LIMIT 3"),
        ("x", (), "DROP TABLE teams"),
        ("x", (), "no SQL at all"),
    ],
)
def test_what_is_left(question: str, links: tuple[Link, ...], sql: str) -> None:
    """What is right, or could be meant, or is not to be told apart, stays as it was written."""
    draft = Draft(sql, Dialect.POSTGRES, Source.MODEL)
    assert hold(draft, said(question, *links), GAME_STATS) == draft


def test_a_name_of_the_question_before_holds_unless_it_is_asked_by() -> None:
    """“And their losses?” is of the same division; “and by division?” is of all."""
    spoken = said("and their losses?", before=(OPEN,))
    sql = "SELECT sum(losses) FROM standings"
    assert held(sql, spoken)[0].endswith("WHERE division = 'Open'")
    sql = "SELECT division, sum(losses) FROM standings GROUP BY division"
    assert held(sql, spoken) == (sql, ())


def test_a_name_that_is_not_there_is_in_doubt() -> None:
    """It stays in the query; where that finds nothing, the reader is told which names there are."""
    sql = "SELECT winner FROM games WHERE division = 'Winter Cup'"
    draft = Draft(sql, Dialect.POSTGRES, Source.MODEL)
    kept = hold(draft, said("who won the winter cup?"), GAME_STATS)
    assert (kept.sql, kept.held) == (sql, ())
    assert kept.doubt == "I found no “Winter Cup” here. There are: Mixed, Open, Women."


def test_duckdb_becomes_postgres_where_it_is_changed() -> None:
    """What was put right is PostgreSQL from there on; what was not stays in its dialect."""
    sql = "FROM teams SELECT name WHERE division = 'Mixed'"
    draft = Draft(sql, Dialect.DUCKDB, Source.MODEL)
    changed = hold(draft, said("open teams", OPEN), GAME_STATS)
    assert changed.dialect is Dialect.POSTGRES
    assert "'Open'" in changed.sql
    assert hold(draft, said("mixed teams", MIXED), GAME_STATS) == draft


def test_nothing_said_changes_nothing() -> None:
    """Without a question there is nothing to hold to."""
    draft = Draft("SELECT name FROM teams WHERE seed = 1", Dialect.POSTGRES, Source.MODEL)
    assert hold(draft, NOTHING_SAID, GAME_STATS) == draft


@pytest.mark.parametrize(
    ("question", "bounds"),
    [
        ("teams with 5 or more wins", {(">=", 5)}),
        ("5+ goals", {(">=", 5)}),
        ("no more than 3 turnovers", set()),
        ("at least 4 games and under 3 losses", {(">=", 4), ("<", 3)}),
        ("mindestens 5 Siege, más de 12 goles", {(">=", 5), (">", 12)}),
        ("over 60%, more than 2.5, at least 5 but at most 5", set()),
    ],
)
def test_bounds_in_words(question: str, bounds: set[tuple[str, int]]) -> None:
    """A number has a bound where the words give it exactly one."""
    assert {(bound.sign, bound.number) for bound in bounds_in(question)} == bounds


def test_what_the_guard_takes_it_takes_held_and_what_it_refuses_it_refuses() -> None:
    """Of every kind of query in the guard's corpora (each seventh), with names to keep to."""
    spoken = said("3 or more of the sharks in open", OPEN, SHARKS)
    corpora = Path(__file__).parents[1] / "guard"
    changed = 0
    for name, taken in (("honest", GuardedQuery), ("attacks", Refusal)):
        for line in (corpora / f"{name}.jsonl").read_text().splitlines()[::7]:
            about = json.loads(line)
            draft = hold(
                Draft(about["sql"], Dialect(about["dialect"]), Source.MODEL), spoken, GAME_STATS
            )
            if draft.held and about.get("category") != "harmless":
                changed += 1
                proved = guard(draft.sql, draft.dialect, GAME_STATS, (UUID(int=1),))
                assert isinstance(proved, taken), draft.sql
    assert changed > 50
