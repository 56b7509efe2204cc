"""What can be named at one place of a statement: the sources in FROM, and the WITHs in scope."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.semantic import SemanticTable

Columns = tuple[str, ...] | None
"""Names of columns in order; None where they cannot be told."""

HARMLESS_SCHEMAS = ("public", "main")
"""Schemas that models write before a table out of habit; dropped."""


@dataclass(frozen=True, slots=True)
class Source:
    """Something in FROM: the name that qualifies its columns ("" for none), and those columns."""

    name: str
    columns: Columns
    table: SemanticTable | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What can be named at one place: sources, WITHs, and what the query around it can name.

    `outputs` are the names that AS gives outputs, None for those without.
    """

    sources: list[Source]
    ctes: Mapping[str, Columns]
    outer: Scope | None
    outputs: tuple[str | None, ...] = ()

    def chain(self) -> Iterator[Scope]:
        """This scope and those around it, inside out."""
        scope: Scope | None = self
        while scope:
            yield scope
            scope = scope.outer


def find(name: str, scope: Scope) -> Source | None:
    """The nearest source that goes by `name`."""
    for level in scope.chain():
        for source in level.sources:
            if source.name == name:
                return source
    return None
