"""DuckDB's text on its way to PostgreSQL, where the rules of the rewriting meet the tokens."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.domain import GuardedQuery, Refusal

Guarding = Callable[..., GuardedQuery | Refusal]
PIVOT = "ON division IN ('Open', 'Mixed') USING count(*)"


@pytest.mark.parametrize(
    ("sql", "written"),
    [
        (f"PIVOT teams {PIVOT} ORDER BY name LIMIT 2", "ORDER BY name LIMIT 2"),
        (f"PIVOT teams {PIVOT} LIMIT 3;", "LIMIT 3"),
        (f"PIVOT (SELECT name, division FROM teams ORDER BY (seed) LIMIT 5) {PIVOT}", "LIMIT 5"),
        (f"PIVOT (FROM teams LIMIT 5) {PIVOT} LIMIT 2", "LIMIT 2"),
    ],
)
def test_a_pivot_keeps_what_comes_after_it(guarded: Guarding, sql: str, written: str) -> None:
    """ORDER BY and LIMIT of the whole stay behind it, those of a query inside stay inside."""
    query = guarded(sql, "duckdb")
    assert isinstance(query, GuardedQuery), query.message
    assert written in query.sql


def test_a_semicolon_ends_a_statement(guarded: Guarding) -> None:
    """One at the end is none, and comments go."""
    query = guarded("SELECT 1 AS one /* first */ ;", "duckdb")
    assert isinstance(query, GuardedQuery), query.message
    assert "first" not in query.sql
    assert query.shown == "SELECT\n  1 AS one"
