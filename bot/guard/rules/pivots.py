"""PIVOT with its values listed, and UNPIVOT: aggregates with FILTER, and a row for each column.

Without `IN (…)` the columns depend on the data, so no fixed query can say it.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from bot.guard.refusals import duckdb_only
from bot.guard.rules.known import Known
from bot.guard.rules.sources import outputs


def statement(pivot: exp.Pivot, known: Known) -> exp.Select:
    """PIVOT t ON …, or UNPIVOT t ON …, as a SELECT."""
    source = pivot.this
    if isinstance(source, exp.Subquery) and not source.alias:
        source.set("alias", exp.TableAlias(this=exp.to_identifier("pivoted")))
    if pivot.args.get("unpivot"):
        into = pivot.args.get("into")
        name = into.this.name if into else "name"
        value = into.expressions[0].name if into else "value"
        return _unpivoted(source, list(pivot.expressions), name, value, known)
    return _pivoted(source, list(pivot.expressions), pivot.args.get("using") or [], pivot, known)


def in_from(select: exp.Select, known: Known) -> None:
    """FROM t PIVOT (…), or UNPIVOT (…), as FROM with a subquery."""
    clause = select.args.get("from_")
    pivots = clause.this.args.get("pivots") if clause else None
    if not clause or not pivots or len(pivots) != 1:
        return
    source, (pivot,) = clause.this, pivots
    inner = source.copy()
    inner.set("pivots", None)
    if isinstance(inner, exp.Subquery) and not inner.alias:
        inner.set("alias", exp.TableAlias(this=exp.to_identifier("pivoted")))
    fields = pivot.args.get("fields") or []
    if pivot.args.get("unpivot"):
        (field,) = fields
        value = pivot.expressions[0].name
        made = _unpivoted(inner, field.expressions, field.this.name, value, known)
    else:
        made = _pivoted(inner, fields, pivot.expressions, pivot, known)
    source.replace(made.subquery(pivot.alias or source.alias or "pivoted"))


def _pivoted(
    source: exp.Expr,
    fields: list[exp.Expr],
    using: list[exp.Expr],
    pivot: exp.Pivot,
    known: Known,
) -> exp.Select:
    """One aggregate FILTER (WHERE field = value) for each value."""
    if len(fields) != 1 or not isinstance(fields[0], exp.In) or not fields[0].expressions:
        raise duckdb_only("PIVOT without IN (…)")
    field = fields[0]
    aggregates = using or [exp.Count(this=exp.Star())]
    group = pivot.args.get("group")
    keys = list(group.expressions) if group else _rest(source, field, aggregates, known)
    made = [key.copy() for key in keys]
    for name, value in _values(field.expressions):
        for aggregate in aggregates:
            condition = exp.EQ(this=field.this.copy(), expression=value.copy())
            bare = aggregate.unalias().copy()
            filtered = exp.Filter(this=bare, expression=exp.Where(this=condition))
            label = f"{name}_{aggregate.alias_or_name or bare.sql('duckdb').lower()}"
            plain = len(aggregates) == 1 and not isinstance(aggregate, exp.Alias)
            made.append(exp.alias_(filtered, name if plain else label, quoted=True))
    select = exp.select(*made).from_(source.copy())
    return select.group_by(*keys)


def _values(listed: list[exp.Expr]) -> Iterator[tuple[str, exp.Expr]]:
    for one in listed:
        value = one.this if isinstance(one, exp.PivotAlias | exp.Alias) else one
        if not isinstance(value, exp.Literal | exp.Boolean | exp.Null | exp.Cast):
            raise duckdb_only("PIVOT on values that are no literals")
        if one is not value:
            yield one.args["alias"].name, value
        elif isinstance(value, exp.Boolean):
            yield value.sql().lower(), value
        else:
            yield value.name or value.sql(), value


def _rest(
    source: exp.Expr, field: exp.Expr, aggregates: list[exp.Expr], known: Known
) -> list[exp.Expr]:
    """The columns that neither the field nor an aggregate names: what a PIVOT groups by."""
    columns = outputs(exp.select("*").from_(source.copy()), known)
    if columns is None:
        raise duckdb_only("PIVOT of columns that are not listed")
    used = {
        column.name.lower() for part in (field, *aggregates) for column in part.find_all(exp.Column)
    }
    return [exp.column(column) for column in columns if column not in used]


def _unpivoted(
    source: exp.Expr, columns: list[exp.Expr], name: str, value: str, known: Known
) -> exp.Select:
    """A row for each of `columns` that is not NULL: its name and its value."""
    every = outputs(exp.select("*").from_(source.copy()), known)
    wanted = [column.name.lower() for column in columns if isinstance(column, exp.Column)]
    if every is None or len(wanted) != len(columns):
        raise duckdb_only("UNPIVOT of this kind")
    rows = [
        exp.Tuple(expressions=[exp.Literal.string(one), exp.column(one, table=_name(source))])
        for one in wanted
    ]
    alias = exp.TableAlias(
        this=exp.to_identifier("parted"),
        columns=[exp.to_identifier(name), exp.to_identifier(value)],
    )
    lateral = exp.Lateral(this=exp.Subquery(this=exp.Values(expressions=rows)), alias=alias)
    kept = [exp.column(column, table=_name(source)) for column in every if column not in wanted]
    parted = [exp.column(one, table="parted") for one in (name, value)]
    present = exp.column(value, table="parted").is_(exp.null()).not_()
    select = exp.select(*kept, *parted).from_(source.copy())
    return select.join(lateral, join_type="cross").where(present)


def _name(source: exp.Expr) -> str:
    return source.alias_or_name
