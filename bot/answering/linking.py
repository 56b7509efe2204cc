"""Value linking: words of a question that mean a stored name: “tides” → teams.name 'Tides'.

A small language model cannot know how a name is spelt; told so in the prompt, it copies it.
Names come from the bound events alone, through the guard like every other query.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

_WORD = re.compile(r"[\w'’.-]+")
_CLOSE = 88.0
_LINKS = 5

# Words of everyday questions that would otherwise be taken for names like “Top Spin” or “Games”.
_COMMON = frozenset(
    "a about all and any are at average best biggest by did do"  # noqa: SIM905 - else sixty lines
    " does each first for from game games goal goals has have how in is it last many most next of"
    " on or per play player players played pool score scores spirit team teams than the their"
    " there they to today top was were what when where which who whose will win wins with"
    " won".split()
)


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """`column` is table.column; `value` the stored name; `said` the words of the question."""

    column: str
    value: str
    said: str

    def __str__(self) -> str:
        return f"{self.column} = '{self.value.replace(chr(39), chr(39) * 2)}'"


def link(question: str, names: Mapping[str, Iterable[str]]) -> tuple[Link, ...]:
    """Find stored names in the question: exact words first, then near spellings.

    Args:
        question: the cleaned text.
        names: table.column → the names stored there.

    Returns:
        At most five links, longest name first; overlapping words are linked once.
    """
    words = [match.group() for match in _WORD.finditer(question)]
    spoken = _phrases(words)
    found: list[tuple[float, Link]] = []
    for column, values in names.items():
        for value in values:
            best = process.extractOne(
                value.casefold(), spoken, scorer=fuzz.ratio, score_cutoff=_cutoff(value)
            )
            if best is not None:
                found.append((best[1] + len(value) / 100, Link(column, value, best[0])))
    return _without_overlaps(found)


def _cutoff(value: str) -> float:
    # Short names differ from everyday words by a letter: they must be spelt right.
    return _CLOSE if len(value) > 4 else 100.0


def _phrases(words: list[str]) -> list[str]:
    folded = [word.casefold().removesuffix("'s").removesuffix("’s") for word in words]
    return [
        " ".join(folded[start : start + size])
        for size in range(1, 5)
        for start in range(len(folded) - size + 1)
        if size > 1 or folded[start] not in _COMMON
    ]


def _without_overlaps(found: list[tuple[float, Link]]) -> tuple[Link, ...]:
    taken: set[str] = set()
    kept: list[Link] = []
    for _score, candidate in sorted(found, key=lambda pair: (-pair[0], pair[1])):
        said = set(candidate.said.split())
        if said & taken:
            continue
        taken |= said
        kept.append(candidate)
    return tuple(sorted(kept[:_LINKS]))
