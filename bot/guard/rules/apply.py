"""All rules in their order, and which node has which."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlglot import exp

from bot.guard.rules import (
    aggregates,
    arithmetic,
    casts,
    clauses,
    formats,
    laterals,
    lists,
    outputs,
    pivots,
    stars,
    texts,
    times,
)
from bot.guard.rules.calls import bounded, call
from bot.guard.rules.dots import undot
from bot.guard.rules.known import Known, knowledge
from bot.semantic import SemanticModel

Rule = Callable[[exp.Expr, Known], exp.Expr]


def apply(tree: exp.Expr, model: SemanticModel) -> exp.Expr:
    """The tree of a DuckDB query as one that sqlglot can write as PostgreSQL. Raises Refused."""
    undot(tree)
    known = knowledge(model, tree)
    outputs.lower_names(tree, known)
    for pivot in reversed(list(tree.find_all(exp.Pivot))):
        if isinstance(pivot.parent, exp.Subquery) and pivot.arg_key == "this":
            pivot.replace(pivots.statement(pivot, known))
    for source in list(tree.find_all(exp.Values, exp.GenerateSeries)):
        laterals.column_names(source)
    for select in _selects(tree):
        laterals.laterals(select)
        pivots.in_from(select, known)
        stars.expand(select, known)
    for select in _selects(tree):
        outputs.expand_names(select, known)
    tree = _calls(tree, known)
    for select in _selects(tree):
        clauses.group_by_all(select)
        clauses.order_by_all(select)
        clauses.sample(select)
    for union in list(tree.find_all(exp.SetOperation)):
        clauses.by_name(union, known)
    for query in reversed(list(tree.find_all(exp.Query))):
        made = clauses.limit_share(query)
        if made is not query:
            tree = made if query is tree else tree
            query.replace(made)
    return tree


def _selects(tree: exp.Expr) -> list[exp.Select]:
    """Every SELECT, innermost first."""
    return list(reversed(list(tree.find_all(exp.Select))))


def _calls(tree: exp.Expr, known: Known) -> exp.Expr:
    """Apply CALLS and NAMED to every node, innermost first."""
    for node in reversed(list(tree.find_all(exp.Expr))):
        named = isinstance(node, exp.Anonymous)
        rule = NAMED.get(node.name.lower()) if named else CALLS.get(type(node))
        if (
            rule is None
            or node.error_messages()
            or (named and len(node.expressions) < _least(node))
        ):
            continue  # where arguments are missing, whoever runs it will say so
        made = rule(node, known)
        if made is not node:
            node.replace(bounded(made))
    return tree


def _least(node: exp.Expr) -> int:
    """The arguments that a rule for a function of this name reads."""
    return ARGUMENTS.get(node.name.lower(), 1)


def _renamed(name: str, node: exp.Expr, _known: Known) -> exp.Expr:
    """A function that PostgreSQL has by another name."""
    return call(name, *node.expressions)


CALLS: dict[type[exp.Expr], Rule] = {
    exp.ArgMax: aggregates.kept,
    exp.ArgMin: aggregates.kept,
    exp.First: aggregates.kept,
    exp.Last: aggregates.kept,
    exp.Max: aggregates.greatest,
    exp.Min: aggregates.greatest,
    exp.Filter: aggregates.filtered,
    exp.Window: aggregates.windowed,
    exp.IgnoreNulls: aggregates.first_present,
    exp.Mode: aggregates.most_frequent,
    exp.Count: aggregates.row_count,
    exp.Sum: aggregates.truths,
    exp.Avg: aggregates.truths,
    exp.GroupConcat: aggregates.joined,
    exp.Quantile: aggregates.exact_quantile,
    exp.ApproxQuantile: aggregates.about_quantile,
    exp.ApproxDistinct: aggregates.about_distinct,
    exp.Div: arithmetic.divide,
    exp.IntDiv: arithmetic.divide_whole,
    exp.Mod: arithmetic.remainder,
    exp.Round: arithmetic.rounded,
    exp.Pow: arithmetic.power,
    exp.Log: arithmetic.logarithm,
    exp.TimeToStr: formats.time_text,
    exp.Format: formats.format_braces,
    exp.Year: partial(times.part, "year"),
    exp.Month: partial(times.part, "month"),
    exp.Day: partial(times.part, "day"),
    exp.Hour: partial(times.part, "hour"),
    exp.Minute: partial(times.part, "minute"),
    exp.Second: partial(times.part, "second"),
    exp.Week: partial(times.part, "week"),
    exp.WeekOfYear: partial(times.part, "week"),
    exp.Quarter: partial(times.part, "quarter"),
    exp.DayOfWeek: partial(times.part, "dow"),
    exp.DayOfWeekIso: partial(times.part, "isodow"),
    exp.DayOfYear: partial(times.part, "doy"),
    exp.DayOfMonth: partial(times.part, "day"),
    exp.Dayname: partial(times.named, "FMDay"),
    exp.Monthname: partial(times.named, "FMMonth"),
    exp.Extract: times.extracted,
    exp.TimestampTrunc: times.truncated,
    exp.DateTrunc: times.truncated,
    exp.DateDiff: times.boundaries,
    exp.Interval: times.interval,
    exp.UnixToTime: times.milliseconds,
    exp.ToDays: partial(times.units, "day"),
    exp.DateBin: times.bucket,
    exp.DateFromParts: times.date_of,
    exp.Contains: texts.has_part,
    exp.EndsWith: texts.has_end,
    exp.Split: texts.split,
    exp.SimilarTo: texts.whole_match,
    exp.RegexpFullMatch: texts.whole_match,
    exp.RegexpExtract: texts.match_part,
    exp.Glob: texts.glob,
    exp.Collate: texts.caseless,
    exp.RegexpSplit: texts.split_by_pattern,
    exp.Explode: lists.each,
    exp.Length: lists.length,
    exp.ArraySize: lists.length,
    exp.Bracket: lists.at,
    exp.Struct: lists.struct,
    exp.Dot: lists.dotted,
    exp.ArraySort: lists.ordered,
    exp.ArrayDistinct: lists.distinct,
    exp.DataType: casts.wider,
    exp.TryCast: casts.attempt,
    exp.EQ: casts.truth,
    exp.NEQ: casts.truth,
}

NAMED: dict[str, Rule] = {
    "arbitrary": lambda node, _known: exp.AnyValue(this=node.expressions[0].copy()),
    "count_star": aggregates.every_row,
    "fsum": partial(_renamed, "sum"),
    "favg": partial(_renamed, "avg"),
    "geomean": aggregates.geometric_mean,
    "geometric_mean": aggregates.geometric_mean,
    "date_part": times.part_by_name,
    "datepart": times.part_by_name,
    "date_sub": times.elapsed,
    "datesub": times.elapsed,
    "weekday": partial(times.part, "dow"),
    "decade": partial(times.part, "decade"),
    "to_seconds": partial(times.units, "second"),
    "to_minutes": partial(times.units, "minute"),
    "to_hours": partial(times.units, "hour"),
    "to_weeks": partial(times.units, "week"),
    "to_months": partial(times.units, "month"),
    "to_years": partial(times.units, "year"),
    "get_current_timestamp": times.now,
    "prefix": texts.has_start,
    "suffix": texts.has_end,
    "strlen": texts.octets,
    "printf": formats.format_percent,
    "list_aggregate": lists.aggregate,
    "list_aggr": lists.aggregate,
    "array_aggregate": lists.aggregate,
    "list_position": partial(_renamed, "array_position"),
    "list_indexof": partial(_renamed, "array_position"),
    "list_extract": lists.extract,
    "list_element": lists.extract,
    "array_extract": lists.extract,
    **{f"list_{name}": lists.aggregate_named for name in lists.OVER_ITEMS},
}

ARGUMENTS = {
    "count_star": 0,
    "get_current_timestamp": 0,
    "suffix": 2,
    "list_aggregate": 2,
    "list_aggr": 2,
    "array_aggregate": 2,
    "list_extract": 2,
    "list_element": 2,
    "array_extract": 2,
}
"""How many arguments a rule of NAMED reads, where that is not one."""
