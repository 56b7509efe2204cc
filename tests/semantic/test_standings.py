"""The derived tables against the same rules worked out in Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import pytest

Fetch = Callable[..., Awaitable[list[asyncpg.Record]]]
Inside = Callable[..., str]

GAMES = """
SELECT g.id, g.status, g.home_team_score AS home_score, g.away_team_score AS away_score,
       g.team_home_games AS home, g.team_away_games AS away, g.division_pool_games AS division,
       CASE WHEN r.deleted_at IS NULL THEN r.name END AS round, r.round_type
FROM games AS g LEFT JOIN game_rounds AS r ON r.id = g.game_round_games
JOIN division_pools AS d ON d.id = g.division_pool_games AND d.deleted_at IS NULL
WHERE g.deleted_at IS NULL AND d.event_division_pools = $1
"""
TEAMS = """
SELECT t.id, t.name, t.division_pool_teams AS division FROM teams AS t
JOIN division_pools AS d ON d.id = t.division_pool_teams AND d.deleted_at IS NULL
WHERE t.deleted_at IS NULL AND d.event_division_pools = $1
"""
FINISHED = ("finished", "ended", "completed")
SLUGS = ("spring-classic", "winter-cup", "autumn-open")


@dataclass
class Line:
    """What a team has done."""

    scores: list[tuple[UUID, int, int]] = field(default_factory=list)  # opponent, for, against

    def among(self, teams: Iterable[UUID] | None = None) -> tuple[int, int, int]:
        """Points, goal difference and goals for, against some teams or all."""
        chosen = [each for each in self.scores if teams is None or each[0] in teams]
        points = sum(3 if us > them else us == them for _, us, them in chosen)
        goals = sum(us for _, us, _ in chosen)
        return points, goals - sum(them for _, _, them in chosen), goals


def ranked(lines: dict[UUID, Line], names: dict[UUID, str]) -> list[UUID]:
    """Points, goal difference, goals for, points among those still level, name."""
    level = defaultdict(list)
    for team, line in lines.items():
        level[line.among()].append(team)
    return sorted(
        lines,
        key=lambda team: (
            *(-number for number in lines[team].among()),
            -lines[team].among(level[lines[team].among()])[0],
            names[team],
        ),
    )


async def physical(url: str, event: UUID) -> tuple[list[asyncpg.Record], list[asyncpg.Record]]:
    """The games and teams of an event from the physical tables."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetch(GAMES, event), await connection.fetch(TEAMS, event)
    finally:
        await connection.close()


def results(games: Iterable[asyncpg.Record], teams: Iterable[UUID]) -> dict[UUID, Line]:
    """The line of each team over the finished ones of `games`."""
    lines = {team: Line() for team in teams}
    for game in games:
        if game["status"] in FINISHED:
            home, away = game["home"], game["away"]
            scores = game["home_score"], game["away_score"]
            if home in lines:
                lines[home].scores.append((away, *scores))
            if away in lines:
                lines[away].scores.append((home, *scores[::-1]))
    return lines


@pytest.mark.parametrize("slug", SLUGS)
async def test_standings(slug: str, places: Any, fetch: Fetch, inside: Inside) -> None:
    """Every number and every rank of the standings is what the games say."""
    place = places[slug]
    event = place.events[0].id
    games, teams = await physical(place.owner_url, event)
    names = {team["id"]: team["name"] for team in teams}
    rows = await fetch(place.reader_url, inside("SELECT * FROM standings"), [event])
    found = {row["team_id"]: row for row in rows}
    assert found.keys() == names.keys()
    for division in {team["division"] for team in teams}:
        lines = results(games, [team["id"] for team in teams if team["division"] == division])
        for rank, team in enumerate(ranked(lines, names), start=1):
            check(found[team], rank, lines[team])


@pytest.mark.parametrize("slug", SLUGS)
async def test_pool_standings(slug: str, places: Any, fetch: Fetch, inside: Inside) -> None:
    """Pools are ranked by the games of their own round alone, before any is played as well."""
    place = places[slug]
    event = place.events[0].id
    games, teams = await physical(place.owner_url, event)
    names = {team["id"]: team["name"] for team in teams}
    rows = await fetch(place.reader_url, inside("SELECT * FROM pool_standings"), [event])
    found = {(row["pool"], row["team_id"]): row for row in rows}
    pools = defaultdict(list)
    for game in games:
        if game["round_type"] == "pool" and game["status"] not in ("canceled", "cancelled"):
            pools[game["division"], game["round"]].append(game)
    total = 0
    for (_, pool), played in pools.items():
        members = {game[side] for game in played for side in ("home", "away")} & names.keys()
        lines = results(played, members)
        total += len(members)
        for rank, team in enumerate(ranked(lines, names), start=1):
            check(found[pool, team], rank, lines[team])
    assert len(found) == len(rows) == total > 0


def check(row: asyncpg.Record, rank: int, line: Line) -> None:
    """Compare a row with the line worked out here."""
    points, difference, goals = line.among()
    played = len(line.scores)
    wins = sum(us > them for _, us, them in line.scores)
    draws = sum(us == them for _, us, them in line.scores)
    assert (row["rank"], row["points"], row["goal_difference"]) == (rank, points, difference)
    assert (row["goals_for"], row["goals_against"]) == (goals, goals - difference)
    assert (row["played"], row["wins"], row["draws"]) == (played, wins, draws)
    assert row["losses"] == played - wins - draws
    if played:
        assert float(row["win_percentage"]) == pytest.approx(100 * wins / played, abs=0.051)
    else:
        assert row["win_percentage"] is None


async def test_head_to_head_decides_before_the_name(
    fresh_database: Any, fetch: Fetch, inside: Inside
) -> None:
    """Of two teams level on points, difference and goals, the one that won their game leads."""
    from bot.demo.sample import SampleSpec, load_sample

    url = await fresh_database()
    (event,) = await load_sample(url, SampleSpec(only=(2,)))
    connection = await asyncpg.connect(url)
    # Each wins once. M and Z are level in points, difference and goals; Z won their game.
    teams = await connection.fetch(
        "SELECT t.id, t.division_pool_teams AS division FROM teams AS t"
        " JOIN division_pools AS d ON d.id = t.division_pool_teams"
        " WHERE t.deleted_at IS NULL AND d.name = 'Open' AND d.deleted_at IS NULL LIMIT 3"
    )
    (a, division), (z, _), (m, _) = (tuple(team) for team in teams)
    for team, name in ((a, "A"), (z, "Z"), (m, "M")):
        await connection.execute("UPDATE teams SET name = $2 WHERE id = $1", team, name)
    games = await connection.fetch(
        "SELECT id FROM games WHERE division_pool_games = $1 AND deleted_at IS NULL LIMIT 3",
        division,
    )
    plan = ((m, a, 10, 8), (a, z, 10, 8), (z, m, 12, 10))
    for game, (home, away, *scores) in zip(games, plan, strict=True):
        await connection.execute(
            "UPDATE games SET team_home_games = $2, team_away_games = $3, home_team_score = $4,"
            " away_team_score = $5, status = 'ended' WHERE id = $1",
            *(game["id"], home, away, *scores),
        )
    await connection.close()
    sql = inside("SELECT team, points, goals_for FROM standings WHERE played > 0 ORDER BY rank")
    rows = [tuple(row) for row in await fetch(url, sql, [event.id])]
    assert rows == [("Z", 3, 20), ("M", 3, 20), ("A", 3, 18)]
