"""Narrower questions to offer under an answer: “only the Open division”, “only status finished”.

From the semantic model's enumerations alone: a linked column with few values in these events, or a
column whose samples list its values; where the query reads the table and does not filter by one of
those values already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.domain import GuardedQuery, Refinement
from bot.semantic import SemanticModel

FEW = range(2, 7)
"""How many values make a list that is worth offering."""

_LONGEST = 60
_LITERAL = re.compile(r"'((?:[^']|'')*)'")


def refinements(
    model: SemanticModel,
    query: GuardedQuery,
    question: str,
    names: Mapping[str, tuple[str, ...]],
) -> tuple[Refinement, ...]:
    """What to offer under an answer of `query`; `names` are the linked columns' values here."""
    said = question.casefold()
    literals = [
        found.replace("''", "'").strip("%").casefold() for found in _LITERAL.findall(query.shown)
    ]
    for noun, values in _enumerations(model, query, names):
        used = any(_in_use(value.casefold(), said, literals) for value in values)
        if not used and all(len(value) <= _LONGEST for value in values):
            return tuple(_refinement(noun, value) for value in values)
    return ()


def _enumerations(
    model: SemanticModel, query: GuardedQuery, names: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    tables = [model.tables[name] for name in query.tables if name in model.tables]
    for linked in model.linked:
        table, _, _ = linked.partition(".")
        noun = table.removesuffix("s").replace("_", " ")
        reached = any(used.name == table or used.column(noun) is not None for used in tables)
        if reached and len(names.get(linked, ())) in FEW:
            yield noun, names[linked]
    for used in tables:
        for column in used.columns:
            if len(column.samples) in FEW:
                yield "", tuple(f"{column.name} {sample}" for sample in column.samples)


def _in_use(value: str, question: str, literals: list[str]) -> bool:
    # 'wom%' filters too.
    return value in question or any(
        value in one or (len(one) >= 3 and one in value) for one in literals
    )


def _refinement(noun: str, value: str) -> Refinement:
    if not noun:
        _, _, short = value.partition(" ")
        return Refinement(f"Only {short.replace('_', ' ')}", f"only {value}")
    named = value if noun in value.casefold() else f"{value} {noun}"
    return Refinement(f"Only {value}", f"only the {named}")
