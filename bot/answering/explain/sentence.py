"""The sentence: what is done, from what, where, in which order; shortened until it fits.

Shortening gives up detail in an order that keeps the sentence true: the sorting first, then the
columns, the steps before, the conditions ("with further conditions"); a limit is never given up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pglast import ast, enums

from bot.answering.explain.conditions import condition
from bot.answering.explain.deeds import Deeds, plain_distinct, read_deeds, tables_left
from bot.answering.explain.english import listed, number, some, spaced
from bot.answering.explain.kinds import extreme, is_aggregate, kind
from bot.answering.explain.nouns import noun, per
from bot.answering.explain.scope import Scope, read_scope
from bot.domain import Event, GuardedQuery
from bot.guard.parse import Node, is_a, parse, texts
from bot.semantic import SemanticModel

LENGTH = 200
"""The longest sentence, in characters."""

_NAME = 40
_FURTHER = "with further conditions"
_SET_WORDS = {
    enums.SetOperation.SETOP_UNION: "Puts together",
    enums.SetOperation.SETOP_INTERSECT: "Keeps what is in both of",
    enums.SetOperation.SETOP_EXCEPT: "Takes the first without the second of",
}


@dataclass(frozen=True, slots=True)
class _Told:
    """A SELECT in pieces.

    `tables` are those that the deeds do not name, `reads` all below it; `step` is the one
    sub-query that it reads from, `tail` its limit.
    """

    deeds: Deeds
    tables: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    having: tuple[str, ...] = ()
    further: bool = False
    tail: str = ""
    order: str = ""
    step: _Told | None = None


@dataclass(frozen=True, slots=True)
class _Cut:
    """How much is said: columns, conditions, whether the order, whether the step in full."""

    columns: int
    conditions: int
    order: bool
    step: bool


_CUTS = (
    _Cut(6, 9, order=True, step=True),
    _Cut(6, 9, order=False, step=True),
    _Cut(3, 9, order=False, step=True),
    _Cut(3, 9, order=False, step=False),
    _Cut(2, 9, order=False, step=False),
    _Cut(1, 9, order=False, step=False),
    _Cut(1, 2, order=False, step=False),
    _Cut(1, 1, order=False, step=False),
    _Cut(1, 0, order=False, step=False),
)


def explain(query: GuardedQuery, model: SemanticModel, events: tuple[Event, ...]) -> str:
    """One sentence of at most LENGTH characters; empty only if `query` is no PostgreSQL.

    `query.shown` is read, `query.tables` names what it really reads.

    Raises:
        Refused: when `query.shown` is not one SELECT, which no guarded query's is.
    """
    select = parse(query.shown)
    within = _within(events)
    if select.op:
        return _combined(select, model, query.tables, within)
    told = _read(select, model, {})
    for text in _sentences(told, within):
        if len(text) <= LENGTH:
            return text
    return _vague(query.tables, within, told.tail)


def _within(events: tuple[Event, ...]) -> str:
    if len(events) > 2:
        return f" in {number(len(events))} events"
    names = [
        each.name if len(each.name) <= _NAME else each.name[: _NAME - 1] + "…" for each in events
    ]
    return f" in {listed(names)}" if names else ""


def _sentences(told: _Told, within: str) -> Iterator[str]:
    for cut in _CUTS:
        text = _say(told, cut, within)
        yield text[0].upper() + text[1:] + "."


def _say(told: _Told, cut: _Cut, within: str = "") -> str:
    said = told.deeds.words(cut.columns)
    further = told.further
    if told.step is not None and cut.step:
        said += f"{within}, from a step that {_say(told.step, cut)}"
        within = ","
    elif told.step is not None:
        over = f" over {some(told.step.reads, 3)}" if told.step.reads else ""
        said += f" from a step{over}"
        further |= _restricts(told.step)
    elif told.tables:
        rows = "joined rows of " if told.deeds.repeats else ""
        link = "with" if told.deeds.named and not rows else "from"
        said += f" {link} {rows}{some(told.tables, 4)}"
    where = told.where[: cut.conditions]
    having = told.having[: max(0, cut.conditions - len(where))]
    further |= len(where) + len(having) < len(told.where) + len(told.having)
    said += within.removesuffix(",") if within != "," else ""
    if where:
        said += f"{within if within == ',' else ''} where {' and '.join(where)}"
    if having:
        said += f", only where {' and '.join(having)}"
    tail = [_FURTHER] if further else []
    tail += [told.tail] if told.tail else []
    tail += [told.order] if told.order and cut.order and not told.tail else []
    return ", ".join([said, *tail])


def _restricts(told: _Told) -> bool:
    own = bool(told.where or told.having or told.further or told.tail)
    return own or (told.step is not None and _restricts(told.step))


def _read(select: Node, model: SemanticModel, steps: Mapping[str, Node], depth: int = 0) -> _Told:
    scope = read_scope(select, model, steps)
    inner = _step(scope)
    reads = tuple(spaced(name) for name in scope.reads())
    if select.valuesLists:
        return _Told(Deeds((("shows", "fixed values"),)), tail=_tail(scope))
    if select.op or depth > 3:
        return _Told(Deeds((("combines", "queries"),)), reads, reads, further=True)
    step = _read(inner, model, scope.steps, depth + 1) if inner is not None else None
    deeds = read_deeds(scope)
    where = _clauses(list(scope.conditions), scope)
    having = _clauses(_parts(select.havingClause), scope)
    return _Told(
        deeds=deeds,
        tables=tables_left(scope, deeds),
        reads=reads,
        where=tuple(each for each in where if each),
        having=tuple(each for each in having if each),
        further=scope.further or None in where or None in having or _hidden(scope, step),
        tail=_tail(scope),
        order=_order(scope),
        step=step,
    )


def _clauses(conditions: list[Node], scope: Scope) -> list[str | None]:
    """Each in words or None; alternatives beside other conditions in brackets."""
    told = [(each, condition(each, scope)) for each in conditions]
    return [
        f"({words})" if words and len(told) > 1 and is_a(each, ast.BoolExpr) else words
        for each, words in told
    ]


def _parts(node: Node | None) -> list[Node]:
    if node is None:
        return []
    both = is_a(node, ast.BoolExpr) and node.boolop == enums.BoolExprType.AND_EXPR
    return list(node.args) if both else [node]


def _step(scope: Scope) -> Node | None:
    """The SELECT behind the only source, if that is a sub-query or a WITH name."""
    return scope.sources[0].query if len(scope.sources) == 1 else None


def _hidden(scope: Scope, step: _Told | None) -> bool:
    """Whether a sub-query that is not told of may leave rows out."""
    return step is None and any(each.table is None for each in scope.sources)


def _tail(scope: Scope) -> str:
    """The limit, in terms of the first thing that rows are sorted by."""
    select = scope.select
    distinct = select.distinctClause or ()
    if distinct and not plain_distinct(select):
        keys = [per(each, scope) or "computed value" for each in distinct]
        limit = "limited in number" if select.limitCount or select.limitOffset else ""
        parts = (f"one row per {listed(keys)}", _order(scope), limit)
        return ", ".join(part for part in parts if part)
    limits = [
        each
        for each in (select.limitCount, select.limitOffset)
        if each and not (is_a(each, ast.A_Const) and each.isnull)
    ]
    if not limits:
        return ""
    if not all(is_a(each, ast.A_Const) and is_a(each.val, ast.Integer) for each in limits):
        return "limited in number"
    after = f"after the first {_count(select.limitOffset)}" if select.limitOffset in limits else ""
    if select.limitCount not in limits:
        return after
    ties = " with ties" if select.limitOption == enums.LimitOption.LIMIT_OPTION_WITH_TIES else ""
    return " ".join(
        part for part in (_best(scope, _count(select.limitCount)) + ties, after) if part
    )


def _count(node: Node) -> str:
    return number(node.val.ival or 0)


def _best(scope: Scope, how_many: str) -> str:
    """Which rows a limit keeps: "largest five", "the five with the highest points", "any five"."""
    sorts = list(scope.select.sortClause or ())
    if not sorts:
        return f"any {how_many}"
    down = sorts[0].sortby_dir == enums.SortByDir.SORTBY_DESC
    node = scope.target(sorts[0].node)
    words = noun(node, scope)
    sums = [each for each in scope.select.targetList or () if is_aggregate(each.val)]
    if is_aggregate(node) and len(sums) == 1 and sums[0].val is node:
        if texts(node.funcname)[-1] in {"count", "sum"}:
            return f"{'largest' if down else 'smallest'} {how_many}"
        if kind(node, scope):
            return f"{extreme(highest=down, time=kind(node, scope) == 'time')} {how_many}"
    if words is None:
        return f"first {how_many} by a computed value{', highest first' if down else ''}"
    if kind(node, scope) in {"number", "time"}:
        most = extreme(highest=down, time=kind(node, scope) == "time")
        repeated = words.startswith(("highest ", "lowest ", "earliest ", "latest "))
        return (
            f"first {how_many} by {words}"
            if repeated
            else f"the {how_many} with the {most} {words}"
        )
    return f"first {how_many} by {words}{', highest first' if down else ''}"


def _order(scope: Scope) -> str:
    sorts = list(scope.select.sortClause or ())
    words = noun(scope.target(sorts[0].node), scope) if sorts else None
    if words is None:
        return ""
    down = sorts[0].sortby_dir == enums.SortByDir.SORTBY_DESC
    return f"sorted by {words}{', highest first' if down else ''}"


def _combined(select: Node, model: SemanticModel, tables: tuple[str, ...], within: str) -> str:
    """UNION, INTERSECT or EXCEPT."""
    scope = read_scope(select, model, {})
    tail = _tail(scope)
    sides = (select.larg, select.rarg)
    if not any(side.op for side in sides):
        told = [_read(side, model, scope.steps) for side in sides]
        for cut in _CUTS:
            both = "; and ".join(_say(each, cut) for each in told)
            text = f"{_SET_WORDS[select.op]} two lists{within}: {both}{'; ' * bool(tail)}{tail}."
            if len(text) <= LENGTH:
                return text
    return _vague(tables, within, tail)


def _vague(tables: tuple[str, ...], within: str, tail: str) -> str:
    """What is true of every query: which tables it reads."""
    over = f" from {some([spaced(each) for each in tables], 3)}" if tables else ""
    for end in (f", {tail}", ", limited in number" if tail else ""):
        text = f"Works out its rows{over}{within}, {_FURTHER}{end if tail else ''}."
        if len(text) <= LENGTH:
            return text
    return f"Works out rows {_FURTHER}; read the SQL to see which."
