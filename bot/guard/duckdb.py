"""Rules for the DuckDB that sqlglot leaves as it is; each mends a tree in place.

    CALLS    functions, innermost first: the node in, what stands for it out
    SELECTS  what concerns a whole SELECT, outermost last

`LACKING` are the functions that have no PostgreSQL form here.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from sqlglot import exp

from bot.guard.refusals import too_complex

GROWTH = 500
"""Nodes that naming outputs may add to one expression."""

LACKING = frozenset(
    """
    aggregate apply approx_count_distinct approx_quantile array_distinct array_filter array_sort
    bit_length columns damerau_levenshtein date_from_parts entropy epoch_ms favg flatten fsum
    geomean hash histogram jaccard kurtosis last levenshtein list_aggregate list_distinct
    list_filter list_reduce list_slice list_sort list_transform map map_entries map_keys
    map_values printf product quantile reduce skewness sort_array split strptime struct
    struct_extract struct_pack transform try_strptime unpivot yearweek
    """.split()  # noqa: SIM905  a table of words reads better than a column of quotes
)
"""Functions of DuckDB that PostgreSQL lacks, by the names that sqlglot gives them."""


def mend(tree: exp.Query, known: AbstractSet[str]) -> None:
    """Apply every rule. `known` are the names of the semantic model's tables and columns."""
    _lower_names(tree, known)
    for node in reversed(list(tree.find_all(*CALLS))):
        if node.error_messages():
            continue  # arguments are missing, which whoever runs it will say
        mended = CALLS[type(node)](node)
        if mended is not node:
            node.replace(mended)
    for select in reversed(list(tree.find_all(exp.Select))):
        _expand_aliases(select, known)
        _group_by_all(select)
        _order_by_all(select)


def _lower_names(tree: exp.Query, known: AbstractSet[str]) -> None:
    """`"Teams"` is teams to DuckDB, where quotes do not keep a name from matching in any case."""
    given = {alias.alias for alias in tree.find_all(exp.Alias)}
    for name in tree.find_all(exp.Identifier):
        text = name.name
        if name.args.get("quoted") and text not in given and text.lower() in known:
            name.set("this", text.lower())


def _expand_aliases(select: exp.Select, known: AbstractSet[str]) -> None:
    """DuckDB lets WHERE, HAVING and later outputs name an output; PostgreSQL wants its expression.

    A column of that name goes first, but in HAVING an aggregate does. Raises Refused where the
    statement grows too much by it, since outputs that name outputs can double each time.
    """
    outputs: dict[str, exp.Expression] = {}
    for projection in select.expressions:
        _expand(projection, select, outputs, known)
        if isinstance(projection, exp.Alias):
            outputs[projection.alias.lower()] = projection.this
    for clause in ("where", "having"):
        if part := select.args.get(clause):
            own = known - _aggregates(outputs) if clause == "having" else known
            _expand(part, select, outputs, own)


def _aggregates(outputs: dict[str, exp.Expression]) -> set[str]:
    return {name for name, expression in outputs.items() if expression.find(exp.AggFunc)}


def _expand(
    part: exp.Expression,
    select: exp.Select,
    outputs: dict[str, exp.Expression],
    known: AbstractSet[str],
) -> None:
    """Put the expressions of `outputs` for their names in `part`, except for names in `known`."""
    grown = 0
    for column in list(part.find_all(exp.Column)):
        name = column.name.lower()
        free = not column.table and column.find_ancestor(exp.Select) is select
        if free and name in outputs and name not in known:
            grown += sum(1 for _ in outputs[name].walk())
            if grown > GROWTH:
                raise too_complex("outputs made of outputs")
            column.replace(exp.paren(outputs[name].copy()))


def _group_by_all(select: exp.Select) -> None:
    """GROUP BY ALL is GROUP BY every output without an aggregate."""
    group = select.args.get("group")
    if not group or not group.args.get("all"):
        return
    positions = [
        exp.Literal.number(number)
        for number, projection in enumerate(select.expressions, 1)
        if not projection.find(exp.AggFunc)
    ]
    select.set("group", exp.Group(expressions=positions) if positions else None)


def _order_by_all(select: exp.Select) -> None:
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


def _extremum(node: exp.Expression) -> exp.Expression:
    """arg_max(x, y) is the first x by falling y, of the rows where neither is NULL."""
    value, by = node.this, node.expression
    nested = value.find(exp.AggFunc) or by.find(exp.AggFunc)  # no SQL, and doubling at each level
    if node.args.get("count") or nested or isinstance(node.parent, exp.Filter | exp.Window):
        return node
    order = exp.Ordered(this=by.copy(), desc=isinstance(node, exp.ArgMax), nulls_first=False)
    values = exp.ArrayAgg(this=exp.Order(this=value.copy(), expressions=[order]))
    there = exp.and_(*(part.copy().is_(exp.null()).not_() for part in (value, by)))
    return _first_of(exp.Filter(this=values, expression=exp.Where(this=there)))


def _first(node: exp.Expression) -> exp.Expression:
    """first(x) is the first of all x."""
    if isinstance(node.parent, exp.Filter | exp.Window):
        return node
    return _first_of(exp.ArrayAgg(this=node.this.copy()))


def _first_of(values: exp.Expression) -> exp.Expression:
    return exp.Bracket(this=exp.paren(values), expressions=[exp.Literal.number(1)], offset=1)


def _any_value(node: exp.Expression) -> exp.Expression:
    """any_value(x) passes over NULL in both, so what sqlglot adds to say so can go."""
    return node.this if isinstance(node.this, exp.AnyValue) else node


def _mode(node: exp.Expression) -> exp.Expression:
    """mode(x) is an ordered-set aggregate in PostgreSQL."""
    if isinstance(node.parent, exp.WithinGroup) or not node.this:
        return node
    order = exp.Order(expressions=[exp.Ordered(this=node.this.copy(), nulls_first=False)])
    return exp.WithinGroup(this=exp.Mode(), expression=order)


def _count(node: exp.Expression) -> exp.Expression:
    """count() counts rows."""
    return node if node.this else exp.Count(this=exp.Star(), big_int=True)


def _part(unit: str) -> Callable[[exp.Expression], exp.Expression]:
    """hour(x) and the like are EXTRACT(HOUR FROM x)."""
    return lambda node: exp.Extract(this=exp.var(unit), expression=node.this.copy())


def _named(form: str) -> Callable[[exp.Expression], exp.Expression]:
    """dayname(x) and the like are to_char(x, form)."""
    return lambda node: exp.Anonymous(
        this="TO_CHAR", expressions=[node.this.copy(), exp.Literal.string(form)]
    )


def _contains(node: exp.Expression) -> exp.Expression:
    """contains(x, y) is strpos(x, y) > 0."""
    arguments = [node.this.copy(), node.expression.copy()]
    return exp.paren(
        exp.GT(
            this=exp.Anonymous(this="STRPOS", expressions=arguments),
            expression=exp.Literal.number(0),
        )
    )


def _regexp_extract(node: exp.Expression) -> exp.Expression:
    """regexp_extract(x, y) is the first match of y, or the empty text."""
    if node.args.get("group") not in (None, exp.Literal.number(0)):
        return node
    found = exp.Anonymous(
        this="REGEXP_SUBSTR", expressions=[node.this.copy(), node.expression.copy()]
    )
    return exp.Coalesce(this=found, expressions=[exp.Literal.string("")])


def _make_date(node: exp.Expression) -> exp.Expression:
    parts = [node.args.get(part) for part in ("year", "month", "day")]
    return exp.Anonymous(this="MAKE_DATE", expressions=[part.copy() for part in parts if part])


def _split(node: exp.Expression) -> exp.Expression:
    arguments = [node.this.copy(), node.expression.copy()]
    return exp.Anonymous(this="STRING_TO_ARRAY", expressions=arguments)


def _interval(node: exp.Expression) -> exp.Expression:
    """INTERVAL (x) DAY is x times a day."""
    amount, unit = node.this, node.args.get("unit")
    if not unit or not amount or isinstance(amount, exp.Literal):
        return node
    one = exp.Interval(this=exp.Literal.string("1"), unit=unit.copy())
    return exp.paren(exp.Mul(this=exp.paren(amount.copy()), expression=one))


CALLS: dict[type[exp.Expression], Callable[[exp.Expression], exp.Expression]] = {
    exp.ArgMax: _extremum,
    exp.ArgMin: _extremum,
    exp.First: _first,
    exp.IgnoreNulls: _any_value,
    exp.Mode: _mode,
    exp.Count: _count,
    exp.Hour: _part("HOUR"),
    exp.Minute: _part("MINUTE"),
    exp.Second: _part("SECOND"),
    exp.Week: _part("WEEK"),
    exp.WeekOfYear: _part("WEEK"),
    exp.Quarter: _part("QUARTER"),
    exp.DayOfWeek: _part("DOW"),
    exp.DayOfWeekIso: _part("ISODOW"),
    exp.DayOfYear: _part("DOY"),
    exp.DayOfMonth: _part("DAY"),
    exp.Dayname: _named("FMDay"),
    exp.Monthname: _named("FMMonth"),
    exp.Contains: _contains,
    exp.RegexpExtract: _regexp_extract,
    exp.DateFromParts: _make_date,
    exp.Split: _split,
    exp.Interval: _interval,
}
