"""The semantic model as values: tables with friendly names, and how each is made.

A `SemanticTable` is either stored (a physical table, cut to the bound events along its path of
foreign keys) or derived (a SELECT over other semantic tables). `bot.semantic.load` makes these
values from a YAML file and has checked everything that the other modules rely on;
`bot.semantic.compile` turns them into SQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

_INTEGERS = frozenset({"smallint", "integer", "bigint"})

TYPES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "uuid": frozenset({"uuid"}),
        "text": frozenset({"text", "character varying", "character", "citext"}),
        "integer": _INTEGERS,
        "bigint": _INTEGERS,
        "double precision": frozenset({"real", "double precision"}),
        "numeric": _INTEGERS | {"numeric"},
        "boolean": frozenset({"boolean"}),
        "date": frozenset({"date"}),
        "timestamptz": frozenset({"timestamp with time zone"}),
        "jsonb": frozenset({"json", "jsonb"}),
    }
)
"""Types that a column may have, each with the physical ones that it can be cast from."""

NUMBERS = frozenset({"integer", "bigint", "double precision", "numeric"})
"""Those of TYPES whose values count something."""


@dataclass(frozen=True, slots=True)
class FromSource:
    """A column of the physical table, under its physical name."""

    column: str


@dataclass(frozen=True, slots=True)
class Computed:
    """An expression over one row of the physical table.

    Every column in `sql` is qualified with `own`; `reads` are the physical columns it needs.
    """

    sql: str
    reads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """`column` of the row that the semantic column `through` refers to; NULL where it is cut."""

    through: str
    column: str


Origin = FromSource | Computed | Lookup


@dataclass(frozen=True, slots=True)
class Root:
    """The table of the events themselves."""


@dataclass(frozen=True, slots=True)
class Parent:
    """Rows belong to the event of the row that the semantic column `column` refers to."""

    column: str


@dataclass(frozen=True, slots=True)
class UsedBy:
    """Rows shared by events, shown where a row of the event refers to them.

    `users` are pairs (semantic table, its column that refers here).
    """

    users: tuple[tuple[str, str], ...]


Reach = Root | Parent | UsedBy


@dataclass(frozen=True, slots=True)
class Stored:
    """How a table is read: its physical name, its path to the event, its soft-delete column."""

    source: str
    reach: Reach
    soft_delete: str = ""


@dataclass(frozen=True, slots=True)
class Derived:
    """A SELECT over the semantic tables `reads`; its columns come in the table's order."""

    sql: str
    reads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SemanticColumn:
    """A column as the language model sees it.

    `also` are other words for it, `type` is one of TYPES, `references` is empty or `table.column`,
    `origin` is None in a derived table, `line` is the place in the file. `unit` is what its numbers
    count, such as "min" or "%", for people who read them; the language model is not told.
    """

    name: str
    type: str
    description: str = ""
    samples: tuple[str, ...] = ()
    references: str = ""
    origin: Origin | None = None
    also: tuple[str, ...] = ()
    unit: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class SemanticTable:
    """A table as the language model sees it.

    `key` is its primary key, () for none; `also` are other words for it.
    """

    name: str
    description: str
    columns: tuple[SemanticColumn, ...]
    key: tuple[str, ...]
    recipe: Stored | Derived
    also: tuple[str, ...] = ()
    line: int = 0

    @property
    def derived(self) -> bool:
        """Whether it is made from other semantic tables."""
        return isinstance(self.recipe, Derived)

    def column(self, name: str) -> SemanticColumn | None:
        """The column of that name, if there is one."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True)
class VerifiedQuestion:
    """A question that needs no language model. `also` are other wordings, `sql` is PostgreSQL."""

    question: str
    also: tuple[str, ...]
    sql: str


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example for the prompt; `sql` runs on PostgreSQL and on DuckDB.

    `also` are other wordings that it is near to.
    """

    question: str
    sql: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """What people say in any of the ways `said`, and what it `means` in terms of the tables."""

    said: tuple[str, ...]
    means: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a vague phrase may mean: `label` for a button, `means` put in its place."""

    label: str
    means: str


@dataclass(frozen=True, slots=True)
class Vague:
    """A phrase that is asked back: any of `said`, unless a word of `unless` makes it clear."""

    said: tuple[str, ...]
    unless: tuple[str, ...]
    choices: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True)
class SemanticModel:
    """Everything that a query may touch, and what a language model is told about it.

    `examples` are always shown to a language model, `near` only beside a question that they are
    near to; `off_topic` are questions that it cannot answer. `root` is the events' table, `linked`
    names the columns (`table.column`) whose values are looked for in a question, `ambiguous` are
    the phrases that are asked back, `clock` is the column (`table.column`) that words like "today"
    are about (empty for none), `fingerprint` changes with the file's content.
    """

    name: str
    root: str
    tables: Mapping[str, SemanticTable]
    verified: tuple[VerifiedQuestion, ...]
    examples: tuple[Example, ...]
    near: tuple[Example, ...]
    off_topic: tuple[str, ...]
    linked: tuple[str, ...]
    ambiguous: tuple[Vague, ...]
    terms: tuple[Term, ...]
    clock: str
    fingerprint: str
    path: Path = field(compare=False)


@dataclass(frozen=True, slots=True)
class Fence:
    """A semantic table as the body of a MATERIALIZED common table expression.

    Its only parameter is $1, the bound events as uuid[]. `needs` are the fences that `body`
    reads by their bare names.
    """

    name: str
    body: str
    needs: tuple[str, ...]
