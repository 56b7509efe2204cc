"""SQL is found in whatever a model writes around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.llm.extract import enough, find_statement, refused

PLAIN = "SELECT name FROM teams"

TEXTS = {
    "bare": (PLAIN, PLAIN),
    "semicolon": (f"{PLAIN};", PLAIN),
    "second statement": (f"{PLAIN}; DROP TABLE teams;", PLAIN),
    "fence": (f"```sql\n{PLAIN};\n```", PLAIN),
    "fence without semicolon": (f"Sure!\n```sql\n{PLAIN}\n```\nThis lists teams.", PLAIN),
    "fence without word": (f"```\n{PLAIN}\n```", PLAIN),
    "prose before": (f"Here is the query you need:\n\n{PLAIN}", PLAIN),
    "label": (f"SQL: {PLAIN}", PLAIN),
    "prose after": (f"{PLAIN}\n\nThis query lists all teams.", PLAIN),
    "inline code": (f"`{PLAIN}`", PLAIN),
    "thoughts": (f"<think>SELECT is fine; WITH x AS too</think>{PLAIN}", PLAIN),
    "thoughts only": ("<think>I could write SELECT 1", None),
    "prose like SQL": (f"With this query we\nSelect the teams:\n{PLAIN}", PLAIN),
    "common table": (
        "WITH t AS (SELECT 1) SELECT * FROM t",
        "WITH t AS (SELECT 1) SELECT * FROM t",
    ),
    "recursive": ("WITH RECURSIVE t(n) AS (SELECT 1)", "WITH RECURSIVE t(n) AS (SELECT 1)"),
    "brackets": ("(SELECT 1) UNION (SELECT 2);", "(SELECT 1) UNION (SELECT 2)"),
    "semicolon in text": ("SELECT 'a;b''c;' AS x; SELECT 2", "SELECT 'a;b''c;' AS x"),
    "semicolon in name": ('SELECT 1 AS "a;b"', 'SELECT 1 AS "a;b"'),
    "semicolon in comment": ("SELECT 1 -- a;b\n+ 1; x", "SELECT 1 -- a;b\n+ 1"),
    "semicolon in block": ("SELECT /* ; */ 1; x", "SELECT /* ; */ 1"),
    "dollar quotes": ("SELECT $a$;$a$; x", "SELECT $a$;$a$"),
    "open text": ("SELECT 'a; b", "SELECT 'a; b"),
    "from first": ("FROM teams SELECT name", "FROM teams SELECT name"),
    "a deletion is for the guard": ("DELETE FROM games;", "DELETE FROM games"),
    "a column called a": ("SELECT a, b FROM x AS a", "SELECT a, b FROM x AS a"),
    "lower case": ("select 1", "select 1"),
    "blank line inside": ("SELECT name\n\nFROM teams", "SELECT name\n\nFROM teams"),
    "nothing": ("I am sorry, I cannot help with that.", None),
    "empty": ("", None),
}


@pytest.mark.parametrize(("text", "sql"), TEXTS.values(), ids=TEXTS)
def test_the_first_statement_is_found(text: str, sql: str | None) -> None:
    """The statement comes out alone, or there is none."""
    found = find_statement(text)
    assert (found.sql if found else None) == sql


@pytest.mark.parametrize("text", [text for text, sql in TEXTS.values() if sql], ids=repr)
def test_reading_stops_only_behind_the_statement(text: str) -> None:
    """Stopping early, at whatever piece, never loses a part of the statement."""
    whole = find_statement(text)
    for end in range(len(text)):
        if enough(text[:end]):
            assert find_statement(text[:end]) is not None
            assert find_statement(text[:end]).sql == whole.sql  # type: ignore[union-attr]


def test_reading_goes_on_while_nothing_new_begins() -> None:
    """A semicolon and a closing fence are no reason to hang up before the model's own end."""
    assert not enough(f"```sql\n{PLAIN};\n```\n")
    assert enough(f"```sql\n{PLAIN};\n```\nThis")


@pytest.mark.parametrize(
    "text", ["NOT_ABOUT_DATA", "not_about_data.", "NOT ABOUT DATA", "Sorry: NOT_ABOUT_DATA"]
)
def test_a_refusal_is_heard(text: str) -> None:
    """The agreed words mean that the question is not about the data."""
    assert refused(text)


@pytest.mark.parametrize(
    "text", [PLAIN, "SELECT 'NOT_ABOUT_DATA'", "<think>NOT_ABOUT_DATA?</think>SELECT 1"]
)
def test_sql_is_no_refusal(text: str) -> None:
    """The words inside SQL or thoughts do not count."""
    assert not refused(text)


@given(st.text(alphabet="SELECT WITH AS 1;'\"`$-/*()\n<think>ab", max_size=80))
def test_any_text_is_read_without_failing(text: str) -> None:
    """Whatever a model writes, what is found is part of it and not empty."""
    found = find_statement(text)
    if found is not None:
        assert found.sql
        assert found.sql in text or "<think>" in text.lower()
