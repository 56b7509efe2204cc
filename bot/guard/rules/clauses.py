"""Clauses of a SELECT that DuckDB alone has: ALL, a share as LIMIT, USING SAMPLE, BY NAME."""

from __future__ import annotations

from sqlglot import exp

from bot.guard.refusals import duckdb_only
from bot.guard.rules.calls import aggregates, bounded
from bot.guard.rules.known import Known
from bot.guard.rules.sources import outputs


def group_by_all(select: exp.Select) -> None:
    """GROUP BY ALL is GROUP BY every output without an aggregate."""
    group = select.args.get("group")
    if not group or not group.args.get("all"):
        return
    positions = [
        exp.Literal.number(number)
        for number, projection in enumerate(select.expressions, 1)
        if not aggregates(projection)
    ]
    select.set("group", exp.Group(expressions=positions) if positions else None)


def order_by_all(select: exp.Select) -> None:
    """ORDER BY ALL is ORDER BY every output, in order."""
    order = select.args.get("order")
    if not order or len(order.expressions) != 1 or order.expressions[0].this != exp.var("ALL"):
        return
    every = []
    for number in range(1, len(select.expressions) + 1):
        item = order.expressions[0].copy()
        item.set("this", exp.Literal.number(number))
        every.append(item)
    order.set("expressions", every)


def limit_share(query: exp.Query) -> exp.Query:
    """LIMIT 10% is a tenth of the rows that the query has without it, rounded down."""
    limit = query.args.get("limit")
    options = limit.args.get("limit_options") if limit else None
    if not limit or not options or not options.args.get("percent"):
        return query
    inner = query.copy()
    inner.set("limit", None)
    offset = inner.args.get("offset")
    inner.set("offset", None)
    whole = exp.CTE(this=inner, alias=exp.TableAlias(this=exp.to_identifier("whole")))
    share = _share("whole", limit.expression)
    made = exp.select("*").from_("whole").limit(share)
    made.set("with_", exp.With(expressions=[whole]))
    made.set("offset", offset.copy() if offset else None)
    return made


def _share(table: str, percent: exp.Expr) -> exp.Expr:
    """(SELECT FLOOR(COUNT(*) * percent / 100) FROM table), for LIMIT."""
    rows = exp.Mul(this=exp.Count(this=exp.Star()), expression=exp.paren(percent.copy()))
    hundredths = exp.Div(this=rows, expression=exp.Literal.number("100.0"), typed=True, safe=False)
    number = exp.cast(exp.Floor(this=hundredths), "bigint")
    return exp.select(number).from_(table).subquery()


def sample(select: exp.Select) -> None:
    """USING SAMPLE takes some rows of FROM, before WHERE. Here always the same ones.

    They are those whose text has the least digests, so as good as chance, yet a question that is
    asked twice has one answer.
    """
    chosen = select.args.get("sample")
    if not chosen:
        return
    source = select.args["from_"].this if select.args.get("from_") else None
    if select.args.get("joins") or not isinstance(source, exp.Table | exp.Subquery):
        raise duckdb_only("USING SAMPLE over a join")
    name = source.alias_or_name or "sampled"
    if isinstance(source, exp.Subquery) and not source.alias:
        source.set("alias", exp.TableAlias(this=exp.to_identifier(name)))
    size, percent = chosen.args.get("size"), chosen.args.get("percent")
    digest = exp.MD5(this=exp.cast(exp.column(name), "text"))
    rows = exp.select("*").from_(source.copy()).order_by(digest)
    if percent:
        share = exp.Div(
            this=exp.Mul(this=exp.Count(this=exp.Star()), expression=exp.paren(percent.copy())),
            expression=exp.Literal.number("100.0"),
            typed=True,
            safe=False,
        )
        count = exp.select(exp.cast(exp.Round(this=share), "bigint")).from_(source.copy())
        rows = rows.limit(count.subquery())
    elif size:
        rows = rows.limit(size.copy())
    else:
        raise duckdb_only("USING SAMPLE")
    select.set("sample", None)
    source.replace(bounded(rows.subquery(name)))


def by_name(union: exp.SetOperation, known: Known) -> None:
    """UNION BY NAME matches columns by their names, not by their places."""
    if not union.args.get("by_name"):
        return
    left, right = outputs(union.left, known), outputs(union.right, known)
    if left is None or right is None or set(left) != set(right) or len(set(left)) != len(left):
        raise duckdb_only("UNION BY NAME of queries whose columns differ")
    columns = [exp.column(name) for name in left]
    union.set("expression", exp.select(*columns).from_(union.right.subquery("named")))
    union.set("by_name", None)
