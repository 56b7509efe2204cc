"""The query inside its fences, as text.

    WITH teams AS MATERIALIZED (…) SELECT * FROM (…) AS answer

The query stays whole in a subquery, so its own WITH, ORDER BY and LIMIT mean what they meant, and
a WITH of its own that bears a fence's name shadows it inside only. A query that reads no table
takes the parameter all the same.

PostgreSQL keeps the order of such a subquery: one that sorts is never pulled up, and no plan over
a CTE is parallel (a test reads plans).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import sqlglot
from pglast import parse_sql
from pglast.parser import DeparseError, ParseError, deparse_protobuf, parse_sql_protobuf
from pglast.stream import IndentedStream, RawStream

from bot.domain import Dialect
from bot.guard.limits import check_text
from bot.guard.parse import Node
from bot.guard.refusals import Refused
from bot.guard.translate import translated
from bot.semantic import Fence


class _Printer(RawStream):
    """PostgreSQL text whose strings mean the same under either standard_conforming_strings."""

    def write_quoted_string(self, s: str) -> None:
        text = s.replace("'", "''")
        self.write(f"E'{text}'".replace("\\", "\\\\") if "\\" in s else f"'{text}'")


def printed(query: Node, source: str) -> Iterator[str]:
    """The query as PostgreSQL text on one line, in several ways; `source` is what it was read from.

    libpg_query prints fast and so comes first; it prints what it parses, which is `query` unless
    names or groups were mended since. Which text says `query` is for `bot.guard.reread` to tell.
    """
    yield from _deparsed(source)
    text = str(_Printer(special_functions=True)(query))
    yield from _deparsed(text)
    yield text


def isolate(text: str, fences: tuple[Fence, ...]) -> str:
    """`text` inside its fences: one statement whose only parameter is $1, the events as uuid[]."""
    if not fences:
        return f"SELECT * FROM ({text}) AS answer WHERE $1::uuid[] IS NOT NULL"  # noqa: S608  the same
    parts = ", ".join(f'"{fence.name}" AS MATERIALIZED ({fence.body})' for fence in fences)
    return f"WITH {parts} SELECT * FROM ({text}) AS answer"  # noqa: S608  printed from a tree


def pretty(text: str, query: Node) -> str:
    """`text`, which is `query`, over lines: in sqlglot's layout where that says the same."""
    try:
        check_text(text, Dialect.DUCKDB)  # what sqlglot parses has to keep within its limits
        with translated():
            lines = sqlglot.transpile(text, read="postgres", write="postgres", pretty=True)[0]
        if [*_deparsed(lines)] == [text] or parse_sql(lines)[0].stmt == query:
            return lines
    except (Refused, ParseError):
        pass  # not every PostgreSQL construct is known to sqlglot
    return str(IndentedStream(special_functions=True, comma_at_eoln=True)(query))


def _deparsed(sql: str) -> Iterator[str]:
    """What libpg_query makes of `sql`, without comments; nothing where it cannot."""
    with suppress(ParseError, DeparseError):
        yield str(deparse_protobuf(parse_sql_protobuf(sql)))
