"""A tournament as rows: what the score keepers and teams would have entered by now."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import cycle
from random import Random
from uuid import UUID

from bot.demo.sample.event import DELETED, DRAFT, Tournament, When
from bot.demo.sample.play import TO, Course
from bot.demo.sample.rosters import Player, Team
from bot.demo.sample.rows import Rows
from bot.demo.sample.schedule import ALLOCATED
from bot.demo.sample.shared import Shared
from bot.demo.sample.spirit import record_spirit
from bot.demo.sample.stages import Division, Game

_MINUTE = timedelta(minutes=1)
# How an old loader, the score keepers' app and the office call a game that is over.
_OVER = ("finished", "ended", "completed")
_OVER_WEIGHTS = {When.PAST: (70, 20, 10), When.NOW: (85, 15, 0), When.FUTURE: (1, 0, 0)}


@dataclass(frozen=True, slots=True)
class Pen:
    """What every writer needs: chance, rows to add to, shared ids, the tournament."""

    random: Random
    rows: Rows
    shared: Shared
    event: Tournament


def record(pen: Pen) -> None:
    """Add every row of the tournament."""
    event = pen.event
    add_event(pen)
    for number, round_ in enumerate(event.rounds, start=1):
        pen.rows.add(
            "game_rounds",
            id=round_.id,
            name=round_.name,
            round_type=round_.kind,
            round_number=number,
            start_date=_day(event, 0 if round_.kind == "pool" else 1),
            end_date=_day(event, 1 if round_.kind == "pool" else 2),
            event_game_rounds=event.id,
        )
    homes = cycle(pen.shared.locations)
    for division in event.divisions:
        add_division(pen, division)
        for team in division.teams:
            add_team(pen, division, team, next(homes))
        for game in division.games:
            add_game(pen, division, game)


def add_event(pen: Pen) -> None:
    """The event itself, with the counts that the application keeps beside the rows."""
    event = pen.event
    status = {When.PAST: "completed", When.NOW: "in_progress", When.FUTURE: "published"}
    pen.rows.add(
        "events",
        id=event.id,
        name=event.name,
        slug=event.slug,
        year=event.first.year,
        start_date=_day(event, 0),
        end_date=_day(event, 2) + timedelta(hours=23),
        status="draft" if event.number == DRAFT else status[event.when],
        description=f"{event.name}: three days of ultimate.",
        settings={"game_to": TO, "timezone": "UTC"},
        categories=["ultimate"],
        teams_count=sum(len(division.teams) for division in event.divisions),
        games_count=sum(len(division.games) for division in event.divisions),
        discipline_events=pen.shared.disciplines[0],
        location_events=pen.shared.locations[event.location],
        deleted_at=event.clock if event.number == DELETED else None,
    )


def add_division(pen: Pen, division: Division) -> None:
    """A division."""
    pen.rows.add(
        "division_pools",
        id=division.id,
        name=division.name,
        division_type=division.name.split()[0].lower(),
        max_teams=20,
        ranking_criteria=["points", "goal_difference", "goals_for", "head_to_head"],
        event_division_pools=pen.event.id,
    )


def add_team(pen: Pen, division: Division, team: Team, home: UUID) -> None:
    """A team with its players; places are known once the event is over."""
    past = pen.event.when is When.PAST
    pen.rows.add(
        "teams",
        id=team.id,
        name=team.name,
        initial_seed=team.seed,
        final_placement=division.places.get(team.id) if past else None,
        metadata={"paid": pen.random.random() < 0.95},
        division_pool_teams=division.id,
        location_teams=home if pen.random.random() < 0.8 else None,
    )
    for player in team.players:
        add_player(pen, team, player)


def add_player(pen: Pen, team: Team, player: Player, **other: object) -> None:
    """A player of a team; `other` replaces columns."""
    address = f"{player.name}.{team.name}.{player.jersey}@example.org".lower().replace(" ", "-")
    values: dict[str, object] = {
        "id": player.id,
        "name": player.name,
        "email": address if player.jersey % 5 else None,
        "gender": player.gender,
        "date_of_birth": datetime.combine(player.born, time(), UTC),
        "jersey_number": player.jersey,
        "is_captain": player.captain,
        "is_spirit_captain": player.spirit_captain,
        "team_players": team.id,
    }
    pen.rows.add("players", **(values | other))


def seen(event: Tournament, game: Game) -> Course | None:
    """The game as far as it has got by now; None before its start and for a canceled one."""
    if game.canceled or game.started > event.clock:
        return None
    return game.course.until(int((event.clock - game.started).total_seconds()))


def add_game(pen: Pen, division: Division, game: Game) -> None:
    """A game with its events, its players' numbers and, once over, its spirit scores."""
    event, random = pen.event, pen.random
    course = seen(event, game)
    over = course is not None and game.ended <= event.clock
    status = random.choices(_OVER, _OVER_WEIGHTS[event.when])[0] if over else "in_progress"
    home, away = course.score if course else (0, 0)
    values: dict[str, object] = {
        "id": game.id,
        "name": game.name,
        "scheduled_time": game.scheduled,
        "actual_start_time": game.started if course else None,
        "actual_end_time": game.ended if over else None,
        "allocated_time_minutes": ALLOCATED // _MINUTE,
        "stoppage_time_seconds": random.choice((0, 0, 0, 90, 150)) if course else 0,
        "status": status if course else game.canceled or "scheduled",
        "home_team_score": home,
        "away_team_score": away,
        "first_pull_by": random.choice(("home", "away")) if course else None,
        "version": 1 + home + away,
        "division_pool_games": division.id,
        "field_games": game.field,
        "game_round_games": game.round.id if game.round else None,
        "team_home_games": game.home.id,
        "team_away_games": game.away.id,
        "user_officiated_games": random.choice(pen.shared.users) if random.random() < 0.6 else None,
    }
    pen.rows.add("games", **values)
    if course:
        add_goals(pen, game, course)
        add_scorings(pen, game, course)
    if over:
        record_spirit(random, pen.rows, pen.shared, game)


def add_goals(pen: Pen, game: Game, course: Course) -> None:
    """The start, a goal each time somebody scores, half-time; in the order of time."""

    def note(kind: str, second: int, text: str, **other: object) -> None:
        place = {"minute": second // 60, "second": second % 60, "description": text}
        key = {"game_game_events": game.id}
        pen.rows.add("game_events", event_type=kind, **place, **key, **other)

    note("game_start", 0, "First pull")
    score = [0, 0]
    halved = False
    for goal in course.goals:
        score[0 if goal.home else 1] += 1
        team = game.home if goal.home else game.away
        data = {"team_id": str(team.id), "score": f"{score[0]}-{score[1]}"}
        if goal.assist:
            data["assist_player_id"] = str(goal.assist.id)
        # Entered on another screen of the application, which fills only the metadata.
        loose = pen.random.random() < 0.07
        if loose:
            data |= {"player_id": str(goal.scorer.id), "player_name": goal.scorer.name}
        player = None if loose else goal.scorer.id
        text = f"Goal for {team.name}"
        note("goal", goal.second, text, metadata=data, player_game_events=player)
        if not halved and max(score) == (TO + 1) // 2:
            halved = True
            note("half_time", goal.second, "Half-time")


def add_scorings(pen: Pen, game: Game, course: Course) -> None:
    """A row for every player who did anything that is counted."""
    goals = Counter(goal.scorer.id for goal in course.goals)
    assists = Counter(goal.assist.id for goal in course.goals if goal.assist)
    share = min(1.0, len(course.goals) / 24)
    for team in (game.home, game.away):
        for player in team.players:
            numbers = {
                "goals": goals[player.id],
                "assists": assists[player.id],
                "blocks": int(pen.random.expovariate(1.6) * share),
                "turns": int(pen.random.expovariate(1.1) * share),
            }
            if any(numbers.values()):
                keys = {"game_scores": game.id, "player_scores": player.id}
                pen.rows.add("scorings", **numbers, **keys, version=sum(numbers.values()))


def _day(event: Tournament, days: int) -> datetime:
    return datetime.combine(event.first + timedelta(days=days), time(), UTC)
