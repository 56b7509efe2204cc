"""Teams and their players: names, numbers, who leads, how strong they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from uuid import UUID

from bot.demo.sample.names import person_name

GENDERS = {"Open": 0.08, "Women": 1.0, "Mixed": 0.48}
"""The share of women in a division's rosters; other divisions are mixed."""


@dataclass(frozen=True, slots=True)
class Player:
    """A player; `cutting` and `throwing` weigh who scores and who assists."""

    id: UUID
    name: str
    gender: str
    born: date
    jersey: int
    captain: bool
    spirit_captain: bool
    cutting: float
    throwing: float


@dataclass(frozen=True, slots=True)
class Team:
    """A team; `strength` and `spirit` are about 0, one being much."""

    id: UUID
    name: str
    seed: int
    strength: float
    spirit: float
    players: tuple[Player, ...]


def make_team(random: Random, name: str, division: str, strength: float, seed: int) -> Team:
    """Invent a roster of 15 to 26 with a captain and another spirit captain."""
    size = min(26, max(15, round(random.gauss(22, 3))))
    genders = [_gender(random, division) for _ in range(size)]
    names: dict[str, str] = {}
    for gender in genders:
        while (person := person_name(random, gender)) in names:
            pass
        names[person] = gender
    jerseys = random.sample(range(100), size)
    captain, spirit_captain = random.sample(range(size), 2)
    players = tuple(
        Player(
            id=new_id(random),
            name=person,
            gender=gender,
            born=date(2007, 1, 1) - timedelta(days=random.randrange(20 * 365)),
            jersey=jerseys[index],
            captain=index == captain,
            spirit_captain=index == spirit_captain,
            cutting=random.paretovariate(1.6),
            throwing=random.paretovariate(1.4),
        )
        for index, (person, gender) in enumerate(names.items())
    )
    return Team(new_id(random), name, seed, strength, random.gauss(0, 0.13), players)


def other_luck(random: Random, team: Team) -> Team:
    """The same team and people, with other strengths, captains and jerseys."""
    size = len(team.players)
    jerseys = random.sample(range(100), size)
    captain, spirit_captain = random.sample(range(size), 2)
    players = tuple(
        replace(
            player,
            jersey=jerseys[index],
            captain=index == captain,
            spirit_captain=index == spirit_captain,
            cutting=random.paretovariate(1.6),
            throwing=random.paretovariate(1.4),
        )
        for index, player in enumerate(team.players)
    )
    return replace(team, strength=random.gauss(0, 1), spirit=random.gauss(0, 0.13), players=players)


def new_id(random: Random) -> UUID:
    """An id that comes out of the seed."""
    return UUID(int=random.getrandbits(128), version=4)


def _gender(random: Random, division: str) -> str:
    return "female" if random.random() < GENDERS.get(division, 0.5) else "male"
