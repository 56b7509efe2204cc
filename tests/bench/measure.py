"""Figures: times of many runs, and a line that sets them beside their reference."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Times:
    """Times of one thing, in milliseconds."""

    name: str
    milliseconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.milliseconds)

    @property
    def p99(self) -> float:
        """All but one in a hundred are below it."""
        return statistics.quantiles(self.milliseconds, n=100)[98]


def times(name: str, seconds: Sequence[float]) -> Times:
    """Times from seconds."""
    return Times(name, tuple(1000 * each for each in seconds))


def compare(what: str, ours: Times, reference: Times) -> None:
    """Print ours, the reference and the ratio of their medians."""
    print(what)
    for each in (ours, reference):
        runs = len(each.milliseconds)
        print(f"  {each.name:<34} median {each.median:9.3f} ms   p99 {each.p99:9.3f} ms   n {runs}")
    print(f"  {'ratio of medians':<34}        {ours.median / reference.median:9.2f}")
