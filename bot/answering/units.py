"""What the numbers of a result count, by the units that the semantic model gives its columns.

A result column has a unit if it is a column of the model, or the mean, sum, least or greatest of
one. What a subquery or a WITH has made of a name is not followed: none is better than a wrong one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pglast
from pglast import ast
from pglast.enums import SetOperation

from bot.domain import GuardedQuery, ResultTable
from bot.semantic import SemanticModel

_KEEPING = frozenset({"avg", "min", "max", "sum", "round", "coalesce"})
"""Functions whose result counts what their first argument counts."""


def with_units(table: ResultTable, query: GuardedQuery, model: SemanticModel) -> ResultTable:
    """`table`, the rows of `query`, with the units of its columns."""
    units = _units(query.tables, model)
    if not any(units.values()):
        return table
    names = _meant(query.shown, [column.name for column in table.columns])
    columns = [
        replace(column, unit=units.get(name, ""))
        for column, name in zip(table.columns, names, strict=True)
    ]
    return replace(table, columns=tuple(columns))


def _units(tables: Sequence[str], model: SemanticModel) -> Mapping[str, str]:
    """Units by column name; of names that have two in these tables, none."""
    found: dict[str, str] = {}
    for name in tables:
        for column in model.tables[name].columns:
            same = found.setdefault(column.name, column.unit) == column.unit
            found[column.name] = column.unit if same else ""
    return found


def _meant(sql: str, names: list[str]) -> list[str]:
    """For each result column the model's column that its numbers are of, or an empty text."""
    nothing = [""] * len(names)
    statement = pglast.parse_sql(sql)[0].stmt
    if not isinstance(statement, ast.SelectStmt) or statement.op != SetOperation.SETOP_NONE:
        return nothing
    if statement.withClause or not all(map(_is_plain, statement.fromClause or ())):
        return nothing
    targets = statement.targetList or ()
    if len(targets) == 1 and _name(targets[0].val) == "*":
        return names
    return [_name(target.val) for target in targets] if len(targets) == len(names) else nothing


def _is_plain(source: Any) -> bool:
    """Whether a source is a table of the model, or a join of such."""
    if isinstance(source, ast.JoinExpr):
        return _is_plain(source.larg) and _is_plain(source.rarg)
    return isinstance(source, ast.RangeVar)


def _name(node: Any) -> str:
    """The column that an expression is of; "*" for all of them, empty if it is of none."""
    match node:
        case ast.ColumnRef():
            last = (node.fields or (None,))[-1]
            return "*" if isinstance(last, ast.A_Star) else str(getattr(last, "sval", ""))
        case ast.TypeCast():
            return _name(node.arg)
        case ast.CoalesceExpr():
            return _name((node.args or (None,))[0])
        case ast.FuncCall() if _call(node) in _KEEPING:
            return _name((node.args or (None,))[0])
    return ""


def _call(node: ast.FuncCall) -> str:
    return str(getattr((node.funcname or (None,))[-1], "sval", ""))
