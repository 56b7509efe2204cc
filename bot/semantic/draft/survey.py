"""What a database says of itself, as values: `bot.warehouse.survey` reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ColumnSeen:
    """A column that the role may read. `type` is as format_type says it, without a length.

    `kind` is pg_type.typtype: "b" base, "e" enum, "d" domain, …. `values` are some of its values
    as text, never written out as they are; `few` are all of them where they are few and repeat.
    """

    name: str
    type: str
    kind: str = "b"
    nullable: bool = True
    comment: str = ""
    values: tuple[str, ...] = ()
    few: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """`column` refers to the one-column key of the table `target`."""

    column: str
    target: str


@dataclass(frozen=True, slots=True)
class TableSeen:
    """A table of schema public. `key` are its primary key's columns, `rows` an estimate."""

    name: str
    columns: tuple[ColumnSeen, ...]
    key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    comment: str = ""
    rows: int = 0

    def column(self, name: str) -> ColumnSeen | None:
        """The column of that name, if the role may read it."""
        return next((column for column in self.columns if column.name == name), None)


Survey = Mapping[str, TableSeen]
"""Every table by its name."""
