"""How each table's rows belong to a row of the root: the shortest way over NOT NULL foreign keys.

Two ways of one length may lead to two different tenants, so such a table is left out with both
named: a person decides. A table that no way leads from, but that listed tables refer to, is shared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.semantic.draft.survey import ForeignKey, Survey, TableSeen


@dataclass(frozen=True, slots=True)
class Way:
    """How a table is reached: by `parent`, one of its columns, or through its `users`.

    `users` are pairs of a table and its column that refers here. The root has neither.
    """

    parent: str = ""
    users: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Paths:
    """The ways of the tables that can be listed, in the order found; why the others cannot be."""

    ways: Mapping[str, Way]
    left_out: Mapping[str, str]


def find_paths(survey: Survey, root: str) -> Paths:
    """The way of every table of `survey` to the table `root`."""
    ways: dict[str, Way] = {root: Way()}
    left_out: dict[str, str] = {}
    nearer = {root}
    while nearer:
        found: dict[str, Way] = {}
        for table in survey.values():
            if table.name in ways or table.name in left_out:
                continue
            leads = [key for key in _firm(table) if key.target in nearer]
            if len(leads) == 1:
                found[table.name] = Way(parent=leads[0].column)
            elif leads:
                listed = ", ".join(f"{key.column} → {key.target}" for key in leads)
                left_out[table.name] = f"several ways lead to {root}, choose one: {listed}"
        ways |= found
        nearer = set(found)
    ways |= _shared(survey, ways, left_out)
    for table in survey.values():
        if table.name not in ways and table.name not in left_out:
            left_out[table.name] = _why(table, survey, ways, root)
    return Paths(ways, left_out)


def best_root(survey: Survey) -> str:
    """The table that most others belong to; the first by name of several. "" if there is none."""
    reached = {
        table.name: sum(bool(way.parent) for way in find_paths(survey, table.name).ways.values())
        for table in survey.values()
        if len(table.key) == 1
    }
    return max(sorted(reached), key=reached.__getitem__, default="")


def _firm(table: TableSeen) -> Iterator[ForeignKey]:
    for key in table.foreign_keys:
        column = table.column(key.column)
        if column is not None and not column.nullable and key.target != table.name:
            yield key


def _shared(survey: Survey, ways: Mapping[str, Way], left_out: Mapping[str, str]) -> dict[str, Way]:
    """Tables that listed ones refer to; in rounds, so that none is reached through itself."""
    shared: dict[str, Way] = {}
    listed = list(ways)
    while listed:
        users: dict[str, list[tuple[str, str]]] = {}
        for name in (*ways, *shared):
            for key in survey[name].foreign_keys:
                there = key.target in survey and survey[name].column(key.column) is not None
                if there and key.target not in {*ways, *shared, *left_out}:
                    users.setdefault(key.target, []).append((name, key.column))
        listed = list(users)
        shared |= {name: Way(users=tuple(pairs)) for name, pairs in users.items()}
    return shared


def _why(table: TableSeen, survey: Survey, ways: Mapping[str, Way], root: str) -> str:
    for key in table.foreign_keys:
        column = table.column(key.column)
        if key.target in ways and ways[key.target].users == () and column and column.nullable:
            return f"its way to {root} may be empty: {key.column} can be NULL"
    over = [key.target for key in table.foreign_keys if key.target not in ways]
    if any(target in survey for target in over):
        listed = ", ".join(dict.fromkeys(over))
        return f"no way leads to {root}, for what it refers to is not listed: {listed}"
    return f"no way leads to {root}, and no listed table refers to it"
