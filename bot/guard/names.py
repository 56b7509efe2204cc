"""What the names of a statement mean: PostgreSQL's scoping over the semantic model.

Tables decide what is read: every table in FROM has to be a WITH of the statement in scope or a
table of the semantic model. Columns only decide how good a refusal is: where scope is plain an
unknown one is refused with the nearest real names, where it is not PostgreSQL has the last word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pglast import ast, enums

from bot.domain import Code
from bot.guard.dots import function_columns
from bot.guard.parse import Node, children, is_a, texts
from bot.guard.refusals import Refused, nearest, shown, syntax, unknown_column, unknown_table
from bot.semantic import SemanticModel, SemanticTable

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
        raise unknown_table(name, (*names.model.tables, *ctes))
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
    source = _find(qualifier[0], scope)
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


def _find(name: str, scope: Scope) -> Source | None:
    """The nearest source that goes by `name`."""
    for level in scope.chain():
        for source in level.sources:
            if source.name == name:
                return source
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
            _column(part, scope, names, also)
        elif is_a(part, ast.Node):
            waiting.extend(children(part))


def _column(node: Node, scope: Scope, names: Names, also: tuple[str | None, ...]) -> None:
    """Refuse a column that is certainly none."""
    fields = texts(node.fields)
    star = is_a(node.fields[-1], ast.A_Star)
    if len(fields) + star == 3 and fields[0] in HARMLESS_SCHEMAS:
        node.fields = node.fields[1:]
        fields = fields[1:]
    if len(fields) + star > 2:
        raise syntax("A name with a schema")
    if len(fields) + star == 2:
        _qualified(fields[0], None if star else fields[1], scope, names)
    elif not star and fields[0] not in also and None not in also:
        _plain(fields[0], scope, names)


def _qualified(qualifier: str, name: str | None, scope: Scope, names: Names) -> None:
    source = _find(qualifier, scope)
    if not source:
        there = tuple(s.name for level in scope.chain() for s in level.sources if s.name)
        near = nearest(qualifier, there) or there
        raise Refused(
            Code.UNKNOWN_TABLE,
            f'Nothing in FROM is called "{shown(qualifier)}". There are: {", ".join(there)}.',
            near,
        )
    if name is None or source.columns is None or name in source.columns:
        return
    elsewhere = tuple(f"{s.name}.{name}" for s in scope.sources if name in (s.columns or ()))
    near = elsewhere or tuple(f"{qualifier}.{n}" for n in nearest(name, source.columns))
    raise unknown_column(name, qualifier, near or _in_model(name, names.model), source.columns)


def _plain(name: str, scope: Scope, names: Names) -> None:
    sources = [source for level in scope.chain() for source in level.sources]
    if any(s.columns is None or name in s.columns or name == s.name for s in sources):
        return
    if name in scope.outputs:
        what = f'"{shown(name)}" is an output and no column: repeat its expression here.'
        raise Refused(Code.UNKNOWN_COLUMN, what)
    qualified = {column: source.name for source in sources for column in source.columns or ()}
    near = tuple(
        f"{qualified[column]}.{column}" if qualified[column] else column
        for column in nearest(name, qualified)
    )
    where = sources[0].name if len(sources) == 1 else ""
    raise unknown_column(name, where, near or _in_model(name, names.model), qualified)


def _in_model(name: str, model: SemanticModel) -> tuple[str, ...]:
    """Columns called `name` in other tables of the semantic model."""
    return tuple(f"{t.name}.{name}" for t in model.tables.values() if t.column(name))[:3]
