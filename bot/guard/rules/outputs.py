"""Names of outputs where PostgreSQL wants a column: DuckDB takes them nearly everywhere."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from sqlglot import exp

from bot.guard.refusals import too_complex
from bot.guard.rules.calls import aggregates
from bot.guard.rules.known import Known
from bot.guard.rules.sources import offered

GROWTH = 500
"""Nodes that naming outputs may add to one expression."""


def lower_names(tree: exp.Expr, known: Known) -> None:
    """`"Teams"` is teams to DuckDB, where quotes do not keep a name from matching in any case."""
    given = {alias.alias for alias in tree.find_all(exp.Alias)}
    for name in tree.find_all(exp.Identifier):
        text = name.name
        if name.args.get("quoted") and text not in given and text.lower() in known.names:
            name.set("this", text.lower())


def expand_names(select: exp.Select, known: Known) -> None:
    """DuckDB lets WHERE, HAVING and later outputs name an output; PostgreSQL wants its expression.

    A column of that name goes first, but in HAVING an aggregate does, and in ORDER BY any output;
    there PostgreSQL takes a bare name, and in an expression none. Raises Refused where the
    statement grows too much by it, since outputs that name outputs can double each time.
    """
    columns = offered(select, known)
    own = known.names if columns is None else {column.name for column in columns}
    outputs: dict[str, exp.Expr] = {}
    for projection in select.expressions:
        _expand(projection, select, outputs, own)
        if isinstance(projection, exp.Alias):
            outputs[projection.alias.lower()] = projection.this
    for clause, hidden in (
        ("where", own),
        ("having", own - {n for n, e in outputs.items() if aggregates(e)}),
    ):
        if part := select.args.get(clause):
            _expand(part, select, outputs, hidden)
    order = select.args.get("order")
    for item in order.expressions if order else ():
        if not isinstance(item.this, exp.Column):
            _expand(item, select, outputs, set())


def _expand(
    part: exp.Expr,
    select: exp.Select,
    outputs: dict[str, exp.Expr],
    hidden: AbstractSet[str],
) -> None:
    """Put the expressions of `outputs` for their names in `part`, except for names in `hidden`."""
    grown = 0
    for column in list(part.find_all(exp.Column)):
        name = column.name.lower()
        free = not column.table and column.find_ancestor(exp.Select) is select
        if free and name in outputs and name not in hidden:
            grown += sum(1 for _ in outputs[name].walk())
            if grown > GROWTH:
                raise too_complex("outputs made of outputs")
            column.replace(exp.paren(outputs[name].copy()))
