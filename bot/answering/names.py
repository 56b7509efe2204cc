"""The names that the bound events' rows bear, ready to be looked for in a question.

A row is known by its name and by what it belongs to (a player's team), since names alone are not
always unique.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.answering.folding import fold, tokens
from bot.semantic import SemanticModel
from bot.semantic.model import Lookup, Parent, Stored


@dataclass(frozen=True, slots=True, order=True)
class Named:
    """`column` is table.column, `value` the stored name, `within` what it belongs to or ""."""

    column: str
    value: str
    within: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """Names by their folded text, and names of several words by each of those words.

    `known` is both; where a text is a whole name, that is meant.
    """

    whole: Mapping[str, tuple[Named, ...]]
    parts: Mapping[str, tuple[Named, ...]]
    known: Mapping[str, tuple[Named, ...]]

    def by_column(self) -> dict[str, tuple[str, ...]]:
        """The names of each column (table.column), sorted, each once."""
        found: dict[str, set[str]] = defaultdict(set)
        for each in self.whole.values():
            for named in each:
                found[named.column].add(named.value)
        return {column: tuple(sorted(values)) for column, values in found.items()}


def index(named: Iterable[Named]) -> Names:
    """Index names for look-up."""
    whole: dict[str, list[Named]] = defaultdict(list)
    parts: dict[str, list[Named]] = defaultdict(list)
    for each in sorted(set(named)):
        folded = [token.folded for token in tokens(each.value)]
        if not folded:
            continue
        whole[" ".join(folded)].append(each)
        for word in set(folded) if len(folded) > 1 else ():
            parts[word].append(each)
    wholes = {text: tuple(found) for text, found in whole.items()}
    words = {word: tuple(found) for word, found in parts.items()}
    return Names(wholes, words, {**words, **wholes})


def owner_column(model: SemanticModel, column: str) -> str:
    """The column beside `column` (table.column) that names what a row belongs to; "" for none.

    That is the look-up of a name through the table's path to the event: players have a team.
    """
    table = model.tables[column.partition(".")[0]]
    recipe = table.recipe
    if not isinstance(recipe, Stored) or not isinstance(recipe.reach, Parent):
        return ""
    return next(
        (
            each.name
            for each in table.columns
            if isinstance(each.origin, Lookup)
            and each.origin.through == recipe.reach.column
            and each.origin.column == "name"
        ),
        "",
    )


def kind_word(column: str) -> str:
    """What people call a row of the column's table: “team”, “round” for game_rounds."""
    return fold(column.partition(".")[0]).rpartition("_")[2].removesuffix("s")
