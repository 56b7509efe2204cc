"""What the names in one SELECT mean: its sources, how they are linked, its conditions.

A condition that only links a row to the row it refers to is not worth a word; every other one is
kept in `conditions`, or owned up to in `further`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pglast import ast, enums

from bot.answering.explain.english import ordinal, singular, spaced
from bot.guard.parse import Node, is_a, texts, walk
from bot.semantic import SemanticColumn, SemanticModel, SemanticTable


@dataclass(frozen=True, slots=True)
class Source:
    """Something in FROM: a table of the model, or a sub-query, WITH name or function (no table).

    `role` tells two occurrences of one table apart: "opponent" for the one that `opponent_id`
    leads to. `query` is the SELECT behind a sub-query or WITH name.
    """

    alias: str
    table: SemanticTable | None
    query: Node | None = None
    role: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """One SELECT. `further` says that it restricts rows in ways that `conditions` do not hold."""

    select: Node
    model: SemanticModel
    steps: Mapping[str, Node]
    sources: tuple[Source, ...] = ()
    conditions: tuple[Node, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    outer: bool = False
    further: bool = False

    def column(self, node: Node) -> tuple[Source, SemanticColumn | None] | None:
        """The source that a column is of, and the column if the source is a table."""
        if not is_a(node, ast.ColumnRef):
            return None
        names = texts(node.fields)
        if len(names) < len(node.fields):
            return None
        if len(names) > 1:
            source = next((each for each in self.sources if each.alias == names[-2]), None)
            return _of(source, names[-1]) if source else None
        owners = [each for each in self.sources if each.table and each.table.column(names[0])]
        steps = [each for each in self.sources if each.table is None]
        found = owners or steps
        return _of(found[0], names[0]) if len(found) == 1 else None

    def target(self, node: Node) -> Node:
        """The output that a position (`1`) or an output's name stands for; else `node` itself."""
        targets = self.select.targetList or ()
        if is_a(node, ast.A_Const) and is_a(node.val, ast.Integer):
            place = node.val.ival or 0
            return targets[place - 1].val if 0 < place <= len(targets) else node
        if is_a(node, ast.ColumnRef) and len(node.fields) == 1:
            name = "".join(texts(node.fields))
            return next((each.val for each in targets if each.name == name), node)
        return node

    def reads(self) -> tuple[str, ...]:
        """The tables of the model that the SELECT reads, also through sub-queries and WITH."""
        found: dict[str, None] = {}
        waiting, seen = [self.select], set()
        while waiting:
            for node in walk(waiting.pop()):
                if not is_a(node, ast.RangeVar):
                    continue
                name = node.relname
                if name in self.steps and name not in seen and not node.schemaname:
                    seen.add(name)
                    waiting.append(self.steps[name])
                elif name in self.model.tables:
                    found[name] = None
        return tuple(found)

    def one_row_each(self, alias: str) -> bool:
        """Whether no row of `alias` occurs twice: every other source is found by its own key."""
        reached = {alias}
        while True:
            more = {to for at, to in self.links if at in reached} - reached
            if not more:
                return reached == {each.alias for each in self.sources}
            reached |= more


def _of(source: Source, name: str) -> tuple[Source, SemanticColumn | None]:
    return source, source.table.column(name) if source.table else None


def read_scope(select: Node, model: SemanticModel, outside: Mapping[str, Node]) -> Scope:
    """The scope of a plain SELECT; `outside` are the WITH queries that it can name."""
    steps = dict(outside)
    for cte in select.withClause.ctes if select.withClause else ():
        steps[cte.ctename] = cte.ctequery
    scope = Scope(select, model, steps)
    sources: list[Source] = []
    inner: list[Node] = []
    outer: list[Node] = []
    plain = True
    for item in select.fromClause or ():
        plain &= _read(item, scope, sources, inner, outer)
    scope = replace(scope, sources=tuple(sources))
    inner += _conjuncts(select.whereClause)
    links = [pair for each in (*inner, *outer) for pair in _link(each, scope) or ()]
    return replace(
        scope,
        sources=_with_roles(scope, (*inner, *outer)),
        conditions=tuple(each for each in inner if _link(each, scope) is None),
        links=tuple(links),
        outer=any(is_a(n, ast.JoinExpr) and n.jointype for n in _joins(select)),
        further=not plain or any(_link(each, scope) is None for each in outer),
    )


def _joins(select: Node) -> Iterator[Node]:
    return (node for item in select.fromClause or () for node in walk(item))


def _read(
    item: Node, scope: Scope, sources: list[Source], inner: list[Node], outer: list[Node]
) -> bool:
    """Add what is in `item`; False if it joins in a way that has no conditions to show."""
    if is_a(item, ast.JoinExpr):
        plain = _read(item.larg, scope, sources, inner, outer)
        plain &= _read(item.rarg, scope, sources, inner, outer)
        into = inner if item.jointype == enums.JoinType.JOIN_INNER else outer
        into += _conjuncts(item.quals)
        return plain and not item.isNatural and not item.usingClause and item.alias is None
    alias = item.alias.aliasname if item.alias else ""
    if is_a(item, ast.RangeVar):
        name = item.relname
        query = None if item.schemaname else scope.steps.get(name)
        table = None if query else scope.model.tables.get(name)
        if item.alias and item.alias.colnames:
            table = None
        sources.append(Source(alias or name, table, query))
    else:
        query = item.subquery if is_a(item, ast.RangeSubselect) else None
        sources.append(Source(alias, None, query))
    return True


def _conjuncts(node: Node | None) -> list[Node]:
    if node is None:
        return []
    if is_a(node, ast.BoolExpr) and node.boolop == enums.BoolExprType.AND_EXPR:
        return [part for each in node.args for part in _conjuncts(each)]
    return [node]


def _link(node: Node, scope: Scope) -> tuple[tuple[str, str], ...] | None:
    """The (from, to) of an equality that links two sources by a reference; None for any other.

    A pair says that a row of the first finds at most one row of the second.
    """
    if _is_true(node):
        return ()
    if not is_a(node, ast.A_Expr) or texts(node.name) != ("=",) or node.lexpr is None:
        return None
    left, right = scope.column(node.lexpr), scope.column(node.rexpr)
    if not left or not right or left[0] is right[0] or not left[1] or not right[1]:
        return None
    ends = {_meaning(*left), _meaning(*right)}
    if len(ends) > 1 or "" in ends:
        return None
    pairs = []
    for at, to in ((left, right), (right, left)):
        if to[0].table and to[1] and to[0].table.key == (to[1].name,):
            pairs.append((at[0].alias, to[0].alias))
    return tuple(pairs)


def _is_true(node: Node) -> bool:
    return bool(is_a(node, ast.A_Const) and is_a(node.val, ast.Boolean) and node.val.boolval)


def _meaning(source: Source, column: SemanticColumn | None) -> str:
    """Which row a key or a reference names: "teams.id" for both teams.id and players.team_id."""
    if not column or not source.table:
        return ""
    if column.references:
        return column.references
    return f"{source.table.name}.{column.name}" if source.table.key == (column.name,) else ""


def _with_roles(scope: Scope, conditions: tuple[Node, ...]) -> tuple[Source, ...]:
    """Sources of which a table has several, each called after the column that leads to it."""
    counts = Counter(each.table.name for each in scope.sources if each.table)
    roles: dict[str, str] = {}
    for node in conditions:
        if not _link(node, scope):
            continue
        left, right = scope.column(node.lexpr), scope.column(node.rexpr)
        assert left
        assert right
        for at, to in ((left, right), (right, left)):
            if at[1] and at[1].references and to[1] and not to[1].references:
                roles.setdefault(to[0].alias, at[1].name.removesuffix("_id").replace("_", " "))
    seen: Counter[str] = Counter()
    named: list[Source] = []
    for source in scope.sources:
        table = source.table
        if table is None or counts[table.name] < 2:
            named.append(source)
            continue
        seen[table.name] += 1
        place = f"{ordinal(seen[table.name])} {singular(spaced(table.name))}"
        named.append(replace(source, role=roles.get(source.alias, place)))
    return tuple(named)
