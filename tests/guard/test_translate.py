"""DuckDB's text on its way to PostgreSQL, where the rules of the rewriting meet the tokens."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.domain import Code, GuardedQuery, Refusal
from bot.guard.translate import to_postgres
from bot.semantic import SemanticModel

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


@pytest.mark.parametrize(
    ("sql", "written"),
    [
        ("strftime('2026-05-01', '%Y')", "TO_CHAR(CAST('2026-05-01' AS TIMESTAMP), 'YYYY')"),
        ("strftime(name, '%Y')", "TO_CHAR(CAST(name AS TIMESTAMP), 'YYYY')"),
        ("date_part('year', '2026-05-01')", "EXTRACT(YEAR FROM CAST('2026-05-01' AS TIMESTAMP))"),
        ("week('2026-05-01')", "EXTRACT(WEEK FROM CAST('2026-05-01' AS TIMESTAMP))"),
        (
            "date_trunc('month', '2026-05-07')",
            "DATE_TRUNC('month', CAST('2026-05-07' AS TIMESTAMP))",
        ),
        (
            "date_diff('day', '2026-05-01', x)",
            "(CAST(x AS DATE) - CAST(CAST('2026-05-01' AS TIMESTAMP) AS DATE))",
        ),
    ],
)
def test_a_time_written_as_text_gets_a_type(model: SemanticModel, sql: str, written: str) -> None:
    """A function of times that is given a text takes it for one, as a reader would."""
    assert to_postgres(f"SELECT {sql} FROM teams", model) == f"SELECT {written} FROM teams"


@pytest.mark.parametrize(
    ("sql", "written"),
    [
        ("seed / 2 / 3", "CAST(seed AS DOUBLE PRECISION) / 2 / 3"),
        ("seed / 2 * 3 / seed", "CAST(seed AS DOUBLE PRECISION) / 2 * 3 / NULLIF(seed, 0)"),
        ("CAST(seed AS DOUBLE) / (2)", "CAST(seed AS DOUBLE PRECISION) / (2)"),
        ("round(seed)", "ROUND(seed)"),
        ("round(1.5, 1)", "ROUND(1.5, 1)"),
        ("round(seed / 3, 1)", "ROUND(CAST(CAST(seed AS DOUBLE PRECISION) / 3 AS DECIMAL), 1)"),
        ("TRY_CAST(seed AS BIGINT)", "CAST(seed AS BIGINT)"),
        ("TRY_CAST(name AS VARCHAR)", "CAST(name AS TEXT)"),
        ("name[1]", "SUBSTR(name, 1, 1)"),
        ("([1, 2])[1]", "(ARRAY[1, 2])[1]"),
        ("string_agg(name)", "STRING_AGG(name, ',')"),
        ("seed % 2", "seed % 2"),
        ("1.5 % 2", "CAST(1.5 AS DECIMAL) % CAST(2 AS DECIMAL)"),
        ("2 % 1.5", "CAST(2 AS DECIMAL) % CAST(1.5 AS DECIMAL)"),
        ("list_sum([1])", "(SELECT SUM(item) FROM UNNEST(ARRAY[1]) AS item(item))"),
    ],
)
def test_no_more_is_written_than_is_needed(model: SemanticModel, sql: str, written: str) -> None:
    """People read the query: a number that is exact already is not cast again."""
    assert to_postgres(f"SELECT {sql} FROM teams", model) == f"SELECT {written} FROM teams"


@pytest.mark.parametrize(
    "source",
    [
        "divisions AS t",
        "divisions AS T",
        "(SELECT name FROM divisions) AS t",
    ],
)
def test_a_subquery_that_names_its_own_is_not_lateral(model: SemanticModel, source: str) -> None:
    """A name that the subquery gives itself is none of the tables before it."""
    written = to_postgres(
        f"SELECT s.name FROM teams AS t, (SELECT t.name FROM {source}) AS s", model
    )
    assert "LATERAL" not in written


def test_an_output_that_a_condition_names_is_no_mistake(guarded: Guarding) -> None:
    """What DuckDB allows is translated, not mended: nothing is said of it."""
    query = guarded("SELECT seed * 2 AS twice FROM teams WHERE twice > 4", "duckdb")
    assert isinstance(query, GuardedQuery), query.message
    assert query.mended == ()


def test_a_semicolon_alone_is_no_statement(guarded: Guarding) -> None:
    """Where nothing stands before it, there is no SQL."""
    refusal = guarded(";", "duckdb")
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.message) == (Code.NOT_SQL, "There is no SQL in it.")


def test_a_semicolon_in_a_dollar_quote_is_text(guarded: Guarding) -> None:
    """The statement is cut into tokens as DuckDB cuts it."""
    query = guarded("SELECT $$a;b$$ AS x", "duckdb")
    assert isinstance(query, GuardedQuery), query.message
    assert query.shown == "SELECT\n  'a;b' AS x"


WRITTEN = [
    json.loads(line) for line in (Path(__file__).parent / "written.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize("line", WRITTEN, ids=[line["duckdb"] for line in WRITTEN])
def test_what_is_written_for_a_construct(model: SemanticModel, line: dict[str, str]) -> None:
    """A construct has one translation: names with their tables, casts and brackets where needed."""
    assert to_postgres(line["duckdb"], model) == line["postgres"]
