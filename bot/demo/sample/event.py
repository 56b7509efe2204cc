"""One event from its number: who takes part, and how it goes until now.

Everything comes out of (seed, number), so that an event's rows do not depend on which other events
are made beside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum, auto
from itertools import count
from random import Random
from uuid import UUID

from bot.demo.sample.names import team_name
from bot.demo.sample.rosters import Team, make_team, new_id, other_luck
from bot.demo.sample.schedule import CLOCK, Schedule
from bot.demo.sample.shared import Shared
from bot.demo.sample.spec import SampleSpec
from bot.demo.sample.stages import Division, Round, Stages, split

DRAFT, DELETED = -1, -2
"""Numbers of the two events that nobody may see."""

_KINDS = ("Open", "Women", "Mixed")
_NAMES = {
    0: "Spring Classic",
    1: "Winter Cup",
    2: "Autumn Open",
    DRAFT: "Beach Bash",
    DELETED: "Lost Cup",
}
_MORE = ("Harbour Cup", "Lantern Open", "River Classic", "Hat Festival", "Summit Series")
_ROUNDS = {
    "Quarterfinals": "bracket",
    "Placement": "bracket",
    "Semifinals": "semifinal",
    "Third Place": "bracket",
    "Final": "final",
}
_DAYS = 3


class When(Enum):
    """Whether an event is over, on, or to come."""

    PAST = auto()
    NOW = auto()
    FUTURE = auto()


@dataclass(frozen=True, slots=True)
class Tournament:
    """An event with all that happened in it; `clock` is the time up to which things happened."""

    id: UUID
    number: int
    name: str
    slug: str
    when: When
    first: date
    clock: datetime
    location: int
    rounds: tuple[Round, ...]
    divisions: tuple[Division, ...]


def make_event(spec: SampleSpec, number: int, shared: Shared) -> Tournament:
    """Invent event `number` and play it up to the clock."""
    random = Random(f"{spec.seed}:event:{number}")
    when, first = _when(spec, number)
    clock = _clock(when, first)
    id_ = new_id(random)  # the first of all, as event_id knows
    location = number // 2 % len(shared.locations)  # so events 0 and 1 share one
    divisions = _divisions(random, spec, number)
    teams = sum(len(division.teams) for division in divisions)
    fields = shared.fields[location]
    used = min(len(fields), max(4, math.ceil(teams / 6)))
    rounds = {name: Round(new_id(random), name, kind) for name, kind in _ROUNDS.items()}
    if spec.luck:
        random = Random(f"{spec.seed}:luck:{spec.luck}:{number}")
        divisions = [_other_luck(random, division) for division in divisions]
    _play(Stages(random, Schedule(first, fields[:used]), rounds), divisions, when, clock)
    pools = [round_ for division in divisions for round_, _ in division.pools]
    name = _NAMES.get(number) or f"{_MORE[number % len(_MORE)]} {number}"
    return Tournament(
        id=id_,
        number=number,
        name=name,
        slug=name.lower().replace(" ", "-"),
        when=when,
        first=first,
        clock=clock,
        location=location,
        rounds=(*pools, *rounds.values()),
        divisions=tuple(divisions),
    )


def event_id(spec: SampleSpec, number: int) -> UUID:
    """The id of event `number`; it depends on the seed alone."""
    return new_id(Random(f"{spec.seed}:event:{number}"))


def _when(spec: SampleSpec, number: int) -> tuple[When, date]:
    if number == 0:
        return When.NOW, spec.today - timedelta(days=1)
    if number in (2, DRAFT):
        return When.FUTURE, spec.today + timedelta(days=90)
    weeks = 5 if number in (1, DELETED) else 6 + number % 300
    return When.PAST, spec.today - timedelta(weeks=weeks)


def _clock(when: When, first: date) -> datetime:
    days = {When.PAST: _DAYS + 1, When.NOW: 1, When.FUTURE: -30}[when]
    return datetime.combine(first + timedelta(days=days), CLOCK, UTC)


def _divisions(random: Random, spec: SampleSpec, number: int) -> list[Division]:
    small = number in (DRAFT, DELETED)
    names = count()
    pool_letters = count()
    divisions = []
    for index in range(1 if small else spec.divisions):
        lap, kind = divmod(index, len(_KINDS))
        name = _KINDS[kind] + (f" {lap + 1}" if lap else "")
        size = 8 if small else random.randint(*spec.teams)
        teams = _teams(random, name, [team_name(number, next(names)) for _ in range(size)])
        pools = tuple(
            (Round(new_id(random), f"Pool {_letters(next(pool_letters))}", "pool"), pool)
            for pool in split(teams)
        )
        divisions.append(Division(new_id(random), name, tuple(teams), pools))
    return divisions


def _teams(random: Random, division: str, names: list[str]) -> list[Team]:
    """Teams with seeds that know their strength, but not quite."""
    strengths = [random.gauss(0, 1) for _ in names]
    guesses = [strength + random.gauss(0, 0.45) for strength in strengths]
    order = sorted(range(len(names)), key=lambda index: -guesses[index])
    seeds = {index: seed for seed, index in enumerate(order, start=1)}
    return [
        make_team(random, name, division, strengths[index], seeds[index])
        for index, name in enumerate(names)
    ]


def _other_luck(random: Random, division: Division) -> Division:
    teams = tuple(other_luck(random, team) for team in division.teams)
    rounds = (round_ for round_, _ in division.pools)
    # Pools come out of the seeds, which stay.
    return replace(division, teams=teams, pools=tuple(zip(rounds, split(teams), strict=True)))


def _play(stages: Stages, divisions: list[Division], when: When, clock: datetime) -> None:
    stages.pool_games(divisions)
    for division in divisions:
        if when is not When.FUTURE:
            stages.showcase(division, day=_DAYS - 1)
    for stage in (stages.quarterfinals, stages.semifinals, stages.finals):
        for division in divisions:
            if all(game.ended <= clock or game.canceled for game in division.stage):
                stage(division)


def _letters(index: int) -> str:
    """A to Z, then AA, AB and so on."""
    lap, place = divmod(index, 26)
    return (_letters(lap - 1) if lap else "") + chr(ord("A") + place)
