"""From scores to tables: the best ones, with those that link them, as far as the budget goes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from bot.semantic import SemanticModel

_FAR = 3
"""Foreign keys between two tables that are still worth the tables in between."""


def choose(
    model: SemanticModel,
    scores: Mapping[str, float],
    cost: Mapping[str, int],
    budget: int,
    *,
    there: Iterable[str] = (),
    always: Iterable[str] = (),
) -> tuple[str, ...]:
    """Tables in the model's order, beside those that are `there`, of at most `budget` characters.

    `always` comes first, as far as it fits; then tables by score, each with the shortest way of
    foreign keys to what is already taken.
    """
    links = linked(model)
    before = frozenset(there)
    cost = {**cost, **dict.fromkeys(before, 0)}
    taken = set(before)
    for name in always:
        _take({name}, taken, cost, budget)
    for name in sorted(scores, key=lambda name: (-scores[name], name)):
        way = _way(name, taken, links)
        if not _take({name, *way}, taken, cost, budget):
            _take({name}, taken, cost, budget)
    return tuple(name for name in model.tables if name in taken - before)


def linked(model: SemanticModel) -> dict[str, frozenset[str]]:
    """Each table's neighbours by foreign keys, both ways; the root, near to all, links none."""
    near: dict[str, set[str]] = {name: set() for name in model.tables}
    for table in model.tables.values():
        for column in table.columns:
            target = column.references.partition(".")[0]
            if target and target != table.name and model.root not in {target, table.name}:
                near[table.name].add(target)
                near[target].add(table.name)
    return {name: frozenset(others) for name, others in near.items()}


def _take(names: set[str], taken: set[str], cost: Mapping[str, int], budget: int) -> bool:
    whole = taken | names
    fits = sum(cost[name] for name in whole) <= budget
    if fits:
        taken |= names
    return fits


def _way(start: str, taken: set[str], links: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """The tables between `start` and the nearest of `taken`; () if there is none near."""
    waiting: deque[tuple[str, tuple[str, ...]]] = deque([(start, ())])
    seen = {start}
    while waiting:
        at, way = waiting.popleft()
        for near in sorted(links[at] - seen):
            if near in taken:
                return way
            seen.add(near)
            if len(way) + 2 <= _FAR:
                waiting.append((near, (*way, near)))
    return ()
