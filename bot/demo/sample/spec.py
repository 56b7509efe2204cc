"""What sample to make: sizes, seed and day. Equal specs give equal rows, on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

SATURDAY = date(2026, 5, 16)


@dataclass(frozen=True, slots=True)
class SampleSpec:
    """Sizes of the sample.

    Event 0 is being played on `today`, event 1 was played a month before, event 2 is to come; all
    further ones have been played. `teams` is the range of teams in a division. `only` keeps some
    events by number and leaves their rows exactly as they are beside the others; what is shared
    (locations, users) is always there. Without it there are two more, a draft and a deleted event.
    Another `luck` keeps names, seeds, pools, days and the events' ids, and changes captains,
    jerseys, cancellations, scores, winners, statistics and spirit.
    Raises ValueError for sizes that no tournament has.
    """

    events: int = 3
    divisions: int = 3
    teams: tuple[int, int] = (8, 16)
    seed: int = 2041
    today: date = SATURDAY
    only: tuple[int, ...] | None = None
    luck: int = 0

    def __post_init__(self) -> None:
        if not 8 <= self.teams[0] <= self.teams[1] <= 20:  # the brackets are made for these
            raise ValueError(f"teams of a division: 8 to 20, not {self.teams}")
        if self.divisions < 1 or self.divisions * self.teams[1] > 128:  # names are given by 128
            raise ValueError("an event has 1 to 128 teams")

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the events to make, without the hidden ones."""
        return tuple(range(self.events)) if self.only is None else self.only
