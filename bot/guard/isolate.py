"""The query inside its fences, as text.

    WITH teams AS MATERIALIZED (…) SELECT * FROM (…) AS answer

The query stays whole in a subquery, so its own WITH, ORDER BY and LIMIT mean what they meant, and
a WITH of its own that bears a fence's name shadows it inside only. PostgreSQL keeps the order of
such a subquery: it is never pulled up when it sorts, and no plan over a CTE is parallel.
"""

from __future__ import annotations

import sqlglot
from pglast import parse_sql
from pglast.parser import ParseError
from pglast.stream import IndentedStream, RawStream
from sqlglot.errors import SqlglotError

from bot.guard.parse import Node
from bot.semantic import Fence

UNUSED = "SELECT * FROM ({query}) AS answer WHERE $1::uuid[] IS NOT NULL"
"""For a query that reads no table: it takes the parameter all the same."""


class _Printer(RawStream):
    """PostgreSQL text whose strings mean the same under either standard_conforming_strings."""

    def write_quoted_string(self, s: str) -> None:
        text = s.replace("'", "''")
        self.write(f"E'{text}'".replace("\\", "\\\\") if "\\" in s else f"'{text}'")


def isolate(query: Node, fences: tuple[Fence, ...]) -> str:
    """One statement whose only parameter is $1, the bound events as uuid[]."""
    text = _Printer(special_functions=True)(query)
    if not fences:
        return UNUSED.format(query=text)
    parts = ", ".join(f'"{fence.name}" AS MATERIALIZED ({fence.body})' for fence in fences)
    return f"WITH {parts} SELECT * FROM ({text}) AS answer"  # noqa: S608  both are trees printed, not input


def pretty(query: Node) -> str:
    """The query as people see it, without the fence: in sqlglot's layout where it says the same."""
    text = RawStream(special_functions=True)(query)
    try:
        lines = sqlglot.transpile(text, read="postgres", write="postgres", pretty=True)[0]
        if parse_sql(lines)[0].stmt == query:
            return lines
    except (SqlglotError, ParseError):
        pass  # not every PostgreSQL construct is known to sqlglot
    return str(IndentedStream(special_functions=True, comma_at_eoln=True)(query))
