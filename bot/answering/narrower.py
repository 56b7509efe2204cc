"""Narrower questions to offer under an answer: “only the Open division”, “only status finished”.

From the semantic model's enumerations alone: a linked column with few values in these events, or a
column whose samples list its values; where the query reads the table, nothing says yet which of
the values is meant, and the answer has something to narrow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.domain import Answer, ColumnKind, Refinement
from bot.semantic import SemanticModel, SemanticTable
from bot.texts import say

Names = Mapping[str, tuple[str, ...]]

FEW = range(2, 7)
"""How many values make a list that is worth offering."""

_LONGEST = 60
_LIST = 3
"""Rows that make a list; fewer are what was asked for."""

_LITERAL = re.compile(r"'((?:[^']|'')*)'")
_SUMS = re.compile(r"\b(count|sum|avg|min|max)\s*\(", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Choice:
    """Values of a column: `noun` is what each of them is, or "" where `column` has to say it."""

    values: tuple[str, ...]
    noun: str = ""
    column: str = ""


def refinements(answer: Answer, model: SemanticModel, names: Names) -> tuple[Refinement, ...]:
    """What to offer under `answer`; `names` are the linked columns' values in its events."""
    if not _has_more_to_say(answer):
        return ()
    literals = [
        found.replace("''", "'").strip("%").casefold()
        for found in _LITERAL.findall(answer.query.shown)
    ]
    question = answer.question.text.casefold()
    for choice in _choices(answer.query.tables, model, names, literals):
        used = any(_in_use(value, question, literals) for value in choice.values)
        left = () if used else _left(choice, answer)
        if len(left) in FEW and all(len(value) <= _LONGEST for value in left):
            return tuple(_refinement(choice, value) for value in left)
    return ()


def _has_more_to_say(answer: Answer) -> bool:
    """Whether the rows are a list, or stand for more rows than they are."""
    rows, cut = len(answer.table.rows), answer.shape.limited or answer.table.truncated
    return rows >= _LIST or (rows > 0 and (cut or bool(_SUMS.search(answer.query.shown))))


def _choices(
    read: Sequence[str], model: SemanticModel, names: Names, literals: list[str]
) -> Iterator[_Choice]:
    tables = [model.tables[name] for name in read if name in model.tables]
    for linked in model.linked:
        table, _, _ = linked.partition(".")
        noun = table.removesuffix("s").replace("_", " ")
        reached = any(used.name == table or used.column(noun) is not None for used in tables)
        few = len(names.get(linked, ())) in FEW
        if reached and few and not _implied(noun, model, names, literals):
            yield _Choice(names[linked], noun=noun)
    for used in tables:
        yield from _samples(used, model)


def _samples(used: SemanticTable, model: SemanticModel) -> Iterator[_Choice]:
    for column in used.columns:
        linked = f"{used.name}.{column.name}" in model.linked
        # The event's own state narrows nothing.
        if len(column.samples) in FEW and not linked and used.name != model.root:
            yield _Choice(column.samples, column=column.name)


def _implied(noun: str, model: SemanticModel, names: Names, literals: list[str]) -> bool:
    """Whether the query names a row that has one value of it: a team is of one division."""
    owned = [each for each in model.linked if model.tables[each.partition(".")[0]].column(noun)]
    return any(_in_use(name, "", literals) for column in owned for name in names.get(column, ()))


def _in_use(value: str, question: str, literals: list[str]) -> bool:
    # 'wom%' filters too.
    folded = value.casefold()
    return folded in question or any(
        folded in one or (len(one) >= 3 and one in folded) for one in literals
    )


def _left(choice: _Choice, answer: Answer) -> tuple[str, ...]:
    """The values that would narrow the rows, as far as these show it."""
    table = answer.table
    for place, column in enumerate(table.columns):
        shown = [row[place] for row in table.rows]
        if column.kind is not ColumnKind.TEXT or not set(shown) <= set(choice.values):
            continue
        if len(set(shown)) == len(shown):
            return ()  # a row each: what it would say is there
        if not (answer.shape.limited or table.truncated):
            return tuple(value for value in choice.values if value in shown)
    return choice.values


def _refinement(choice: _Choice, value: str) -> Refinement:
    if not choice.noun:
        label = say("buttons.only", value=value.replace("_", " "))
        return Refinement(label, f"only {choice.column} {value}")
    named = value if choice.noun in value.casefold() else f"{value} {choice.noun}"
    return Refinement(say("buttons.only", value=value), f"only the {named}")
