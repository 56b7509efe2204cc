"""Which columns of the semantic tables a statement can reach, so that a fence holds no others.

This goes by names alone, without scopes, and errs on the side of keeping. A column is kept in
every table that has it as soon as its name stands anywhere in the statement. A table is kept whole
where `*` or `t.*` expands to its columns, where its row is used as a value, and where an alias
renames its columns by position; everything is, under NATURAL JOIN and where a join's own name
stands for a row. So leaving the rest out changes no name's meaning and no result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pglast import ast

from bot.semantic.model import SemanticTable


@dataclass(slots=True)
class _Found:
    """Names of a statement by the way in which they stand there."""

    columns: set[str] = field(default_factory=set)  # anything that can name a column
    rows: set[str] = field(default_factory=set)  # t of `t.*`, and what stands without a dot
    joins: set[str] = field(default_factory=set)  # names of joins
    tables: list[tuple[str, str]] = field(default_factory=list)  # a table's alias, and its name
    whole: set[str] = field(default_factory=set)  # tables that are kept whole
    everything: bool = False


def used_columns(
    nodes: Iterable[Any], tables: Mapping[str, SemanticTable]
) -> dict[str, frozenset[str]]:
    """The columns to keep of each of `tables` that a statement names.

    `nodes` is every node of the statement's tree, in any order.
    """
    found = _Found()
    for node in nodes:
        rule = _RULES.get(type(node))
        if rule:
            rule(node, found)
    everything = found.everything or not found.rows.isdisjoint(found.joins)
    named = {name for _, name in found.tables if name in tables}
    whole = found.whole | {name for alias, name in found.tables if alias in found.rows}
    return {
        name: frozenset(
            column.name
            for column in tables[name].columns
            if everything or name in whole or column.name in found.columns
        )
        for name in named
    }


def _column(node: Any, found: _Found) -> None:
    names = [str(part.sval) for part in node.fields if isinstance(part, ast.String)]
    star = len(names) < len(node.fields)
    found.columns.update(names)
    if star or len(names) == 1:
        found.rows.update(names[-1:])


def _table(node: Any, found: _Found) -> None:
    found.tables.append((node.alias.aliasname if node.alias else node.relname, node.relname))
    if node.alias and node.alias.colnames:
        found.whole.add(node.relname)


def _join(node: Any, found: _Found) -> None:
    found.columns.update(part.sval for part in node.usingClause or ())
    names = [alias for alias in (node.alias, node.join_using_alias) if alias]
    found.joins.update(alias.aliasname for alias in names)
    found.everything |= bool(node.isNatural) or any(alias.colnames for alias in names)


def _select(node: Any, found: _Found) -> None:
    if any(_is_star(target.val) for target in node.targetList or ()):
        found.whole.update(_joined(node.fromClause or ()))


def _is_star(node: Any) -> bool:
    return isinstance(node, ast.ColumnRef) and isinstance((node.fields or (None,))[0], ast.A_Star)


def _joined(items: Iterable[Any]) -> Iterator[str]:
    """The tables that stand in FROM themselves, not in a subquery."""
    waiting = list(items)
    while waiting:
        item = waiting.pop()
        if isinstance(item, ast.JoinExpr):
            waiting += (item.larg, item.rarg)
        elif isinstance(item, ast.RangeVar):
            yield str(item.relname)


_RULES = {
    ast.ColumnRef: _column,
    ast.RangeVar: _table,
    ast.JoinExpr: _join,
    ast.SelectStmt: _select,
}
