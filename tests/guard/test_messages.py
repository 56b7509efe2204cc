"""What a refusal says, word for word, and where the bounds of single rules lie."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.domain import Code, GuardedQuery, Refusal
from bot.guard.refusals import Refused, nearest, shown

Guarding = Callable[..., GuardedQuery | Refusal]
LINES = [
    json.loads(line) for line in (Path(__file__).parent / "messages.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize("line", LINES, ids=[line["sql"][:60] for line in LINES])
def test_a_refusal_says_what_is_wrong(guarded: Guarding, line: dict[str, str]) -> None:
    """Each kind of refusal has its sentence, with the names of the statement in it."""
    refusal = guarded(line["sql"], line.get("dialect", "postgres"))
    assert isinstance(refusal, Refusal)
    assert refusal.message == line["message"]


@pytest.mark.parametrize(
    "expression",
    [
        "repeat('x', seed % 7)",
        "repeat('x', (seed % 7)::int)",
        "repeat('x', (seed % 7)::int8::int)",
        "repeat('x', greatest(seed % 7, least(seed, 9)))",
        "repeat('x', 100 + 100)",
        "lpad(name, 200)",
        "substring(name, position('a' IN name))",
        "substring(name, strpos(name, 'a') + 1)",
        "substring(name, length(name) / 2)",
        "substring(name, seed % 3)",
        "substring(name, '^(The )?[a-z]+')",
        "name ~ 'a{99}b{99}'",
        "name ~ 'a{99}b{99}c{2}'",
        "name ~ '(?i)^the (a|b)* c?$'",
        "name ~ '(?:ab)+[)]+\\)*'",
        'name COLLATE pg_catalog."C"',
        "pg_catalog.upper(name)",
        "name::pg_catalog.text",
        "name::char(1000)",
        "format('%s %I %L %%', name, name, name)",
        "format('%-20s|%5s|%2$s', name, seed)",
        "concat(seed ^ 2, 1e99, '1e9')",
        "2.0 ^ seed",
    ],
)
def test_just_within_a_rule(guarded: Guarding, expression: str) -> None:
    """What a rule still takes."""
    found = guarded(f"SELECT {expression} FROM teams")
    assert isinstance(found, GuardedQuery), found.message


@pytest.mark.parametrize(
    "expression",
    [
        "repeat('x', seed % 201)",
        "repeat('x', seed % seed)",
        "repeat('x', seed / 7)",
        "repeat('x', (seed % 7)::text::int)",
        "repeat('x', greatest(seed, 9))",
        "repeat('x', 100 + 101)",
        "lpad(name, 201)",
        "substring(name, upper(name))",
        "substring(name, name || 'a')",
        "name ~ 'a{99}b{99}c{3}'",
        "name ~ '(a|b+)* c?$'",
        "name::char(1001)",
        "format('%100s', name)",
        "format('%*s', seed, name)",
        "format('%1$*2$s', name, seed)",
        "(1e131071)::text",
        "'1e131071'::numeric::text",
        "concat(2 ^ 51.0)",
        "concat(power(2.0, seed))",
        "JSON_OBJECT('a': 2 ^ seed)",
    ],
)
def test_just_beyond_a_rule(guarded: Guarding, expression: str) -> None:
    """What it takes no more."""
    assert isinstance(guarded(f"SELECT {expression} FROM teams"), Refusal)


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("WITH a AS (SELECT seed AS rank FROM teams) SELECT zzzz FROM a", ()),
        ("WITH a(one, two) AS (SELECT name, seed FROM teams) SELECT a.twoo FROM a", ("a.two",)),
        ("SELECT x.twoo FROM (SELECT seed AS two, 1 FROM teams) AS x", ("x.two",)),
        ("SELECT x.nam FROM (SELECT t.* FROM teams AS t) AS x", ("x.name",)),
    ],
)
def test_columns_are_known_through_withs(
    guarded: Guarding, sql: str, names: tuple[str, ...]
) -> None:
    """A WITH and a subquery have the columns that they select, and no other."""
    found = guarded(sql)
    if isinstance(found, GuardedQuery):  # mended where one name alone is near
        assert names
        assert names[0].split(".")[1] in found.shown
    else:
        assert found.code.value == "unknown_column"


@pytest.mark.parametrize(
    ("name", "text"),
    [("a\nb", "a?b"), ("x" * 60, "x" * 60), ("x" * 61, "x" * 60 + "…")],
)
def test_a_name_is_shown_short_and_on_one_line(name: str, text: str) -> None:
    """What cannot be printed is a question mark, and sixty characters are enough."""
    assert shown(name) == text


def test_the_nearest_names_are_three() -> None:
    """Names that are much like it, the best first, and no more than a sentence bears."""
    known = ("team", "teams", "tear", "trams", "steam", "zebra")
    assert nearest("TEAMS", known) == ("teams", "team", "trams")
    assert nearest("zzz", known) == ()


def test_a_refusal_in_a_log_says_what_it_said() -> None:
    """The exception reads as its message."""
    assert str(Refused(Code.NOT_SQL, "There is no SQL in it.")) == "There is no SQL in it."
