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


UGLY = {
    "think without end then sql": (f"<think>let me see SELECT 1\nSo\n{PLAIN}", None),
    "think end without begin": (f"The user wants teams. I use SELECT.\n</think>\n{PLAIN}", PLAIN),
    "thinking tag": (f"<thinking>SELECT 1</thinking>\n{PLAIN}", PLAIN),
    "reasoning tag": (f"<reasoning>SELECT 1 FROM x;</reasoning>{PLAIN}", PLAIN),
    "harmony": (
        f"<|channel|>analysis<|message|>SELECT 1<|end|><|channel|>final<|message|>{PLAIN}",
        PLAIN,
    ),
    "two thinks": (f"<think>a</think><think>SELECT 2</think>{PLAIN}", PLAIN),
    "nested fence word": (f"```postgresql\n{PLAIN}\n```", PLAIN),
    "fence SQL upper": (f"```SQL\n{PLAIN}\n```", PLAIN),
    "tilde fence": (f"~~~sql\n{PLAIN}\n~~~", PLAIN),
    "four ticks": (f"````sql\n{PLAIN}\n````", PLAIN),
    "fence same line": (f"```sql {PLAIN} ```", PLAIN),
    "json": ('{"sql": "SELECT name FROM teams"}', PLAIN),
    "json fenced": ('```json\n{"sql": "SELECT name FROM teams"}\n```', PLAIN),
    "json esc": (
        '{"sql": "SELECT name\\nFROM teams WHERE name = \\"x\\""}',
        'SELECT name\nFROM teams WHERE name = "x"',
    ),
    "json query key": ('{"query": "SELECT name FROM teams;"}', PLAIN),
    "json list": ('[{"sql": "SELECT name FROM teams"}]', PLAIN),
    "xml tag": (f"<sql>{PLAIN}</sql>", PLAIN),
    "answer tag": (f"<answer>\n{PLAIN}\n</answer>", PLAIN),
    "sqlcoder close": (f"{PLAIN};\n[/SQL]", PLAIN),
    "sqlcoder close no semi": (f"{PLAIN} [/SQL]", PLAIN),
    "INST": (f"[INST]x[/INST] {PLAIN}", PLAIN),
    "eos": (f"{PLAIN}</s>", PLAIN),
    "im_end": (f"{PLAIN}<|im_end|>", PLAIN),
    "eot": (f"{PLAIN}<|eot_id|>", PLAIN),
    "endoftext": (f"{PLAIN}<|endoftext|>", PLAIN),
    "bold": (f"**SQL:** {PLAIN}", PLAIN),
    "bold2": (f"**{PLAIN}**", PLAIN),
    "bullet": (f"- {PLAIN}", PLAIN),
    "star bullet": (f"* {PLAIN}", PLAIN),
    "numbered": (f"1. {PLAIN}", PLAIN),
    "quote": (f"> {PLAIN}", PLAIN),
    "heading": (f"### Answer\n{PLAIN}", PLAIN),
    "answer:": (f"Answer: {PLAIN}", PLAIN),
    "A:": (f"A: {PLAIN}", PLAIN),
    "spanish": (
        f"Aquí está la consulta:\n```sql\n{PLAIN}\n```\nEsta consulta lista los equipos.",
        PLAIN,
    ),
    "spanish tail": (f"{PLAIN}\n\nEsta consulta lista los equipos.", PLAIN),
    "german": (f"Hier ist die Abfrage: {PLAIN};\nSie listet alle Teams.", PLAIN),
    "german tail umlaut": (f"{PLAIN}\n\nÜber alle Teams.", PLAIN),
    "chinese": (f"以下是查询：\n{PLAIN}\n\n这个查询列出所有队伍。", PLAIN),
    "french tail": (f"{PLAIN}\n\nCette requête liste les équipes.", PLAIN),
    "select in prose": (f"You can select names from teams like this: {PLAIN}", PLAIN),
    "prose Select at line": (f"Select names from the teams table.\n\n{PLAIN}", PLAIN),
    "With at line": (f"With the tables as given, I write:\n{PLAIN}", PLAIN),
    "From at line": (f"From teams we read.\n{PLAIN}", PLAIN),
    "two fences": (f"```sql\n{PLAIN}\n```\nor\n```sql\nSELECT 2\n```", PLAIN),
    "table": (f"| name |\n|---|\n| Tides |\n\n{PLAIN}", PLAIN),
    "table only": ("| name |\n|---|\n| Tides |", None),
    "explanation": (f"{PLAIN};\n\nExplanation: it lists.", PLAIN),
    "Note tail": (f"{PLAIN}\nNote: lists.", PLAIN),
    "dash comment head": (f"-- list teams\n{PLAIN}", PLAIN),
    "block comment head": (f"/* list */ {PLAIN}", PLAIN),
    "comment inside fence": (f"```sql\n-- teams\n{PLAIN};\n```", PLAIN),
    "bom": (f"\ufeff{PLAIN}", PLAIN),
    "crlf": ("```sql\r\nSELECT name\r\nFROM teams;\r\n```", "SELECT name\r\nFROM teams"),
    "nbsp": (f"\u00a0{PLAIN}", PLAIN),
    "zero width": (f"\u200b{PLAIN}", PLAIN),
    "psql prompt": (f"postgres=# {PLAIN};", PLAIN),
    "explain": (f"EXPLAIN {PLAIN}", None),
    "begin commit": (f"BEGIN;\n{PLAIN};\nCOMMIT;", PLAIN),
    "set first": (f"SET search_path = x;\n{PLAIN}", PLAIN),
    "quotes whole": (f'"{PLAIN}"', PLAIN),
    "single quotes whole": (f"'{PLAIN}'", PLAIN),
    "unclosed fence": (f"```sql\n{PLAIN}", PLAIN),
    "table cmd": ("TABLE teams;", None),
    "values": ("VALUES (1)", "VALUES (1)"),
    "latex": (f"$${PLAIN}$$", PLAIN),
    "select star tail text": ("SELECT * FROM teams; -- all teams\nThis", "SELECT * FROM teams"),
    "user turn": (f"{PLAIN};\nuser\nHow many?\nassistant\nSELECT 2", PLAIN),
    "refusal think": ("<think>x</think>NOT_ABOUT_DATA", None),
}


@pytest.mark.parametrize(("text", "sql"), TEXTS.values(), ids=TEXTS)
def test_the_first_statement_is_found(text: str, sql: str | None) -> None:
    """The statement comes out alone, or there is none."""
    found = find_statement(text)
    assert (found.sql if found else None) == sql


@pytest.mark.parametrize(("text", "sql"), UGLY.values(), ids=UGLY)
def test_the_statement_is_found_in_ugly_answers(text: str, sql: str | None) -> None:
    """Thoughts, marks of templates, JSON, lists, tables and other languages are left behind."""
    found = find_statement(text)
    assert (found.sql if found else None) == sql


@pytest.mark.parametrize(
    "text", [text for text, sql in (*TEXTS.values(), *UGLY.values()) if sql], ids=repr
)
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
