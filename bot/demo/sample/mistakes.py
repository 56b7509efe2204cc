"""Rows that were deleted, and would change answers if they were counted; and internal rows.

Every kind of row that can be deleted has some. A deleted game keeps rows that hang on it and are
not deleted themselves, as in the real application: whoever reads them must look at the game.
"""

from __future__ import annotations

from dataclasses import replace

from bot.demo.sample.event import When
from bot.demo.sample.names import person_name
from bot.demo.sample.record import Pen, add_player
from bot.demo.sample.rosters import make_team, new_id
from bot.demo.sample.spirit import CATEGORIES
from bot.demo.sample.stages import Division


def record_mistakes(pen: Pen) -> None:
    """Add deleted and internal rows of the tournament."""
    event, rows, gone = pen.event, pen.rows, pen.event.clock
    rows.add(
        "game_rounds",
        name="Pool Z",
        round_type="pool",
        event_game_rounds=event.id,
        deleted_at=gone,
    )
    masters = rows.add(
        "division_pools",
        name="Masters",
        division_type="masters",
        event_division_pools=event.id,
        deleted_at=gone,
    )
    # This team's division is deleted, the team itself is not.
    rows.add("teams", name=f"Veterans of {event.name}", initial_seed=1, division_pool_teams=masters)
    for division in event.divisions:
        _withdrawn_team(pen, division)
        _former_captain(pen, division)
        _game_entered_twice(pen, division)
    _internal(pen)


def _withdrawn_team(pen: Pen, division: Division) -> None:
    name = f"Withdrawn {division.name} of {pen.event.name}"
    team = make_team(pen.random, name, division.name, 3.0, 1)
    pen.rows.add(
        "teams",
        id=team.id,
        name=name,
        initial_seed=1,
        division_pool_teams=division.id,
        deleted_at=pen.event.clock,
    )
    for player in team.players:  # not deleted, though their team is
        add_player(pen, team, player)


def _former_captain(pen: Pen, division: Division) -> None:
    for team in division.teams:
        if pen.random.random() < 0.3 or team is division.teams[1]:
            former = replace(
                team.players[0],
                id=new_id(pen.random),
                captain=True,
                name=person_name(pen.random, team.players[0].gender),
            )
            add_player(pen, team, former, deleted_at=pen.event.clock)


def _game_entered_twice(pen: Pen, division: Division) -> None:
    """A deleted game, a deleted scoring, goal and spirit score of games that stand."""
    rows, gone = pen.rows, pen.event.clock
    game = division.games[0]
    home, away = game.away.players[0], game.home.players[0]
    twin = rows.add(
        "games",
        name=f"{game.name} (entered twice)",
        scheduled_time=game.scheduled,
        allocated_time_minutes=90,
        stoppage_time_seconds=0,
        status="finished",
        home_team_score=15,
        away_team_score=0,
        version=1,
        division_pool_games=division.id,
        field_games=game.field,
        game_round_games=game.round.id if game.round else None,
        team_home_games=game.away.id,
        team_away_games=game.home.id,
        deleted_at=gone,
    )
    numbers = {"goals": 15, "assists": 0, "blocks": 3, "turns": 0, "version": 1}
    rows.add("scorings", **numbers, game_scores=twin, player_scores=home.id)
    goal = {"event_type": "goal", "minute": 1, "second": 0}
    rows.add("game_events", **goal, game_game_events=twin, player_game_events=home.id)
    perfect = dict.fromkeys(CATEGORIES, 4)
    teams = {
        "team_spirit_scores_given": game.home.id,
        "team_spirit_scores_received": game.away.id,
        "user_submitted_spirit_scores": pen.shared.users[0],
    }
    score = rows.add("spirit_scores", **perfect, **teams, game_spirit_scores=twin)
    keys = {"player_mvp_nominations": home.id, "spirit_score_mvp_nominations": score}
    rows.add("mvp_nominations", category=home.gender, **keys)
    # The same again on the game that stands, each row deleted by itself.
    stands = {"deleted_at": gone}
    rows.add("scorings", **numbers, **stands, game_scores=game.id, player_scores=away.id)
    rows.add("game_events", **goal, **stands, game_game_events=game.id, player_game_events=away.id)
    rows.add("spirit_scores", **perfect, **teams, **stands, game_spirit_scores=game.id)


def _internal(pen: Pen) -> None:
    event, rows, random = pen.event, pen.rows, pen.random
    if event.when is When.PAST:
        for deleted in (None, event.clock):
            rows.add(
                "event_reconciliations",
                reconciled_at=event.clock,
                reconciled_by="Tournament office",
                status="completed",
                event_reconciliations=event.id,
                deleted_at=deleted,
            )
    for division in event.divisions:
        for game in random.sample(division.games, 5):
            rows.add(
                "audit_logs",
                created_at=game.scheduled,
                action="update",
                entity_type="game",
                entity_id=game.id,
                user_id=random.choice(pen.shared.users),
                changes={"status": ["scheduled", "in_progress"]},
                ip_address=f"192.0.2.{random.randrange(1, 255)}",
            )
