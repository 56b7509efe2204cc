"""Aggregates that PostgreSQL lacks or calls otherwise: what DuckDB gives for each is said there.

Those that become `(array_agg(…))[1]` cannot be windows, and take a FILTER inside: `filtered`.
"""

from __future__ import annotations

from sqlglot import exp

from bot.guard.rules.calls import call, number
from bot.guard.rules.known import Known


def kept(node: exp.Expr, _known: Known) -> exp.Expr:
    """Aggregates with a rule, unless what stands around them has its own."""
    if isinstance(node.parent, exp.Filter | exp.Window):
        return node
    return _picked(node, None)


def filtered(node: exp.Expr, _known: Known) -> exp.Expr:
    """arg_max(…) FILTER (WHERE …) and the like: the rows are those of the filter."""
    if isinstance(node.parent, exp.Window):
        return node
    made = _picked(node.this, node.expression.this)
    return node if made is node.this else made


def windowed(node: exp.Expr, _known: Known) -> exp.Expr:
    """first(x) OVER … is first_value(x) OVER …, and last the same."""
    kinds = {exp.First: exp.FirstValue, exp.Last: exp.LastValue}
    kind = kinds.get(type(node.this))
    if kind and not isinstance(node.this.this, exp.Order):
        node.set("this", kind(this=node.this.this.copy()))
    return node


def _picked(node: exp.Expr, where: exp.Expr | None) -> exp.Expr:
    """What stands for an aggregate that picks values."""
    if node.this is None or any(part.find(exp.AggFunc) for part in _parts(node)):
        return node  # no SQL, and doubling at each level
    if isinstance(node, exp.ArgMax | exp.ArgMin):
        return _extremum(node, where)
    if isinstance(node, exp.First | exp.Last):
        return _end(node, where)
    if isinstance(node, exp.Max | exp.Min) and node.args.get("count"):
        return _most(node, where)
    return node


def _parts(node: exp.Expr) -> list[exp.Expr]:
    return [part for part in (node.this, node.expression) if isinstance(part, exp.Expr)]


def _extremum(node: exp.Expr, where: exp.Expr | None) -> exp.Expr:
    """arg_max(x, y) is x of the greatest y, of rows where neither is NULL; with n, a list of n."""
    value, by = node.this, node.expression
    order = exp.Ordered(this=by.copy(), desc=isinstance(node, exp.ArgMax))
    return _slice(_values(value, [order], (value, by), where), node.args.get("count"))


def _most(node: exp.Expr, where: exp.Expr | None) -> exp.Expr:
    """max(x, n) is a list of the n greatest x."""
    value = node.this
    order = exp.Ordered(this=value.copy(), desc=isinstance(node, exp.Max))
    return _slice(_values(value, [order], (value,), where), node.args["count"])


def _end(node: exp.Expr, where: exp.Expr | None) -> exp.Expr:
    """first(x ORDER BY y) is the first x, NULL or not; last(…) is the first the other way round."""
    value, orders = node.this, []
    if isinstance(value, exp.Order):
        value, orders = value.this, [order.copy() for order in value.expressions]
    if isinstance(node, exp.Last):
        if not orders:
            return node
        for order in orders:
            order.set("desc", not order.args.get("desc"))
            order.set("nulls_first", not order.args.get("nulls_first"))
    return _slice(_values(value, orders, (), where), None)


def _values(
    value: exp.Expr,
    orders: list[exp.Ordered],
    there: tuple[exp.Expr, ...],
    where: exp.Expr | None,
) -> exp.Expr:
    """array_agg(value ORDER BY orders), of rows where nothing of `there` is NULL."""
    inner = exp.Order(this=value.copy(), expressions=orders) if orders else value.copy()
    conditions: list[exp.Expr] = [part.copy().is_(exp.null()).not_() for part in there]
    if where is not None:
        conditions.append(where.copy())
    values = exp.ArrayAgg(this=inner)
    if not conditions:
        return values
    return exp.Filter(this=values, expression=exp.Where(this=exp.and_(*conditions)))


def _slice(values: exp.Expr, count: exp.Expr | None) -> exp.Expr:
    """The first of `values`, or the first `count` as a list."""
    at = exp.Slice(this=number(1), expression=count.copy()) if count else number(1)
    return exp.Bracket(this=exp.paren(values), expressions=[at], offset=1)


def greatest(node: exp.Expr, known: Known) -> exp.Expr:
    """max(x) and min(x) take truth values and uuids too."""
    kind, most = known.kind(node.this), isinstance(node, exp.Max)
    if node.args.get("count") or kind not in ("bool", "uuid"):
        return kept(node, known)
    if kind == "bool":
        return call("bool_or" if most else "bool_and", node.this)
    text = exp.cast(node.this.copy(), "text")
    found = exp.Max(this=text) if most else exp.Min(this=text)
    if isinstance(node.parent, exp.Filter | exp.Window):
        return found
    return exp.cast(found, "uuid")


def first_present(node: exp.Expr, _known: Known) -> exp.Expr:
    """any_value(x) passes over NULL in both, so what sqlglot adds to say so can go."""
    return node.this if isinstance(node.this, exp.AnyValue) else node


def most_frequent(node: exp.Expr, _known: Known) -> exp.Expr:
    """mode(x) is an ordered-set aggregate in PostgreSQL."""
    if isinstance(node.parent, exp.WithinGroup) or not node.this:
        return node
    order = exp.Order(expressions=[exp.Ordered(this=node.this.copy())])
    return exp.WithinGroup(this=exp.Mode(), expression=order)


def row_count(node: exp.Expr, _known: Known) -> exp.Expr:
    """count() counts rows."""
    return node if node.this else exp.Count(this=exp.Star())


def every_row(_node: exp.Expr, _known: Known) -> exp.Expr:
    """count_star() counts rows."""
    return exp.Count(this=exp.Star())


def truths(node: exp.Expr, known: Known) -> exp.Expr:
    """sum(x > y) and avg(x > y) take true for 1 and false for 0."""
    if known.kind(node.this) == "bool" and not isinstance(node.this, exp.Distinct):
        node.set("this", exp.cast(node.this.copy(), "int"))
    return node


def joined(node: exp.Expr, known: Known) -> exp.Expr:
    """string_agg(x) and its like take any type, and a comma where nothing else is said."""
    holder = node.this if isinstance(node.this, exp.Order) else node
    value = holder.this
    if isinstance(value, exp.Distinct):
        holder, value = value, value.expressions[0]
    if known.kind(value) != "text":
        value.replace(exp.cast(value.copy(), "text"))
    return node


def exact_quantile(node: exp.Expr, _known: Known) -> exp.Expr:
    """quantile(x, q) is quantile_disc(x, q)."""
    return exp.PercentileDisc(this=node.this.copy(), expression=node.args["quantile"].copy())


def about_distinct(node: exp.Expr, _known: Known) -> exp.Expr:
    """approx_count_distinct(x) estimates what count(DISTINCT x) says exactly."""
    return exp.Count(this=exp.Distinct(expressions=[node.this.copy()]))


def about_quantile(node: exp.Expr, _known: Known) -> exp.Expr:
    """approx_quantile(x, q) estimates what quantile_cont(x, q) says exactly."""
    return exp.PercentileCont(this=node.this.copy(), expression=node.args["quantile"].copy())


def geometric_mean(node: exp.Expr, _known: Known) -> exp.Expr:
    """geomean(x) is the root of a product: e to the mean of logarithms."""
    return call("exp", exp.Avg(this=call("ln", *node.expressions)))
