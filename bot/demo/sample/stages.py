"""A division's way through a tournament: pools, quarterfinals, semifinals, final, placements.

A stage is played only once the one before it is over, so an event that is under way has exactly
the games that can be known by now. Standings here decide who meets whom; they follow the rules of
the game-stats-api (3 points a win, 1 a draw; then goal difference, goals for, name).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from bot.demo.sample.play import Course, play
from bot.demo.sample.rosters import Team, new_id
from bot.demo.sample.schedule import SLOTS, Schedule, next_day

CANCELED = ("canceled", "cancelled")


@dataclass(frozen=True, slots=True)
class Round:
    """A round of the event."""

    id: UUID
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Game:
    """A game with its whole course, also where that lies in the future. `round` may be unknown."""

    id: UUID
    name: str
    home: Team
    away: Team
    round: Round | None
    scheduled: datetime
    started: datetime
    field: UUID
    slot: int
    course: Course
    canceled: str = ""

    @property
    def ended(self) -> datetime:
        """When the game is over."""
        return self.started + timedelta(seconds=self.course.seconds)

    @property
    def winner(self) -> Team:
        """Who won; the home team after a draw, which only pools allow."""
        home, away = self.course.score
        return self.home if home >= away else self.away

    @property
    def loser(self) -> Team:
        """Who did not win."""
        return self.away if self.winner is self.home else self.home


@dataclass(slots=True)
class Division:
    """A division being played. `stage` are the games of the stage that was drawn last.

    `places` fills up with final placements, by team.
    """

    id: UUID
    name: str
    teams: tuple[Team, ...]
    pools: tuple[tuple[Round, tuple[Team, ...]], ...]
    games: list[Game] = field(default_factory=list)
    places: dict[UUID, int] = field(default_factory=dict)
    stage: list[Game] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Stages:
    """What the stages of an event share. `rounds` are those after the pools, by name."""

    random: Random
    schedule: Schedule
    rounds: dict[str, Round]

    def pool_games(self, divisions: Sequence[Division]) -> None:
        """Every team of a pool meets every other, round by round over all divisions."""
        for number in range(max(len(pool) for each in divisions for _, pool in each.pools)):
            for division in divisions:
                for round_, pool in division.pools:
                    for home, away in _pairs(pool, number):
                        self._game(division, home, away, round_.name, round_, draws=True)
        for number, division in enumerate(divisions):
            place = self.random.randrange(len(division.games))
            game = division.games[place]
            division.games[place] = replace(game, canceled=CANCELED[number % 2])
            division.stage = list(division.games)

    def quarterfinals(self, division: Division) -> None:
        """The best eight; the others play once for the places behind them, pair by pair."""
        best = ranking(division)
        after = max(game.slot for game in division.stage) + 1
        division.stage = [
            self._knockout(division, best[a], best[b], "Quarterfinals", after)
            for a, b in ((0, 7), (3, 4), (1, 6), (2, 5))
        ]
        rest = best[8:]
        for index in range(0, len(rest) - 1, 2):
            game = self._knockout(division, rest[index], rest[index + 1], "Placement", after)
            division.places |= {game.winner.id: 9 + index, game.loser.id: 10 + index}
        if len(rest) % 2:
            division.places[rest[-1].id] = len(best)

    def semifinals(self, division: Division) -> None:
        """Winners play on for the title, losers for the fifth place, on the next morning."""
        one, two, three, four = division.stage
        after = next_day(max(game.slot for game in division.stage))
        division.stage = [
            self._knockout(division, one.winner, two.winner, "Semifinals", after),
            self._knockout(division, three.winner, four.winner, "Semifinals", after),
            self._knockout(division, one.loser, two.loser, "Placement", after),
            self._knockout(division, three.loser, four.loser, "Placement", after),
        ]

    def finals(self, division: Division) -> None:
        """The last game of the best eight teams."""
        one, two, three, four = division.stage
        after = max(game.slot for game in division.stage) + 1
        for place, home, away, name in (
            (1, one.winner, two.winner, "Final"),
            (3, one.loser, two.loser, "Third Place"),
            (5, three.winner, four.winner, "Placement"),
            (7, three.loser, four.loser, "Placement"),
        ):
            game = self._knockout(division, home, away, name, after)
            division.places |= {game.winner.id: place, game.loser.id: place + 1}

    def showcase(self, division: Division, day: int) -> None:
        """A game of the two first teams that belongs to no round."""
        home, away = division.teams[:2]
        self._game(division, home, away, "Showcase", None, after=day * len(SLOTS), draws=False)

    def _knockout(self, division: Division, a: Team, b: Team, name: str, after: int) -> Game:
        # Whoever keeps the schedule sometimes forgets to name the round of a placement game.
        forgotten = name == "Placement" and self.random.random() < 0.2
        round_ = None if forgotten else self.rounds[name]
        return self._game(division, a, b, name, round_, after=after, draws=False)

    def _game(
        self,
        division: Division,
        home: Team,
        away: Team,
        label: str,
        round_: Round | None,
        *,
        after: int = 0,
        draws: bool,
    ) -> Game:
        limit = 2 if draws else 9
        slot, place = self.schedule.place(home.id, away.id, after=after, limit=limit)
        scheduled = self.schedule.time(slot)
        minutes = self.random.choices((1, 2, 7, 15), (50, 25, 20, 5))[0]
        game = Game(
            id=new_id(self.random),
            name=f"{home.name} v {away.name}, {label}",
            home=home,
            away=away,
            round=round_,
            scheduled=scheduled,
            started=scheduled + timedelta(minutes=minutes),
            field=place,
            slot=slot,
            course=play(self.random, home, away, draws=draws),
        )
        division.games.append(game)
        return game


def split(teams: Sequence[Team]) -> list[tuple[Team, ...]]:
    """Teams in pools of three to five, of nearly equal strength by their seeds."""
    count = 2 if len(teams) <= 10 else 3 if len(teams) <= 12 else 4
    pools: list[list[Team]] = [[] for _ in range(count)]
    for index, team in enumerate(sorted(teams, key=lambda team: team.seed)):
        lap, place = divmod(index, count)
        pools[place if lap % 2 == 0 else count - 1 - place].append(team)
    return [tuple(pool) for pool in pools]


def ranking(division: Division) -> list[Team]:
    """All teams after the pools: winners of pools first, then the seconds, and so on."""
    keys: dict[UUID, tuple[float, ...]] = {}
    for _, pool in division.pools:
        tables = {team.id: _record(team, division.games) for team in pool}
        ordered = sorted(pool, key=lambda team: (tables[team.id], team.name), reverse=True)
        keys |= {team.id: (-place, *tables[team.id]) for place, team in enumerate(ordered)}
    return sorted(division.teams, key=lambda team: (keys[team.id], team.name), reverse=True)


def _record(team: Team, games: Iterable[Game]) -> tuple[float, float, float]:
    """Points, goal difference and goals of a team, all per game since pools differ in size."""
    played = [g for g in games if team in (g.home, g.away) and not g.canceled]
    points = difference = scored = 0
    for game in played:
        home, away = game.course.score
        own, other = (home, away) if game.home is team else (away, home)
        points += 3 if own > other else own == other
        difference += own - other
        scored += own
    count = max(1, len(played))
    return points / count, difference / count, scored / count


def _pairs(pool: Sequence[Team], number: int) -> list[tuple[Team, Team]]:
    """Who meets in round `number` of a round robin; the first stays, the others rotate."""
    ring: list[Team | None] = [*pool, *([None] if len(pool) % 2 else [])]
    if number >= len(ring) - 1:
        return []
    turned = [ring[0], *ring[1 + number :], *ring[1 : 1 + number]]
    half = len(turned) // 2
    pairs = zip(turned[:half], reversed(turned[half:]), strict=True)
    return [(home, away) for home, away in pairs if home and away]
