"""What a language model is told about the tables: CREATE TABLE statements with short comments.

The text depends on the model and the dialect alone, so it is byte-identical from question to
question and the server's prefix cache holds it. Tables come in the file's order, most useful
first.
"""

from __future__ import annotations

from collections.abc import Collection

from bot.domain import Dialect
from bot.semantic.model import SemanticColumn, SemanticModel, SemanticTable

_DUCKDB_TYPES = {
    "uuid": "UUID",
    "text": "VARCHAR",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "double precision": "DOUBLE",
    "numeric": "DECIMAL",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamptz": "TIMESTAMPTZ",
    "jsonb": "JSON",
}


def schema_prompt(
    model: SemanticModel,
    dialect: Dialect,
    *,
    comments: bool = True,
    tables: Collection[str] | None = None,
) -> str:
    """Every table, or those named, as CREATE TABLE statements with the types of `dialect`."""
    shown = model.tables if tables is None else tables
    return "\n".join(
        _table(table, dialect, comments) for name, table in model.tables.items() if name in shown
    )


def _table(table: SemanticTable, dialect: Dialect, comments: bool) -> str:  # noqa: FBT001 - private
    described = comments and table.description
    lines = [f"CREATE TABLE {table.name} (" + (f" -- {described}" if described else "")]
    for index, column in enumerate(table.columns):
        comma = "," if index + 1 < len(table.columns) else ""
        comment = _comment(column) if comments else ""
        lines.append(f"  {_declared(table, column, dialect)}{comma}{comment}")
    return "\n".join([*lines, ");"])


def _declared(table: SemanticTable, column: SemanticColumn, dialect: Dialect) -> str:
    kind = column.type if dialect is Dialect.POSTGRES else _DUCKDB_TYPES[column.type]
    parts = [column.name, kind]
    if table.key == (column.name,):
        parts.append("PRIMARY KEY")
    if column.references:
        target, _, key = column.references.partition(".")
        parts.append(f"REFERENCES {target}({key})")
    return " ".join(parts)


def _comment(column: SemanticColumn) -> str:
    samples = ", ".join(f"'{sample}'" for sample in column.samples)
    text = "; ".join(part for part in (column.description, samples) if part)
    return f" -- {text}" if text else ""
