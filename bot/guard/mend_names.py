"""Which real name a wrong one means, where only one can be meant.

Each rule is about how models miss: `team_name` or `team` where the table's own column is `name`,
`team_name` where a column `team` holds the name; singular for plural; a misspelt word. A misspelt
word is one that nothing in the semantic model bears: `goals` on a table without goals is another
question, and no misspelling of anything.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from rapidfuzz.distance import OSA

from bot.semantic import SemanticModel, SemanticTable

GENERIC = frozenset({"id", "name"})
"""Columns whose meaning is their table's: never looked for in another one."""

_PLAIN = re.compile(r"[a-z][a-z0-9_]{0,60}")


def columns_meant(
    name: str, columns: Collection[str], table: SemanticTable | None, model: SemanticModel
) -> set[str]:
    """The columns of a source that `name` can mean; `table` if the source is a semantic table."""
    if not _PLAIN.fullmatch(name):
        return set()
    found = {other for other in columns if singular(other) == singular(name)}
    found |= entity_columns(name, columns, table) | _said(name, columns, table)
    return found or _misspelt(name, columns, model)


def entity_columns(name: str, columns: Collection[str], table: SemanticTable | None) -> set[str]:
    """The columns that `name` means by the entity that a row of `table` is."""
    return set(_of_table(name, table)) & set(columns) if table else set()


def _said(name: str, columns: Collection[str], table: SemanticTable | None) -> set[str]:
    """The columns of `table` that people call `name`: `turnovers` for `turns`."""
    words = name.replace("_", " ")
    own = table.columns if table else ()
    return {each.name for each in own if words in each.also} & set(columns)


def tables_meant(name: str, names: Collection[str], model: SemanticModel) -> set[str]:
    """The tables or WITHs among `names` that `name` can mean."""
    if not _PLAIN.fullmatch(name) or name.startswith("pg_"):
        return set()
    found = {other for other in names if singular(other) == singular(name)}
    return found or _misspelt(name, names, model)


def singular(name: str) -> str:
    """`name` without a plural's ending, well enough to compare two."""
    return name[:-1] if name.endswith("s") and not name.endswith("ss") and len(name) > 3 else name


def _of_table(name: str, table: SemanticTable) -> Iterator[str]:
    """What `name` means by the entity that a row is: its name, its id, the name of a part."""
    if name == singular(table.name):
        yield "name"  # `SELECT team FROM teams`
    for prefix in (singular(table.name), table.name):
        if name.startswith(f"{prefix}_"):
            yield name.removeprefix(f"{prefix}_")
    base = table.column(name.removesuffix("_name"))
    if base and base.type == "text":
        yield base.name
    if table.derived and len(table.key) == 1 and table.key[0].endswith("_id"):
        # A row of standings is a team: its name is `team`, its id `team_id`.
        if name == "id":
            yield table.key[0]
        elif name == "name":
            yield table.key[0].removesuffix("_id")


def _misspelt(name: str, names: Collection[str], model: SemanticModel) -> set[str]:
    """The names that `name` misses by a letter or two in words that do not exist, or by `_`."""
    joined = {other for other in names if other.replace("_", "") == name.replace("_", "")}
    if joined:
        return joined
    known = vocabulary(model)
    words = name.split("_")
    return {
        other
        for other in names
        if len(parts := other.split("_")) == len(words)
        and all(
            w == p or (w not in known and _near(w, p)) for w, p in zip(words, parts, strict=True)
        )
    }


def _near(word: str, other: str) -> bool:
    """Whether one letter (of five or more), or two (of eight or more), part the words."""
    length = min(len(word), len(other))
    if length < 5:
        return False
    return OSA.distance(word, other) <= (2 if length >= 8 else 1)


def vocabulary(model: SemanticModel) -> set[str]:
    """Every word in the names of the semantic model, as it is and without its plural."""
    names = {*model.tables} | {c.name for t in model.tables.values() for c in t.columns}
    words = {word for name in names for word in name.split("_")}
    return words | {singular(word) for word in words}
