"""Small helpers that rules build expressions with."""

from __future__ import annotations

from sqlglot import exp

from bot.guard.allowed import AGGREGATES
from bot.guard.refusals import too_complex

SIZE = 3_000
"""The most nodes that a rule may make of one node; rules that repeat a part double it."""


def bounded(node: exp.Expr) -> exp.Expr:
    """`node`, if it is no larger than SIZE. Raises Refused."""
    if size(node) > SIZE:
        raise too_complex("too much to translate")
    return node


def size(node: exp.Expr) -> int:
    """The number of nodes in `node`."""
    return sum(1 for _ in node.walk())


def call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    """name(arguments), with copies of the arguments."""
    return exp.Anonymous(this=name, expressions=[one.copy() for one in arguments])


def number(value: int) -> exp.Expr:
    """A number that is written down."""
    return exp.Literal.number(value)


def wrapped(node: exp.Expr) -> exp.Expr:
    """A copy of `node` that binds as one, whatever stands around it."""
    plain = isinstance(node, exp.Column | exp.Literal | exp.Func | exp.Paren | exp.Cast)
    return node.copy() if plain else exp.paren(node.copy())


def nested(node: exp.Expr, name: str, value: str) -> exp.Expr:
    """(SELECT value FROM UNNEST(node) AS name(name)); `value` is PostgreSQL over `name`."""
    source = exp.Unnest(
        expressions=[node.copy()],
        alias=exp.TableAlias(this=exp.to_identifier(name), columns=[exp.to_identifier(name)]),
    )
    inner = exp.select(exp.maybe_parse(value, dialect="postgres")).from_(source)
    return inner.subquery()


def aggregates(node: exp.Expr) -> bool:
    """Whether `node` has an aggregate of its own SELECT in it, which a window is not."""
    select = node.find_ancestor(exp.Select)
    return any(
        _is_aggregate(found) and found.find_ancestor(exp.Select) is select for found in node.walk()
    )


def _is_aggregate(node: exp.Expr) -> bool:
    if not isinstance(node, exp.AggFunc | exp.GroupConcat):
        return isinstance(node, exp.Anonymous) and node.name.lower() in AGGREGATES
    holder = node.parent
    while isinstance(holder, exp.Filter | exp.IgnoreNulls | exp.WithinGroup):
        node, holder = holder, holder.parent
    return not (isinstance(holder, exp.Window) and node.arg_key == "this")
