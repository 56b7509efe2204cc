"""Spirit scores: what each team of a game thinks of the other, and whom it names.

Five categories of 0 to 4; 2 is normal, so totals centre on 10. Team averages lie between 8.25 and
14 in a real season (USA Ultimate, 2015 to 2019). Some teams forget to submit, a few do so often.
"""

from __future__ import annotations

from random import Random

from bot.demo.sample.rosters import Team
from bot.demo.sample.rows import Rows
from bot.demo.sample.shared import Shared
from bot.demo.sample.stages import Game

CATEGORIES = (
    "rules_knowledge",
    "fouls_body_contact",
    "fair_mindedness",
    "attitude",
    "communication",
)
_COMMENTS = (
    "Great game, thank you!",
    "A few long discussions about contact, solved calmly.",
    "Your captain's talk at half-time helped a lot.",
    "Please learn the pick rule.",
    "Best spirit circle of the weekend.",
    "Some calls came late; let us talk about it next time.",
)


def record_spirit(random: Random, rows: Rows, shared: Shared, game: Game) -> None:
    """Add the scores that the two teams of a finished game gave each other."""
    for giver, receiver in ((game.home, game.away), (game.away, game.home)):
        if random.random() > _forgets(giver):
            _submit(random, rows, shared, game, giver, receiver)


def _forgets(team: Team) -> float:
    return 0.4 if team.id.int % 11 == 0 else 0.04


def _submit(
    random: Random, rows: Rows, shared: Shared, game: Game, giver: Team, receiver: Team
) -> None:
    score = rows.add(
        "spirit_scores",
        **{name: _category(random, receiver) for name in CATEGORIES},
        comments=random.choice(_COMMENTS) if random.random() < 0.15 else None,
        game_spirit_scores=game.id,
        team_spirit_scores_given=giver.id,
        team_spirit_scores_received=receiver.id,
        user_submitted_spirit_scores=random.choice(shared.users),
    )
    for table, often in (("mvp", 0.6), ("spirit", 0.45)):
        if random.random() < often:
            player = random.choice(receiver.players)
            keys = {
                f"player_{table}_nominations": player.id,
                f"spirit_score_{table}_nominations": score,
            }
            rows.add(f"{table}_nominations", category=player.gender, **keys)


def _category(random: Random, team: Team) -> int:
    return min(4, max(0, round(random.gauss(2.0 + team.spirit, 0.56))))
