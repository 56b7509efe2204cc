"""GROUP BY of a primary key with more columns of its table: legal on a table, not on a CTE.

A fence has no primary key that PostgreSQL knows of, so the columns that depend on it join the
GROUP BY. The groups stay the same, for a key's rows have one value in each. What PostgreSQL does
not take for a key on the bare table (a column that only equals one, a side of a FULL JOIN's USING)
is none here either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pglast import ast, enums

from bot.guard.parse import Node, is_a, texts, walk
from bot.guard.scope import Source

Pair = tuple[str, str]
"""A source's name and a column's; "" for the whole row."""


def widen(node: Node, sources: tuple[Source, ...]) -> None:
    """Add the columns that depend on a grouped key to the GROUP BY of `node`."""
    grouped = _common(node.groupClause, node, sources)
    added: list[ast.ColumnRef] = []
    for source in sources:
        key = source.table.key if source.table else ()
        if key and all((source.name, column) in grouped for column in key):
            used = {pair for pair in _used(node, sources) if pair[0] == source.name}
            added += [_reference(pair) for pair in sorted(used - grouped)]
    node.groupClause = (*node.groupClause, *added)


def _reference(pair: Pair) -> ast.ColumnRef:
    return ast.ColumnRef(fields=tuple(ast.String(name) for name in pair if name))


def _common(items: Iterable[Node], node: Node, sources: tuple[Source, ...]) -> set[Pair]:
    """The columns that every grouping set of these items has: only those can be a key."""
    found: set[Pair] = set()
    for item in items:
        if is_a(item, ast.GroupingSet):
            if item.kind == enums.GroupingSetKind.GROUPING_SET_SETS:
                sets = [_common((one,), node, sources) for one in item.content]
                found |= set.intersection(*sets)
        elif is_a(item, ast.RowExpr):
            found |= _common(item.args or (), node, sources)
        elif pair := _grouped(item, node, sources):
            found.add(pair)
    return found


def _grouped(item: Node, node: Node, sources: tuple[Source, ...]) -> Pair | None:
    """The column that an item of GROUP BY stands for, also by position or output name."""
    targets = node.targetList or ()
    if is_a(item, ast.A_Const) and is_a(item.val, ast.Integer):
        position = item.val.ival
        here = 0 < position <= len(targets)
        return _pair(targets[position - 1].val, node, sources) if here else None
    found = _pair(item, node, sources)
    if not found and is_a(item, ast.ColumnRef):
        name = texts(item.fields)
        return next((_pair(t.val, node, sources) for t in targets if (t.name,) == name), None)
    return found


def _pair(reference: Node, node: Node, sources: tuple[Source, ...]) -> Pair | None:
    """The column that a reference names; None for anything else, or if two sources have it."""
    if not is_a(reference, ast.ColumnRef) or is_a(reference.fields[-1], ast.A_Star):
        return None
    *qualifier, name = texts(reference.fields)
    owners = [
        source.name
        for source in sources
        if name in (source.columns or ()) and qualifier in ([], [source.name])
    ]
    if len(owners) > 1 and not qualifier:
        owners = [owner for item in node.fromClause or () for owner in _owners(item, name, sources)]
    if not owners and not qualifier and any(source.name == name for source in sources):
        return name, ""
    return (owners[0], name) if len(owners) == 1 else None


def _owners(item: Node, name: str, sources: tuple[Source, ...]) -> list[str]:
    """The sources in an item of FROM that a bare `name` can mean; USING leaves one of two."""
    if not is_a(item, ast.JoinExpr):
        own = item.alias.aliasname if item.alias else getattr(item, "relname", "")
        return [s.name for s in sources if s.name == own and name in (s.columns or ())]
    left, right = (_owners(side, name, sources) for side in (item.larg, item.rarg))
    if name in texts(item.usingClause) or (item.isNatural and left and right):
        if item.jointype == enums.JoinType.JOIN_FULL:
            return []
        return right if item.jointype == enums.JoinType.JOIN_RIGHT else left
    return left + right


def _used(node: Node, sources: tuple[Source, ...]) -> Iterator[Pair]:
    """Every column that what comes after GROUP BY names, in stars and subqueries too."""
    parts = (
        *(node.targetList or ()),
        *(node.distinctClause or ()),
        *(node.windowClause or ()),
        *(node.sortClause or ()),
        node.havingClause,
    )
    for part in parts:
        for inner in walk(part) if part else ():
            if not is_a(inner, ast.ColumnRef):
                continue
            if is_a(inner.fields[-1], ast.A_Star):
                yield from _starred(texts(inner.fields), sources)
            elif pair := _pair(inner, node, sources):
                yield pair


def _starred(qualifier: tuple[str, ...], sources: tuple[Source, ...]) -> Iterator[Pair]:
    """The columns of `*` or `t.*`."""
    for source in sources:
        if qualifier in ((), (source.name,)):
            yield from ((source.name, column) for column in source.columns or ())
