"""The walk over PostgreSQL's tree misses no node, whatever attributes it looks at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from pglast import ast, parse_sql
from pglast.parser import ParseError

from bot.guard.parse import walk

HERE = Path(__file__).parent


def every(part: Any) -> Iterator[int]:
    """Each node by every attribute that it has."""
    if isinstance(part, tuple):
        for each in part:
            yield from every(each)
    elif isinstance(part, ast.Node):
        yield id(part)
        for name in part:
            yield from every(getattr(part, name))


def test_the_walk_sees_every_node() -> None:
    """On all statements of both corpora it gives the nodes that a look at everything gives."""
    seen = 0
    for name in ("honest", "attacks"):
        for line in (HERE / f"{name}.jsonl").read_text().splitlines():
            with suppress(ParseError):
                for statement in parse_sql(json.loads(line)["sql"]):
                    found = [id(node) for node in walk(statement.stmt)]
                    assert found == list(every(statement.stmt))
                    seen += len(found)
    assert seen > 20_000
