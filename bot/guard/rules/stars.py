"""`*` with EXCLUDE, REPLACE or RENAME, and COLUMNS(…): written out column by column.

DuckDB expands these itself; the columns are those of the semantic model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from bot.guard.refusals import duckdb_only, too_complex
from bot.guard.rules.calls import SIZE, size
from bot.guard.rules.known import Known
from bot.guard.rules.sources import Offered, offered

PATTERN = 100
"""The longest pattern in COLUMNS, in characters."""

OUTPUTS = 200
"""The most columns that one SELECT may be written out to."""

_HARD_PATTERN = re.compile(r"\\[1-9]|\{\d{2,}|\{\d,|\)[*+?{]|\(\?")


def expand(select: exp.Select, known: Known) -> None:
    """Write out what stands for several columns in the outputs of `select`. Raises Refused."""
    if not any(_means_many(projection, select) for projection in select.expressions):
        return
    columns = offered(select, known)
    if columns is None:
        raise duckdb_only("EXCLUDE, REPLACE, RENAME or COLUMNS over columns that are not listed")
    several = len({column.source for column in columns}) > 1
    if sum(map(size, select.expressions)) * (len(columns) + 1) > 2 * SIZE:
        raise too_complex("too many columns to write out")
    made: list[exp.Expr] = []
    for projection in select.expressions:
        if not _means_many(projection, select):
            made.append(projection)
        elif many := list(projection.find_all(exp.Columns)):
            made += _each(projection, many, columns, several=several)
        else:
            made += _starred(projection, columns, several=several)
    if not made or len(made) > OUTPUTS:
        raise too_complex(f"{len(made)} columns") if made else duckdb_only("COLUMNS without match")
    select.set("expressions", made)


def _means_many(projection: exp.Expr, select: exp.Select) -> bool:
    """Whether an output has to be written out; a plain star only where PostgreSQL's differs.

    QUALIFY, GROUP BY ALL and ORDER BY ALL need every column; USING puts its columns elsewhere.
    """
    if any(found.find_ancestor(exp.Select) is select for found in projection.find_all(exp.Columns)):
        return True
    star = projection.this if isinstance(projection, exp.Column) else projection
    if not isinstance(star, exp.Star):
        return False
    return any(star.args.values()) or _needs_names(select)


def _needs_names(select: exp.Select) -> bool:
    group, order = select.args.get("group"), select.args.get("order")
    every = order and any(item.this == exp.var("ALL") for item in order.expressions)
    joins = select.args.get("joins") or ()
    return bool(
        select.args.get("qualify")
        or (group and group.args.get("all"))
        or every
        or any(join.args.get("using") or join.args.get("method") == "NATURAL" for join in joins)
    )


def _starred(
    projection: exp.Expr, columns: tuple[Offered, ...], *, several: bool
) -> Iterator[exp.Expr]:
    """`*` or `t.*`, without what EXCLUDE names, with what REPLACE and RENAME say."""
    star = projection.this if isinstance(projection, exp.Column) else projection
    source = projection.table.lower() if isinstance(projection, exp.Column) else ""
    replaced = {one.alias.lower(): one for one in star.args.get("replace") or ()}
    renamed = {one.this.name.lower(): one.alias for one in star.args.get("rename") or ()}
    for column in _kept(star, source, columns):
        if column.name in replaced:
            yield replaced[column.name].copy()
        elif column.name in renamed:
            yield exp.alias_(_reference(column, several=several), renamed[column.name])
        else:
            yield _reference(column, several=several)


def _kept(star: exp.Expr, source: str, columns: tuple[Offered, ...]) -> list[Offered]:
    """The columns that a star means, without those of its EXCLUDE."""
    without = {one.name.lower() for one in star.args.get("except_") or ()}
    return [c for c in columns if source in ("", c.source) and c.name not in without]


def _each(
    projection: exp.Expr,
    many: list[exp.Columns],
    columns: tuple[Offered, ...],
    *,
    several: bool,
) -> Iterator[exp.Expr]:
    """An output with COLUMNS(…), once for every column that it means."""
    if any(found != many[0] for found in many[1:]):
        raise duckdb_only("two different COLUMNS in one output")
    for column in _meant(many[0].this, columns):
        copy = projection.copy()
        for found in list(copy.find_all(exp.Columns)):
            reference = _reference(column, several=several)
            if found is copy:
                copy = reference
            else:
                found.replace(reference)
        yield copy if isinstance(copy, exp.Column | exp.Alias) else exp.alias_(copy, column.name)


def _meant(what: exp.Expr, columns: tuple[Offered, ...]) -> list[Offered]:
    """The columns that the argument of COLUMNS names: a pattern, a list or a star."""
    if isinstance(what, exp.Star):
        return _kept(what, "", columns)
    if isinstance(what, exp.Array) and all(one.is_string for one in what.expressions):
        listed = {one.name.lower() for one in what.expressions}
        return [column for column in columns if column.name in listed]
    if not what.is_string:
        raise duckdb_only("COLUMNS with a function")
    pattern = what.name
    if len(pattern) > PATTERN or _HARD_PATTERN.search(pattern):
        raise too_complex("the pattern in COLUMNS")
    try:
        return [column for column in columns if re.search(pattern, column.name)]
    except re.error as error:
        raise duckdb_only("the pattern in COLUMNS") from error


def _reference(column: Offered, *, several: bool) -> exp.Column:
    return exp.column(column.name, table=column.source if several and column.source else None)
