"""What a SELECT does, as verbs with their objects: "counts players", "averages spirit score"."""

from __future__ import annotations

from dataclasses import dataclass

from pglast import ast

from bot.answering.explain.conditions import condition
from bot.answering.explain.english import listed, singular, some, spaced, table_words
from bot.answering.explain.kinds import NUMBERS, is_aggregate
from bot.answering.explain.nouns import counted, noun, per
from bot.answering.explain.scope import Scope
from bot.guard.parse import Node, is_a, texts, walk

_VERBS = {"sum": "adds up", "avg": "averages"}


@dataclass(frozen=True, slots=True)
class Deeds:
    """`done` are (verb, object), `each` what rows are grouped by, `named` aliases that they name.

    `repeats` says that a join repeats values that are added up or averaged.
    """

    done: tuple[tuple[str, str], ...]
    each: tuple[str, ...] = ()
    named: frozenset[str] = frozenset()
    subtotals: bool = False
    repeats: bool = False

    def words(self, most: int) -> str:
        """Verbs and objects, at most so many, and the groups; equal verbs are said once."""
        verbs: dict[str, list[str]] = {}
        for verb, what in dict.fromkeys(self.done):
            verbs.setdefault(verb, []).append(what)
        told = [f"{verb} {some(what, most)}" for verb, what in verbs.items()]
        grouped = f" per {some(self.each, max(most, 3))}" if self.each else ""
        return listed(told) + grouped + (" with subtotals" if self.subtotals else "")


def read_deeds(scope: Scope) -> Deeds:
    """What the SELECT of `scope` does."""
    select = scope.select
    groups = select.groupClause or ()
    subtotals = any(is_a(each, ast.GroupingSet) for each in groups)
    keys = [each for group in groups for each in _keys(group)]
    each = tuple(dict.fromkeys(_group(key, scope) for key in keys))
    targets = list(select.targetList or ())
    if not keys and not any(_sums(target.val) for target in targets):
        return _lists(scope, targets)
    done: list[tuple[str, str]] = []
    named: set[str] = set()
    for target in targets:
        if _sums(target.val) or not keys:
            verb, what, tables = _deed(target, scope)
            done.append((verb, what))
            named.update(tables)
    if not done:
        done, each = [("lists", f"each {listed(each)}")], ()
    return Deeds(tuple(done), each, frozenset(named), subtotals, _repeats(scope))


def _repeats(scope: Scope) -> bool:
    """Whether a value is added up or averaged more often than it is stored."""
    sums = [
        each
        for target in scope.select.targetList or ()
        for each in walk(target.val)
        if is_aggregate(each) and texts(each.funcname)[-1] in _VERBS and not each.agg_distinct
    ]
    found = [scope.column(each) for node in sums for each in walk(node)]
    return any(not scope.one_row_each(each[0].alias) for each in found if each and each[0].table)


def _keys(node: Node) -> list[Node]:
    if is_a(node, ast.GroupingSet):
        return [key for part in node.content or () for key in _keys(part)]
    if is_a(node, ast.RowExpr):
        return list(node.args)
    return [node]


def _group(key: Node, scope: Scope) -> str:
    target = scope.target(key)
    named = next((each for each in scope.select.targetList or () if each.val is target), None)
    words = per(key, scope)
    return words or (_computed(named.name) if named and named.name else "a computed value")


def _sums(node: Node) -> bool:
    """Whether an aggregate of this SELECT stands in it; those of sub-queries do not count."""
    inner = {id(each) for sub in walk(node) if is_a(sub, ast.SubLink) for each in walk(sub)}
    return any(is_aggregate(each) and id(each) not in inner for each in walk(node))


def _lists(scope: Scope, targets: list[Node]) -> Deeds:
    verb = "lists different" if plain_distinct(scope.select) else "lists"
    told = [
        "all columns" if _is_star(each.val) else noun(each.val, scope) or _computed(each.name)
        for each in targets
    ]
    return Deeds(tuple((verb, what) for what in told))


def _is_star(node: Node) -> bool:
    return is_a(node, ast.ColumnRef) and is_a(node.fields[-1], ast.A_Star)


def plain_distinct(select: Node) -> bool:
    """SELECT DISTINCT, and not DISTINCT ON."""
    return bool(select.distinctClause) and select.distinctClause[0] is None


def _deed(target: Node, scope: Scope) -> tuple[str, str, tuple[str, ...]]:
    """The verb and object of an output that sums up rows, and the aliases that the words name."""
    node = _bare(target.val)
    words = noun(node, scope)
    fallback = ("works out", words or _computed(target.name), ())
    if not is_aggregate(node):
        return fallback
    where = condition(node.agg_filter, scope) if node.agg_filter else ""
    if where is None:
        return fallback  # which is a computed value: noun() has no words for a FILTER either
    suffix = f" where {where}" if where else ""
    name = texts(node.funcname)[-1]
    if name == "count" and (found := counted(node, scope)):
        return "counts", found[0] + suffix, found[1]
    if name in _VERBS and not node.agg_distinct:
        return _added(node, name, suffix, scope) or fallback
    return ("finds", f"the {words}", ()) if name in {"min", "max"} and words else fallback


def _added(
    node: Node, name: str, suffix: str, scope: Scope
) -> tuple[str, str, tuple[str, ...]] | None:
    """What sum() and avg() do; a sum of ones is a count."""
    counting = _cases(node.args[0], scope) if name == "sum" and not suffix else None
    if counting:
        return "counts", f"rows where {counting}", ()
    words = noun(node.args[0], scope)
    return (_VERBS[name], words + suffix, ()) if words else None


def _bare(node: Node) -> Node:
    """Without rounding and casts to numbers, which only change how a figure looks."""
    while True:
        if is_a(node, ast.FuncCall) and texts(node.funcname)[-1] == "round" and not node.over:
            node = node.args[0]
        elif is_a(node, ast.TypeCast) and texts(node.typeName.names)[-1] in NUMBERS:
            node = node.arg
        else:
            return node


def _cases(node: Node, scope: Scope) -> str | None:
    """The condition of `CASE WHEN … THEN 1 ELSE 0 END`, summed up: a count."""
    if not is_a(node, ast.CaseExpr) or node.arg or len(node.args) != 1:
        return None
    then, otherwise = noun(node.args[0].result, scope), node.defresult
    if then != "1" or (otherwise and noun(otherwise, scope) != "0"):
        return None
    return condition(node.args[0].expr, scope)


def _computed(name: str | None) -> str:
    return f"a computed “{spaced(name)}”" if name else "a computed value"


def tables_left(scope: Scope, deeds: Deeds) -> tuple[str, ...]:
    """The sources, in words, that what is done and grouped does not name yet."""
    left: list[str] = []
    for source in scope.sources:
        what = table_words(source.table) if source.table else "a sub-query"
        grouped = source.table is not None and (source.role or singular(what)) in deeds.each
        told = source.alias in deeds.named or (deeds.named and grouped)
        if what not in left and (deeds.repeats or not told):
            left.append(what)
    return tuple(left)
