"""What the tables of a statement mean: PostgreSQL's scoping over the semantic model.

This decides what is read: every table in FROM has to be a WITH of the statement that is in scope
or a table of the semantic model. On the way every column is looked up (`bot.guard.columns`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pglast import ast, enums

from bot.guard.columns import check_column
from bot.guard.dots import function_columns
from bot.guard.parse import Node, children, is_a, texts
from bot.guard.refusals import unknown_table
from bot.guard.scope import HARMLESS_SCHEMAS, Columns, Scope, Source, find
from bot.semantic import SemanticModel


@dataclass(frozen=True, slots=True)
class Names:
    """What was found: the semantic tables named, and each SELECT with GROUP BY and its sources."""

    model: SemanticModel
    tables: set[str] = field(default_factory=set)
    grouped: list[tuple[Node, tuple[Source, ...]]] = field(default_factory=list)


def resolve(root: Node, model: SemanticModel) -> Names:
    """Every name in `root`; drops harmless schemas from it. Raises Refused."""
    names = Names(model)
    _query(root, {}, None, names)
    return names


def _query(node: Node, ctes: Mapping[str, Columns], outer: Scope | None, names: Names) -> Columns:
    """Resolve a query and everything in it; the names of its columns."""
    visible = dict(ctes)
    if node.withClause and node.withClause.recursive:
        # Each sees all of them, itself too.
        visible |= {cte.ctename: None for cte in node.withClause.ctes}
    for cte in node.withClause.ctes if node.withClause else ():
        columns = _query(cte.ctequery, visible, outer, names)
        visible[cte.ctename] = _renamed(columns, texts(cte.aliascolnames))
    if node.op != enums.SetOperation.SETOP_NONE:
        columns = _query(node.larg, visible, outer, names)
        _query(node.rarg, visible, outer, names)
        scope = Scope([Source("", columns)], visible, outer)
        _expressions((node.sortClause, node.limitCount, node.limitOffset), scope, names)
        return columns
    targets = [target for target in node.targetList or () if not _is_star(target.val)]
    named = tuple(target.name or _own_name(target.val) for target in targets)
    scope = Scope([], visible, outer, tuple(target.name for target in targets))
    for item in node.fromClause or ():
        _source(item, scope, names)
    outputs = _outputs(node, scope)
    _expressions(
        (
            node.targetList,
            node.valuesLists,
            node.whereClause,
            node.havingClause,
            node.windowClause,
            node.limitCount,
            node.limitOffset,
        ),
        scope,
        names,
    )
    # Names of the output may stand here too, and nowhere else.
    _expressions((node.distinctClause, node.groupClause, node.sortClause), scope, names, named)
    if node.groupClause:
        names.grouped.append((node, tuple(scope.sources)))
    return outputs


def _source(item: Node, scope: Scope, names: Names) -> None:
    """Add what `item` of FROM makes nameable to `scope`."""
    if is_a(item, ast.RangeVar):
        scope.sources.append(_table(item, scope.ctes, names))
    elif is_a(item, ast.RangeSubselect):
        # One that is not LATERAL sees nothing of its neighbours.
        outer = scope if item.lateral else scope.outer
        columns = _query(item.subquery, scope.ctes, outer, names)
        scope.sources.append(_aliased(item.alias, Source("", columns)))
    elif is_a(item, ast.RangeFunction):
        _expressions(item.functions, scope, names)
        name, columns_of_function = function_columns(item)
        scope.sources.append(Source(name, tuple(columns_of_function)))
    elif is_a(item, ast.JoinExpr):
        _join(item, scope, names)


def _join(item: Node, scope: Scope, names: Names) -> None:
    """Both sides of a join, its condition, and its own name, which hides theirs."""
    before = len(scope.sources)
    _source(item.larg, scope, names)
    _source(item.rarg, scope, names)
    _expressions((item.quals,), scope, names)
    if item.join_using_alias:
        using = texts(item.usingClause)
        scope.sources.append(Source(item.join_using_alias.aliasname, using))
    if item.alias:
        inside = scope.sources[before:]
        del scope.sources[before:]
        scope.sources.append(_aliased(item.alias, Source("", _all_columns(inside))))


def _table(node: Node, ctes: Mapping[str, Columns], names: Names) -> Source:
    """What a table's name means."""
    name = node.relname
    if node.schemaname:
        if node.schemaname not in HARMLESS_SCHEMAS or name in ctes:
            raise unknown_table(f"{node.schemaname}.{name}", names.model.tables)
        node.schemaname = None
    if name in ctes:
        return _aliased(node.alias, Source(name, ctes[name]))
    table = names.model.tables.get(name)
    if not table:
        refused = unknown_table(name, (*names.model.tables, *ctes))
        refused.at = node, Scope([], ctes, None)
        raise refused
    names.tables.add(name)
    columns = tuple(column.name for column in table.columns)
    return _aliased(node.alias, Source(name, columns, table))


def _aliased(alias: Node, source: Source) -> Source:
    """`source` under its alias, with the columns that the alias renames."""
    if not alias:
        return source
    renamed = texts(alias.colnames)
    table = None if renamed else source.table
    return Source(alias.aliasname, _renamed(source.columns, renamed), table)


def _renamed(columns: Columns, names: tuple[str, ...]) -> Columns:
    """`columns` with `names` in place of the first ones."""
    return names + columns[len(names) :] if columns is not None else None


def _all_columns(sources: Iterable[Source]) -> Columns:
    """The columns of all `sources`; None if those of one cannot be told."""
    found: list[str] = []
    for source in sources:
        if source.columns is None:
            return None
        found += source.columns
    return tuple(found)


def _outputs(node: Node, scope: Scope) -> Columns:
    """The names of the columns that a SELECT or VALUES gives."""
    if node.valuesLists:
        return tuple(f"column{number + 1}" for number in range(len(node.valuesLists[0])))
    merged = any(is_a(item, ast.JoinExpr) and _merges(item) for item in node.fromClause or ())
    found: list[str] = []
    for target in node.targetList or ():
        if _is_star(target.val):
            columns = _star(target.val, scope)
            # USING puts its columns first and once; the names are enough for nobody to rename.
            if columns is None or merged:
                return None
            found += columns
        else:
            name = target.name or _own_name(target.val)
            if name is None:
                return None
            found.append(name)
    return tuple(found)


def _merges(item: Node) -> bool:
    """Whether a join, or one in it, merges columns by USING or NATURAL."""
    return bool(item.usingClause or item.isNatural) or any(
        is_a(side, ast.JoinExpr) and _merges(side) for side in (item.larg, item.rarg)
    )


def _is_star(node: Node) -> bool:
    return is_a(node, ast.ColumnRef) and is_a(node.fields[-1], ast.A_Star)


def _star(node: Node, scope: Scope) -> Columns:
    """The columns of `*` or `t.*`."""
    qualifier = texts(node.fields)[-1:]
    if not qualifier:
        return _all_columns(scope.sources)
    source = find(qualifier[0], scope)
    return source.columns if source else None


def _own_name(node: Node) -> str | None:
    """The name that PostgreSQL gives an output column without AS; None where it is not plain."""
    if is_a(node, ast.ColumnRef):
        return texts(node.fields)[-1]
    if is_a(node, ast.FuncCall):
        return texts(node.funcname)[-1]
    if is_a(node, ast.A_Const, ast.A_Expr, ast.BoolExpr):
        return "?column?"
    return None


def _expressions(
    parts: Iterable[object], scope: Scope, names: Names, also: tuple[str | None, ...] = ()
) -> None:
    """Resolve what stands in `parts` (nodes, lists, None).

    `also` are further plain names; None among them is one that cannot be told.
    """
    waiting = list(parts)
    while waiting:
        part = waiting.pop()
        if isinstance(part, tuple):
            waiting.extend(part)
        elif is_a(part, ast.SelectStmt):
            _query(part, scope.ctes, scope, names)
        elif is_a(part, ast.ColumnRef):
            check_column(part, scope, names.model, also)
        elif is_a(part, ast.Node):
            waiting.extend(children(part))
