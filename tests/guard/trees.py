"""Parts of PostgreSQL's trees, for tests of one rule at a time."""

from __future__ import annotations

from bot.guard.parse import Node, parse


def value(sql: str) -> Node:
    """The tree of an expression."""
    return parse(f"SELECT {sql}").targetList[0].val


def arguments(sql: str) -> tuple[Node, ...]:
    """The trees of a list of expressions, as a function has them."""
    call = value(f"f({sql})")
    return call.args or ()
