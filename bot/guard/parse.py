"""PostgreSQL text to the tree that PostgreSQL itself would make of it: one SELECT, bounded.

The parser is libpg_query, the server's own grammar, so there is no second opinion on quoting,
case, comments or precedence. Trees hold no comments.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from pglast import ast, parse_sql
from pglast.parser import ParseError

from bot.domain import Code
from bot.guard.refusals import Refused, too_complex

Node = Any
"""A node of the tree. pglast types every attribute as optional; the grammar knows better."""

NODES = 5_000
DEPTH = 80
"""Nodes below each other. The printer takes about six frames a level, Python gives a thousand."""


def parse(sql: str) -> Node:
    """The one SELECT, VALUES or TABLE statement in `sql`. Raises Refused."""
    try:
        statements = parse_sql(sql)
    except ParseError as error:
        raise Refused(Code.NOT_SQL, f"PostgreSQL cannot read the SQL: {error.args[0]}.") from error
    if len(statements) != 1:
        raise Refused(Code.NOT_A_QUERY, "Exactly one query can be run at a time.")
    statement = statements[0].stmt
    if not isinstance(statement, ast.SelectStmt):
        raise Refused(Code.NOT_A_QUERY, "Only a SELECT can be run: this bot reads, nothing else.")
    _check_size(statement)
    return statement


def children(node: Node) -> Iterator[Node]:
    """The nodes right below `node`, in the order of its attributes."""
    for attribute in _holding(node.__class__):
        value = getattr(node, attribute)
        if value is None:
            continue
        if isinstance(value, tuple):
            yield from _flat(value)
        elif isinstance(value, ast.Node):
            yield value


@cache
def _holding(kind: type[ast.Node]) -> tuple[str, ...]:
    """The attributes of a kind of node that can hold nodes; most hold a place, a word or a flag."""
    slots: dict[str, Any] = vars(kind)["__slots__"]  # each with the types that it takes
    held: dict[str, Any] = {name: slot.py_type for name, slot in slots.items()}
    return tuple(
        name
        for name, taken in held.items()
        if any(
            issubclass(each, ast.Node | list | tuple)
            for each in (taken if isinstance(taken, tuple) else (taken,))
        )
    )


def _flat(values: tuple[object, ...]) -> Iterator[Node]:
    """The nodes in a list, and in lists in it."""
    for value in values:
        if isinstance(value, ast.Node):
            yield value
        elif isinstance(value, tuple):
            yield from _flat(value)


def walk(root: Node) -> Iterator[Node]:
    """`root` and every node below it, parents before children; no recursion, so any depth."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(list(children(node))))


def _check_size(root: Node) -> None:
    """Raise Refused for a tree with too many nodes or too deep."""
    level, seen, depth = [root], 0, 0
    while level:
        seen += len(level)
        depth += 1
        if seen > NODES:
            raise too_complex(f"more than {NODES} parts")
        if depth > DEPTH:
            raise too_complex(f"more than {DEPTH} parts inside each other")
        level = [child for node in level for child in children(node)]


def texts(nodes: tuple[Node, ...] | None) -> tuple[str, ...]:
    """The texts of a list of names; a star is none."""
    return tuple(str(node.sval) for node in nodes or () if isinstance(node, ast.String))


def is_a(node: object, *kinds: type[ast.Node]) -> bool:
    """`isinstance`, without narrowing to a class whose attributes are all optional (see Node)."""
    return isinstance(node, kinds)
