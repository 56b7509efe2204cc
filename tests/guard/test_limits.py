"""Texts that are too large, too deep or hold stray characters never reach a parser that suffers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.domain import Code, Dialect, GuardedQuery, Refusal
from bot.guard.limits import check_text
from bot.guard.parse import parse
from bot.guard.refusals import Refused
from bot.guard.translate import to_postgres
from bot.semantic import SemanticModel

Guarding = Callable[..., GuardedQuery | Refusal]

NESTS: dict[str, Callable[[int], str]] = {
    "brackets": lambda n: f"SELECT {'(' * n}1{')' * n}",
    "arrays": lambda n: f"SELECT {'ARRAY[' * n}1{']' * n}",
    "any array": lambda n: f"SELECT {'1 = ANY(ARRAY[' * n}1{'])' * n}",
    "calls": lambda n: f"SELECT {'abs(' * n}1{')' * n}",
    "dates": lambda n: f"SELECT {'date(' * n}now(){')' * n}",
    "types": lambda n: f"SELECT {'numeric(' * n}1{')' * n}",
    "structs": lambda n: f"SELECT {'struct(' * n}1{')' * n}",
    "not": lambda n: f"SELECT {'NOT ' * n}true",
    "minus": lambda n: f"SELECT {'- ' * n}seed FROM teams",
    "sums": lambda n: f"SELECT 1{' + 1' * n}",
    "unions": lambda n: f"SELECT 1{' UNION SELECT 1' * n}",
    "subqueries": lambda n: f"SELECT * FROM {'(SELECT * FROM ' * n}teams{') AS t' * n}",
    "cases": lambda n: f"SELECT {'CASE WHEN true THEN ' * n}1{' END' * n}",
    "casts": lambda n: f"SELECT 1{'::int' * n}",
    "joins": lambda n: f"SELECT 1 FROM teams{' JOIN teams ON true' * n}",
    "null tests": lambda n: f"SELECT true{' IS NULL' * n}",
    "collations": lambda n: "SELECT name" + ' COLLATE "C"' * n + " FROM teams",
}


@pytest.mark.parametrize("dialect", ["postgres", "duckdb"])
@pytest.mark.parametrize("nest", NESTS.values(), ids=NESTS)
@pytest.mark.parametrize("depth", [10, 21, 60, 75, 100, 500, 1_000, 10_000])
def test_depth_is_bounded(
    guarded: Guarding, nest: Callable[[int], str], depth: int, dialect: str
) -> None:
    """However deep, a statement ends as a query or as too complex; no recursion error, no bug."""
    outcome = guarded(nest(depth), dialect)
    allowed = (Code.TOO_COMPLEX, Code.NOT_SQL, Code.UNSUPPORTED_DIALECT, Code.FORBIDDEN_FUNCTION)
    assert isinstance(outcome, GuardedQuery) or outcome.code in allowed
    if depth >= 100:
        assert isinstance(outcome, Refusal)


@pytest.mark.parametrize("dialect", ["postgres", "duckdb"])
@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("", Code.NOT_SQL),
        (" \n\t ", Code.NOT_SQL),
        ("SELECT 1\0; DROP TABLE teams", Code.NOT_SQL),
        ("SELECT '\ud800'", Code.NOT_SQL),
        ("SELECT 'abc", Code.NOT_SQL),
        ("SELECT 'x" + "x" * 1_000_000 + "'", Code.TOO_COMPLEX),
        ("(" * 1_000_000, Code.TOO_COMPLEX),
        ("SELECT " + "1," * 2_500 + "1", Code.TOO_COMPLEX),
        ("SELECT te\u200bams", Code.FORBIDDEN_SYNTAX),
        ('SELECT 1 AS "a\u202eb"', Code.FORBIDDEN_SYNTAX),
        ('SELECT 1 AS "\x1b[31m"', Code.FORBIDDEN_SYNTAX),
        ('SELECT 1 AS "two\nlines"', Code.FORBIDDEN_SYNTAX),
    ],
)
def test_text_is_checked_first(guarded: Guarding, sql: str, code: Code, dialect: str) -> None:
    """Empty, huge and unprintable texts are refused, each with its own code."""
    refusal = guarded(sql, dialect)
    assert isinstance(refusal, Refusal)
    assert refusal.code is code
    assert len(refusal.sql) <= 10_000


def test_strings_may_hold_anything(guarded: Guarding) -> None:
    """A name to look for may have any letters and signs, joined emoji too."""
    query = guarded(
        "SELECT name FROM teams WHERE name IN ('🏴\u200d☠\ufe0f', 'Łódź – «Ñ»', 'a\nb')"
    )
    assert isinstance(query, GuardedQuery)


def test_a_message_repeats_no_long_name(guarded: Guarding) -> None:
    """A name of thousands of letters is cut in the refusal."""
    refusal = guarded(f"SELECT {'x' * 60} FROM {'y' * 5_000}")
    assert isinstance(refusal, Refusal)
    assert len(refusal.message) < 1_000


def test_outputs_that_name_outputs_do_not_explode(guarded: Guarding) -> None:
    """Putting expressions for names, as DuckDB lets outputs be reused, stops before it doubles."""
    doubled = ", ".join(f"x{n} + x{n} AS x{n + 1}" for n in range(40))
    refusal = guarded(f"SELECT {doubled} FROM (SELECT 1 AS x0)", "duckdb")
    assert isinstance(refusal, Refusal)
    assert refusal.code is Code.TOO_COMPLEX


COUNTED = [
    ("postgres", lambda n: "SELECT " + "1" * (n - 7), 10_000, "more than 10000 characters"),
    ("postgres", lambda n: "1 " * n, 2_000, "more than 2000 words and signs"),
    ("duckdb", lambda n: "1 " * n, 2_000, "more than 2000 words and signs"),
    ("postgres", lambda n: "(" * n + ")" * n, 24, "brackets nested too deep"),
    ("duckdb", lambda n: "(" * n + ")" * n, 12, "brackets nested too deep"),
    # What was closed before does not count, neither way.
    ("postgres", lambda n: "()" * 40 + "(" * n, 24, "brackets nested too deep"),
    ("postgres", lambda n: "[" * n + "]" * n, 4, "brackets nested too deep"),
    ("duckdb", lambda n: "[{" + "{" * (n - 2), 4, "brackets nested too deep"),
    ("postgres", lambda n: "([" * 4 + "(" * (n - 8), 24, "brackets nested too deep"),
]


@pytest.mark.parametrize(("dialect", "text", "most", "what"), COUNTED)
def test_a_text_at_its_bound(
    dialect: str, text: Callable[[int], str], most: int, what: str
) -> None:
    """Characters, tokens and brackets are counted exactly."""
    check_text(text(most), Dialect(dialect))
    with pytest.raises(Refused) as refused:
        check_text(text(most + 1), Dialect(dialect))
    assert refused.value.code is Code.TOO_COMPLEX
    assert refused.value.message == f"The SQL is too complex: {what}. Ask for less at once."


def test_a_translation_at_its_bound(model: SemanticModel) -> None:
    """What DuckDB's text becomes is as long as PostgreSQL's may be, and no longer."""
    assert len(to_postgres(f"SELECT '{'x' * 9_991}'", model)) == 10_000
    with pytest.raises(Refused, match="more than 10000 characters of PostgreSQL"):
        to_postgres(f"SELECT '{'x' * 9_992}'", model)


def test_a_statement_with_as_many_sources_as_there_may_be(guarded: Guarding) -> None:
    """Tables, subqueries and functions in FROM are counted exactly, over the whole statement."""
    sources = ", ".join(f"divisions d{number}" for number in range(38))
    most = f"SELECT 1 FROM {sources}, (SELECT 1) AS x, generate_series(1, 2) AS y"
    assert isinstance(guarded(most), GuardedQuery)
    refusal = guarded(f"{most}, divisions z")
    assert isinstance(refusal, Refusal)
    assert "more than 40 tables and subqueries" in refusal.message


@pytest.mark.parametrize(
    "between", ["BETWEEN", "NOT BETWEEN", "BETWEEN SYMMETRIC", "NOT BETWEEN SYMMETRIC"]
)
def test_every_between_is_taken(guarded: Guarding, between: str) -> None:
    """BETWEEN is no operator by its name, and takes NOT and SYMMETRIC."""
    query = guarded(f"SELECT 1 FROM teams WHERE seed {between} 2 AND 4")
    assert isinstance(query, GuardedQuery), query.message


def test_a_tree_at_its_bound() -> None:
    """Nodes and their depth are counted exactly, and the refusal says which it was."""
    names, nulls = ["name"] * 1_665, ["NULL"] * 2
    parse(f"SELECT {', '.join([*names, *nulls])}")
    with pytest.raises(Refused, match="more than 5000 parts"):
        parse(f"SELECT {', '.join([*names, 'name', *nulls[:1]])}")
    parse(f"SELECT 1{'::int' * 76}")
    with pytest.raises(Refused, match="more than 80 parts inside each other"):
        parse(f"SELECT 1{'::int' * 77}")


@pytest.mark.parametrize(
    ("sql", "dialect"),
    [
        ("SELECT 'a\u200b'", "postgres"),
        ("SELECT U&'a\u200b'", "postgres"),
        ("SELECT $$a\u200b$$", "postgres"),
        ("SELECT 1 -- a\u200b", "postgres"),
        ("SELECT 1 /* a\u200b */", "postgres"),
        ("SELECT naïve$x", "postgres"),
        ("SELECT 'a\u200b'", "duckdb"),
        ("SELECT $$a\u200b$$", "duckdb"),
        ("SELECT e'a\u200b'", "duckdb"),
        ("SELECT n'a\u200b'", "duckdb"),
    ],
)
def test_strings_and_comments_are_no_names(sql: str, dialect: str) -> None:
    """Any character may stand in them; a name may have letters of any language, and a dollar."""
    check_text(sql, Dialect(dialect))


@pytest.mark.parametrize(
    ("sql", "stray"),
    [
        ("SELECT na\u200bme", "U+200B"),
        ("SELECT é→", "U+2192"),
        ("SELECT →", "U+2192"),
        ("SELECT ٣a", "U+0663"),
        ('SELECT "\x1b"', "U+001B"),
    ],
)
def test_a_stray_character_is_named(sql: str, stray: str) -> None:
    """The refusal says which character it was, by its number."""
    with pytest.raises(Refused) as refused:
        check_text(sql, Dialect.POSTGRES)
    assert refused.value.message.endswith(f": {stray}.")
