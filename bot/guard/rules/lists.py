"""Lists are arrays, structs are JSON objects, as far as those go.

What works on a list inside a query (list_sort, list_sum) becomes a subquery over its items.
"""

from __future__ import annotations

from sqlglot import exp

from bot.guard.refusals import duckdb_only
from bot.guard.rules.calls import call, nested, number, wrapped
from bot.guard.rules.known import Known

OVER_ITEMS = {
    "sum": "SUM(item)",
    "avg": "AVG(item)",
    "min": "MIN(item)",
    "max": "MAX(item)",
    "count": "COUNT(item)",
    "string_agg": "STRING_AGG(item::text, ',')",
    "unique": "COUNT(DISTINCT item)",
}


def length(node: exp.Expr, known: Known) -> exp.Expr:
    """len(x) counts the items of a list, the characters of a text."""
    if isinstance(node, exp.ArraySize) or known.kind(node.this) == "list":
        return call("cardinality", node.this)
    return node


def at(node: exp.Expr, known: Known) -> exp.Expr:
    """x[1], x[1:3], x[-1]: items of a list, characters of a text, a part of a struct."""
    if isinstance(node.this.unnest(), exp.Struct):
        return _of_struct(node.this.unnest(), node.expressions[0])
    if len(node.expressions) != 1:
        raise duckdb_only("an index of several parts")
    index = node.expressions[0]
    if known.kind(node.this) == "text":
        return _characters(node.this, index)
    base = node.this if isinstance(node.this, exp.Paren) else exp.paren(node.this.copy())
    if isinstance(index, exp.Neg):
        after = exp.Add(this=call("cardinality", node.this), expression=number(1))
        index = exp.Sub(this=after, expression=wrapped(index.this))
    elif isinstance(index, exp.Slice) and any(
        isinstance(end, exp.Neg) for end in index.args.values()
    ):
        raise duckdb_only("a slice from the end")
    return exp.Bracket(this=base.copy(), expressions=[index.copy()], offset=1)


def _characters(text: exp.Expr, index: exp.Expr) -> exp.Expr:
    if not isinstance(index, exp.Slice):
        if not index.is_int:
            raise duckdb_only("a character at a place that is no literal")
        if isinstance(index, exp.Neg):
            end = call("right", text, index.this)
            return call("substr", end, number(1), number(1))
        return call("substr", text, index, number(1))
    first, last = index.this or number(1), index.expression
    if not (first.is_int and (last is None or last.is_int)):
        raise duckdb_only("a slice that is not of literals")
    start = int(first.to_py())
    if start < 1 or (last is not None and int(last.to_py()) < 0):
        raise duckdb_only("a slice from the end")
    length = [] if last is None else [number(max(0, int(last.to_py()) - start + 1))]
    return call("substr", text, number(start), *length)


def each(node: exp.Expr, _known: Known) -> exp.Expr:
    """unnest(range(5)) is the series itself, which PostgreSQL gives row by row."""
    return node.this.copy() if isinstance(node.this, exp.GenerateSeries) else node


def struct(node: exp.Expr, _known: Known) -> exp.Expr:
    """{'a': x} and struct_pack(a := x) are JSON objects."""
    if isinstance(node.parent, exp.Bracket | exp.Dot) and node.arg_key == "this":
        return node
    arguments: list[exp.Expr] = []
    for field in node.expressions:
        if not isinstance(field, exp.PropertyEQ):
            raise duckdb_only("struct() without names")
        arguments += [exp.Literal.string(field.this.name), field.expression]
    return call("jsonb_build_object", *arguments)


def dotted(node: exp.Expr, _known: Known) -> exp.Expr:
    """{'a': x}.a is x."""
    if isinstance(node.this.unnest(), exp.Struct):
        return _of_struct(node.this.unnest(), node.expression)
    return node


def _of_struct(node: exp.Expr, name: exp.Expr) -> exp.Expr:
    for field in node.expressions:
        if isinstance(field, exp.PropertyEQ) and field.this.name == name.name:
            return exp.paren(field.expression.copy())
    raise duckdb_only("a struct's part by this name")


def ordered(node: exp.Expr, _known: Known) -> exp.Expr:
    """list_sort(x) orders the items, NULL last."""
    return nested(node.this, "item", "ARRAY_AGG(item ORDER BY item)")


def distinct(node: exp.Expr, _known: Known) -> exp.Expr:
    """list_distinct(x) has every item but NULL once, in no certain order."""
    return nested(node.this, "item", "ARRAY_AGG(DISTINCT item) FILTER (WHERE item IS NOT NULL)")


def aggregate(node: exp.Expr, _known: Known) -> exp.Expr:
    """list_aggregate(x, 'sum') is the aggregate over the items."""
    items, name, *more = node.expressions
    if more or not name.is_string or name.name not in OVER_ITEMS:
        raise duckdb_only("list_aggregate() of this kind")
    return nested(items, "item", OVER_ITEMS[name.name])


def aggregate_named(node: exp.Expr, _known: Known) -> exp.Expr:
    """list_sum(x), list_avg(x) and so on."""
    return nested(node.expressions[0], "item", OVER_ITEMS[node.name.lower().removeprefix("list_")])


def extract(node: exp.Expr, known: Known) -> exp.Expr:
    """list_extract(x, i) and array_extract(x, i) are x[i]."""
    items, index = node.expressions
    return at(exp.Bracket(this=items.copy(), expressions=[index.copy()]), known)
