"""Does the live database hold what the model speaks of?

`check_catalog` compares the stored tables with the columns of schema public, as the warehouse
reads them, so that a renamed column is one clear line at start and not a failing question later.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.semantic.compile import grants
from bot.semantic.errors import SemanticModelError
from bot.semantic.model import TYPES, FromSource, SemanticModel, SemanticTable, Stored


def check_catalog(model: SemanticModel, catalog: Mapping[str, Mapping[str, str]]) -> None:
    """Compare the model with `catalog`: physical table -> column -> type, as format_type says it.

    Raises SemanticModelError at the
    line of the first table or column that is missing or has another type.
    """
    for table in model.tables.values():
        if isinstance(table.recipe, Stored):
            _check(model, table, table.recipe, catalog.get(table.recipe.source))


def _check(
    model: SemanticModel,
    table: SemanticTable,
    recipe: Stored,
    columns: Mapping[str, str] | None,
) -> None:
    if columns is None:
        what = f"the database has no table public.{recipe.source} for {table.name!r}"
        raise SemanticModelError(model.path, table.line, what)
    for column in table.columns:
        if isinstance(column.origin, FromSource):
            name = column.origin.column
            _there(model, column.line, recipe, name, columns)
            kind = columns[name].partition("(")[0]  # without a length
            if kind not in TYPES[column.type]:
                what = f"public.{recipe.source}.{name} is {kind}, not {column.type}"
                raise SemanticModelError(model.path, column.line, what)
    for name in grants(table):
        _there(model, table.line, recipe, name, columns)


def _there(
    model: SemanticModel, line: int, recipe: Stored, name: str, columns: Mapping[str, str]
) -> None:
    if name not in columns:
        what = f"the database has no column public.{recipe.source}.{name}"
        raise SemanticModelError(model.path, line, what)
