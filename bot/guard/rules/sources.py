"""The columns that FROM of a DuckDB SELECT offers, for what `*` and a bare name mean there.

Good for listed tables, WITHs and subqueries; where something else stands in FROM (a function,
VALUES) the columns cannot be told, and None says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from bot.guard.rules.known import Known

_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Offered:
    """A column in FROM: the source that it is of ("" where USING merged two), and its name."""

    source: str
    name: str


def offered(select: exp.Select, known: Known, depth: int = 0) -> tuple[Offered, ...] | None:
    """The columns that `*` means in `select`, in DuckDB's order; None if they cannot be told."""
    found: list[Offered] = []
    for item, join in _items(select):
        if join and join.args.get("kind") in ("SEMI", "ANTI"):
            continue
        columns = _columns(item, known, depth)
        if columns is None:
            return None
        shared = _merged(join, found, columns)
        name = item.alias_or_name.lower()
        found = [Offered("", o.name) if o.name in shared else o for o in found]
        found += [Offered(name, column) for column in columns if column not in shared]
    return tuple(found)


def _items(select: exp.Select) -> Iterator[tuple[exp.Expr, exp.Join | None]]:
    """The sources in FROM, each with the join that brings it."""
    first = select.args.get("from_")
    if first:
        yield first.this, None
    for join in select.args.get("joins") or ():
        yield join.this, join


def _merged(join: exp.Join | None, left: list[Offered], right: tuple[str, ...]) -> set[str]:
    """The columns that USING or NATURAL shows once."""
    if not join:
        return set()
    if join.args.get("method") == "NATURAL":
        return {column.name for column in left} & set(right)
    return {column.name.lower() for column in join.args.get("using") or ()}


def _columns(item: exp.Expr, known: Known, depth: int) -> tuple[str, ...] | None:
    """The columns of one source."""
    if depth > _DEPTH or item.args.get("pivots"):
        return None
    if isinstance(item, exp.Subquery):
        columns = outputs(item.this, known, depth + 1)
    elif isinstance(item, exp.Table) and isinstance(item.this, exp.Identifier):
        columns = _named(item, known, depth)
    else:
        return None
    alias = item.args.get("alias")
    renamed = tuple(column.name.lower() for column in (alias.columns if alias else ()))
    return renamed + columns[len(renamed) :] if columns is not None else None


def _named(table: exp.Table, known: Known, depth: int) -> tuple[str, ...] | None:
    """The columns of a WITH in scope or of a listed table."""
    name = table.name.lower()
    at: exp.Expr | None = table
    while at is not None:
        clause = at.args.get("with_")
        for cte in clause.expressions if clause else ():
            if cte.alias.lower() == name and table.find_ancestor(exp.CTE) is not cte:
                columns = outputs(cte.this, known, depth + 1)
                renamed = tuple(column.name.lower() for column in cte.args["alias"].columns)
                return renamed + columns[len(renamed) :] if columns is not None else None
        at = at.parent
    return known.tables.get(name)


def outputs(query: exp.Expr, known: Known, depth: int = 0) -> tuple[str, ...] | None:
    """The names of the columns that a query gives; None if they cannot be told."""
    while isinstance(query, exp.Subquery | exp.SetOperation):
        query = query.this
    if not isinstance(query, exp.Select) or depth > _DEPTH:
        return None
    found: list[str] = []
    for projection in query.expressions:
        if not projection.is_star:
            if not isinstance(projection, exp.Alias | exp.Column):
                return None  # the two have other names for it
            found.append(projection.alias_or_name.lower())
            continue
        columns = offered(query, known, depth + 1)
        star = projection.this if isinstance(projection, exp.Column) else projection
        if columns is None or (isinstance(star, exp.Star) and any(star.args.values())):
            return None
        wanted = projection.table.lower() if isinstance(projection, exp.Column) else ""
        found += [column.name for column in columns if wanted in ("", column.source)]
    return tuple(found)
