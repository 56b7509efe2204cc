"""When and where games are played: days of six slots, so many fields, a team once at a time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

SLOTS = (time(9, 0), time(10, 45), time(12, 30), time(14, 15), time(16, 0), time(17, 45))
ALLOCATED = timedelta(minutes=90)
CLOCK = time(13, 30)
"""What time it is, UTC, on the second day of the event that is being played."""

GAMES_A_DAY = 2  # of a team, before its bracket
FIELDS = 16  # at a location


@dataclass(slots=True)
class Schedule:
    """Gives out slots in order. Days count from `first`; times are UTC."""

    first: date
    fields: tuple[UUID, ...]
    _taken: Counter[int] = field(default_factory=Counter)
    _busy: set[tuple[UUID, int]] = field(default_factory=set)
    _games: Counter[tuple[UUID, int]] = field(default_factory=Counter)

    def place(
        self, home: UUID, away: UUID, *, after: int = 0, limit: int = GAMES_A_DAY
    ) -> tuple[int, UUID]:
        """Take the first slot from `after` on in which both teams and a field are free."""
        slot = after
        while not self._fits(home, away, slot, limit):
            slot += 1
        taken = self._taken[slot]
        self._taken[slot] += 1
        for team in (home, away):
            self._busy.add((team, slot))
            self._games[team, slot // len(SLOTS)] += 1
        return slot, self.fields[taken]

    def _fits(self, home: UUID, away: UUID, slot: int, limit: int) -> bool:
        day = slot // len(SLOTS)
        return self._taken[slot] < len(self.fields) and all(
            (team, slot) not in self._busy and self._games[team, day] < limit
            for team in (home, away)
        )

    def time(self, slot: int) -> datetime:
        """When a slot begins."""
        day, part = divmod(slot, len(SLOTS))
        return datetime.combine(self.first + timedelta(days=day), SLOTS[part], UTC)


def next_day(slot: int) -> int:
    """The first slot of the day after."""
    return (slot // len(SLOTS) + 1) * len(SLOTS)
