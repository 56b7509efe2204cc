"""GROUP BY of a primary key with more columns of its table: legal on a table, not on a CTE.

A fence has no primary key that PostgreSQL knows of, so the columns that depend on it join the
GROUP BY. The groups stay the same, for a key's rows have one value in each.
"""

from __future__ import annotations

from collections.abc import Iterable

from pglast import ast

from bot.guard.parse import Node, is_a, texts, walk
from bot.guard.scope import Source


def widen(node: Node, sources: tuple[Source, ...]) -> None:
    """Add the columns that depend on a grouped key to the GROUP BY of `node`."""
    if any(is_a(item, ast.GroupingSet) for item in node.groupClause):
        return
    grouped = {pair for item in node.groupClause if (pair := _grouped(item, node, sources))}
    added: list[ast.ColumnRef] = []
    for source in sources:
        key = source.table.key if source.table else ()
        if key and all((source.name, column) in grouped for column in key):
            used = {pair for pair in _used(node, sources) if pair[0] == source.name}
            added += [
                ast.ColumnRef(fields=(ast.String(source.name), ast.String(column)))
                for _, column in sorted(used - grouped)
            ]
    node.groupClause = (*node.groupClause, *added)


def _grouped(item: Node, node: Node, sources: tuple[Source, ...]) -> tuple[str, str] | None:
    """The (source, column) that an item of GROUP BY stands for, also by position or output name."""
    targets = node.targetList or ()
    if is_a(item, ast.A_Const) and is_a(item.val, ast.Integer):
        position = item.val.ival
        return _pair(targets[position - 1].val, sources) if 0 < position <= len(targets) else None
    found = _pair(item, sources)
    if not found and is_a(item, ast.ColumnRef):
        name = texts(item.fields)
        return next((_pair(t.val, sources) for t in targets if (t.name,) == name), None)
    return found


def _pair(node: Node, sources: tuple[Source, ...]) -> tuple[str, str] | None:
    """The (source, column) of a column reference; None for anything else, or if two have it."""
    if not is_a(node, ast.ColumnRef) or is_a(node.fields[-1], ast.A_Star):
        return None
    *qualifier, name = texts(node.fields)
    owners = [
        source.name
        for source in sources
        if name in (source.columns or ()) and qualifier in ([], [source.name])
    ]
    return (owners[0], name) if len(owners) == 1 else None


def _used(node: Node, sources: tuple[Source, ...]) -> Iterable[tuple[str, str]]:
    """Every (source, column) that the output, HAVING and ORDER BY name, in stars too."""
    parts = (*(node.targetList or ()), node.havingClause, *(node.sortClause or ()))
    for part in parts:
        for inner in walk(part) if part else ():
            if not is_a(inner, ast.ColumnRef):
                continue
            if is_a(inner.fields[-1], ast.A_Star):
                yield from _starred(texts(inner.fields), sources)
            elif pair := _pair(inner, sources):
                yield pair


def _starred(qualifier: tuple[str, ...], sources: tuple[Source, ...]) -> Iterable[tuple[str, str]]:
    """The (source, column) pairs of `*` or `t.*`."""
    for source in sources:
        if qualifier in ((), (source.name,)):
            yield from ((source.name, column) for column in source.columns or ())
