"""One game, point by point, from the two teams' strength: to 15, or to the soft cap.

Calibrated on a real season (USA Ultimate, 2015 to 2019): the winner has 8 to 15, nearly every goal
has an assist. A point takes about three and a half minutes; when the time is up, the point in play
ends and the first to one more than the leader wins; a pool game that is level then may end so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from bot.demo.sample.rosters import Player, Team

TO = 15
_CAP_SECONDS = 76 * 60
_LEVEL_ENDS = 0.6  # share of level pool games that end at the cap as a draw


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal: `home` says who scored, `second` counts from the start of the game."""

    second: int
    home: bool
    scorer: Player
    assist: Player | None


@dataclass(frozen=True, slots=True)
class Course:
    """How a game goes; `seconds` is its whole length."""

    goals: tuple[Goal, ...]
    seconds: int

    def until(self, second: int) -> Course:
        """The same game, as far as it has got after `second` seconds."""
        return Course(tuple(goal for goal in self.goals if goal.second <= second), second)

    @property
    def score(self) -> tuple[int, int]:
        """Goals of the home team and of the away team."""
        home = sum(goal.home for goal in self.goals)
        return home, len(self.goals) - home


def play(random: Random, home: Team, away: Team, *, draws: bool) -> Course:
    """Play a game. Without `draws` there is always a winner."""
    edge = 1 / (1 + math.exp(-0.42 * (home.strength - away.strength)))
    goals: list[Goal] = []
    score, clock, target = [0, 0], 0.0, TO
    pace = random.gauss(205, 28)  # seconds a point, in this game's wind
    capped = False
    while max(score) < target:
        clock += max(40.0, random.gauss(pace, 60))
        by_home = random.random() < edge
        score[0 if by_home else 1] += 1
        goals.append(_goal(random, int(clock), home if by_home else away, home=by_home))
        if not capped and clock >= _CAP_SECONDS:
            capped = True
            if draws and score[0] == score[1] and random.random() < _LEVEL_ENDS:
                break
            if score[0] != score[1] and random.random() < 0.5:
                break
            target = min(TO, max(score) + 1)
    return Course(tuple(goals), int(clock) + 20)


def _goal(random: Random, second: int, team: Team, *, home: bool) -> Goal:
    scorer = random.choices(team.players, [player.cutting for player in team.players])[0]
    throwers = [player for player in team.players if player is not scorer]
    assist = random.choices(throwers, [player.throwing for player in throwers])[0]
    # A defender who catches the other team's throw in the end zone scores without an assist.
    return Goal(second, home, scorer, None if random.random() < 0.02 else assist)
