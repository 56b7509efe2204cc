"""What of a semantic model is compared with a question: tables with columns, answered questions.

A column has no text of its own: that cost recall at every budget (docs/measurements.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pglast import ast

from bot.guard.parse import parse, walk
from bot.guard.refusals import Refused
from bot.semantic import SemanticModel, SemanticTable


@dataclass(frozen=True, slots=True)
class Document:
    """A text that speaks for `tables`. `key` is unique in its model."""

    key: str
    tables: tuple[str, ...]
    text: str


def documents(model: SemanticModel) -> tuple[Document, ...]:
    """Every table with its columns' names, every example and verified question."""
    return tuple(_all(model))


def tables_of(sql: str, model: SemanticModel) -> tuple[str, ...]:
    """The tables of the model that a query names; () if it is no PostgreSQL."""
    try:
        nodes = walk(parse(sql))
    except Refused:
        return ()
    names = {node.relname for node in nodes if isinstance(node, ast.RangeVar)}
    return tuple(name for name in model.tables if name in names)


def _all(model: SemanticModel) -> Iterator[Document]:
    for table in model.tables.values():
        yield Document(f"table {table.name}", (table.name,), _table(table))
    for example in model.examples:
        used = tables_of(example.sql, model)
        yield Document(f"example {example.question}", used, example.question)
    for verified in model.verified:
        used = tables_of(verified.sql, model)
        text = ". ".join((verified.question, *verified.also))
        yield Document(f"verified {verified.question}", used, text)


def _table(table: SemanticTable) -> str:
    columns = ", ".join(_words(each.name) for each in table.columns if not each.name.endswith("id"))
    return f"{_words(table.name)}: {table.description}. {columns}"


def _words(name: str) -> str:
    return name.replace("_", " ")
