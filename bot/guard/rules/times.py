"""Dates and times: parts, truncation, differences, intervals.

Times with a zone are shown in the session's zone by both, so nothing here converts zones.
"""

from __future__ import annotations

from sqlglot import exp

from bot.guard.refusals import duckdb_only
from bot.guard.rules.calls import call, number, wrapped
from bot.guard.rules.known import Known

_UNITS = {
    "microsecond": "microsecond us usec usecs usecond useconds microseconds",
    "millisecond": "millisecond ms msec msecs msecond mseconds milliseconds",
    "second": "second s sec secs seconds",
    "minute": "minute m min mins minutes",
    "hour": "hour h hr hrs hours",
    "day": "day d days dayofmonth",
    "week": "week w weeks weekofyear",
    "month": "month mon months mons",
    "quarter": "quarter quarters",
    "year": "year y yr yrs years",
    "isoyear": "isoyear",
    "decade": "decade decades dec",
    "century": "century centuries",
    "dow": "dow weekday dayofweek",
    "isodow": "isodow",
    "doy": "doy dayofyear",
    "epoch": "epoch",
}
UNITS = {word: unit for unit, words in _UNITS.items() for word in words.split()}
"""DuckDB's words for a unit, and PostgreSQL's."""

_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400, "week": 604_800}
_MONTHS = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}


def unit_of(node: exp.Expr | None) -> str:
    """The unit that a literal or bare word names. Raises Refused."""
    word = node.name.lower() if isinstance(node, exp.Literal | exp.Var | exp.Column) else ""
    if word not in UNITS:
        raise duckdb_only(f"the unit {word}" if word else "a unit that is no literal")
    return UNITS[word]


def part(unit: str, node: exp.Expr, _known: Known) -> exp.Expr:
    """hour(x) and the like are EXTRACT(HOUR FROM x)."""
    return _extract(unit, _argument(node))


def part_by_name(node: exp.Expr, _known: Known) -> exp.Expr:
    """date_part('hour', x): the words for units are DuckDB's."""
    if len(node.expressions) != 2:
        return node
    return _extract(unit_of(node.expressions[0]), node.expressions[1])


def extracted(node: exp.Expr, _known: Known) -> exp.Expr:
    """EXTRACT(dayofweek FROM x): the same words."""
    return _extract(unit_of(node.this), node.expression)


def _extract(unit: str, value: exp.Expr) -> exp.Expr:
    """A part of a time, whole as DuckDB's are: only `epoch` has a fraction."""
    if value.is_string:
        value = exp.cast(value.copy(), "timestamp")
    found = exp.Extract(this=exp.var(unit.upper()), expression=value.copy())
    return call("floor", found) if unit == "second" else found


def truncated(node: exp.Expr, known: Known) -> exp.Expr:
    """date_trunc('day', x) keeps a date a date."""
    value = node.this.copy()
    if value.is_string:
        value = exp.cast(value, "timestamp")
    unit = exp.Literal.string(unit_of(node.args.get("unit")))
    found = call("date_trunc", unit, value)
    return exp.cast(found, "date") if known.kind(node.this) == "date" else found


def named(form: str, node: exp.Expr, _known: Known) -> exp.Expr:
    """dayname(x) and the like are to_char(x, form)."""
    return call("to_char", node.this, exp.Literal.string(form))


def boundaries(node: exp.Expr, _known: Known) -> exp.Expr:
    """date_diff(unit, x, y) is how many times a unit begins between x and y."""
    unit, end, start = unit_of(node.args.get("unit")), node.this, node.expression
    if unit in _MONTHS:
        return exp.paren(exp.Sub(this=_months(end, unit), expression=_months(start, unit)))
    if unit not in _SECONDS:
        raise duckdb_only(f"date_diff() in {unit}s")
    if unit in ("day", "week"):
        begins = [_begin(unit, value) for value in (end, start)]
        days = exp.paren(exp.Sub(this=begins[0], expression=begins[1]))
        return exp.Div(this=days, expression=number(7), typed=True) if unit == "week" else days
    times = [call("date_trunc", exp.Literal.string(unit), _time(one)) for one in (end, start)]
    return _lasting(exp.Sub(this=times[0], expression=times[1]), unit)


def _begin(unit: str, value: exp.Expr) -> exp.Expr:
    """The day on which the unit of `value` begins."""
    time = _time(value)
    return exp.cast(
        call("date_trunc", exp.Literal.string(unit), time) if unit == "week" else time, "date"
    )


def _months(value: exp.Expr, unit: str) -> exp.Expr:
    """The number of the month, quarter, year … of `value`, counted from year 0."""
    time = _time(value)
    years = exp.Extract(this=exp.var("YEAR"), expression=time)
    if unit in ("year", "decade", "century"):
        every = {"year": 1, "decade": 10, "century": 100}[unit]
        whole = exp.Div(this=years, expression=number(every), typed=True)
        return exp.cast(call("floor", whole), "bigint")
    parts = exp.Extract(this=exp.var(unit.upper()), expression=time.copy())
    each = number(12 // _MONTHS[unit])
    return exp.cast(
        exp.paren(exp.Add(this=exp.Mul(this=years, expression=each), expression=parts)), "bigint"
    )


def elapsed(node: exp.Expr, _known: Known) -> exp.Expr:
    """date_sub(unit, x, y) is how many whole units pass from x to y."""
    if len(node.expressions) != 3:
        return node
    unit, start, end = unit_of(node.expressions[0]), *node.expressions[1:]
    times = [exp.cast(value.copy(), "timestamp") for value in (end, start)]
    if unit in _SECONDS:
        return _lasting(exp.Sub(this=times[0], expression=times[1]), unit)
    if unit not in _MONTHS:
        raise duckdb_only(f"date_sub() in {unit}s")
    age = call("age", *times)
    years = exp.Extract(this=exp.var("YEAR"), expression=age)
    months = exp.Extract(this=exp.var("MONTH"), expression=age.copy())
    total = exp.Add(this=exp.Mul(this=years, expression=number(12)), expression=months)
    whole = exp.Div(this=exp.paren(total), expression=number(_MONTHS[unit]), typed=True)
    return exp.cast(call("trunc", whole), "bigint")


def _lasting(interval: exp.Expr, unit: str) -> exp.Expr:
    """How many whole units an interval lasts."""
    seconds = exp.Extract(this=exp.var("EPOCH"), expression=exp.paren(interval))
    whole = exp.Div(this=seconds, expression=number(_SECONDS[unit]), typed=True)
    return exp.cast(call("trunc", whole), "bigint")


def _time(value: exp.Expr) -> exp.Expr:
    """A literal has no type of its own."""
    return exp.cast(value.copy(), "timestamp") if value.is_string else value.copy()


def interval(node: exp.Expr, _known: Known) -> exp.Expr:
    """INTERVAL (x) DAY is x times a day."""
    amount, unit = node.this, node.args.get("unit")
    if not unit or not amount or isinstance(amount, exp.Literal):
        return node
    return exp.paren(exp.Mul(this=wrapped(amount), expression=_one(unit.name)))


def units(unit: str, node: exp.Expr, _known: Known) -> exp.Expr:
    """to_days(x) and the like are x times a day."""
    return exp.paren(exp.Mul(this=wrapped(_argument(node)), expression=_one(unit)))


def _argument(node: exp.Expr) -> exp.Expr:
    """The one argument of a function, whether sqlglot knows it or not."""
    argument: exp.Expr = node.expressions[0] if isinstance(node, exp.Anonymous) else node.this
    return argument


def _one(unit: str) -> exp.Expr:
    return exp.Interval(this=exp.Literal.string("1"), unit=exp.var(unit))


def milliseconds(node: exp.Expr, known: Known) -> exp.Expr:
    """epoch_ms(x) is milliseconds of a time, and the time of milliseconds."""
    if node.args.get("scale") != number(3) or known.kind(node.this) not in ("time", "date"):
        return node
    since = exp.Extract(this=exp.var("EPOCH"), expression=node.this.copy())
    return exp.cast(exp.paren(exp.Mul(this=since, expression=number(1000))), "bigint")


def bucket(node: exp.Expr, _known: Known) -> exp.Expr:
    """time_bucket(width, x) counts from Monday, 3 January 2000."""
    if node.args.get("unit"):  # where sqlglot puts a third argument
        raise duckdb_only("time_bucket() with an origin")
    origin = exp.cast(exp.Literal.string("2000-01-03"), "timestamp")
    return call("date_bin", node.this, node.expression, origin)


def date_of(node: exp.Expr, _known: Known) -> exp.Expr:
    """make_date(y, m, d) has the same name in both."""
    parts = [node.args.get(name) for name in ("year", "month", "day")]
    return call("make_date", *(one for one in parts if one))


def now(_node: exp.Expr, _known: Known) -> exp.Expr:
    """get_current_timestamp() is CURRENT_TIMESTAMP."""
    return exp.CurrentTimestamp()
