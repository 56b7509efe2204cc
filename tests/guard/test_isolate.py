"""How a checked query is written down: for the server, and for people."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from uuid import UUID

import pytest

from bot.domain import Code, GuardedQuery, Refusal
from bot.guard.isolate import pretty, printed
from bot.guard.parse import parse
from bot.guard.reread import EmittedWrongError

Guarding = Callable[..., GuardedQuery | Refusal]


def test_the_second_printer_is_safe_by_itself() -> None:
    """What is printed where libpg_query cannot quotes quotes, and marks backslashes."""
    query = parse(r"SELECT 'it''s', 'a\b' FROM teams WHERE extract(day FROM now()) > 1")
    *_, text = printed(query, "no SQL")
    assert text.startswith(r"SELECT 'it''s', E'a\\b' FROM teams WHERE EXTRACT(")
    assert parse(text) == query


def test_what_the_parser_cannot_read_is_not_printed() -> None:
    """A source that is no SQL is left out, and the tree is printed all the same."""
    query = parse("SELECT 1")
    assert list(printed(query, "SELECT (")) == ["SELECT 1", "SELECT 1"]
    assert list(printed(query, "SELECT 1")) == ["SELECT 1"] * 3


def test_a_layout_of_our_own_breaks_after_commas() -> None:
    """Where sqlglot's layout says something else, the tree is laid out, commas at line ends."""
    text = "SELECT name, seed FROM teams ORDER BY seed NULLS LAST, name"
    assert pretty(text, parse(text)).splitlines()[0] == "SELECT name,"


def test_only_the_columns_that_are_read_are_fenced(guarded: Guarding) -> None:
    """A fence has no column that the query does not name."""
    query = guarded("SELECT name FROM teams")
    assert isinstance(query, GuardedQuery)
    assert "placement" not in query.sql
    assert "placement" in guarded("SELECT final_placement FROM teams").sql


def test_a_mended_query_keeps_its_events(guarded: Guarding) -> None:
    """The events are bound whether or not a name was mended."""
    query = guarded("SELECT team_name FROM teams")
    assert isinstance(query, GuardedQuery)
    assert query.events == (UUID(int=1),)


def test_a_refusal_carries_the_statement(guarded: Guarding) -> None:
    """What was refused is kept beside why."""
    refusal = guarded("SELECT pg_sleep(1)")
    assert isinstance(refusal, Refusal)
    assert refusal.sql == "SELECT pg_sleep(1)"


def test_what_cannot_be_trusted_is_a_mistake_of_the_bot(
    guarded: Guarding, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second reading that fails refuses with a code of its own, the reason and the statement."""

    def wrong(*_: object) -> None:
        raise EmittedWrongError("another frame")

    monkeypatch.setattr(importlib.import_module("bot.guard.guard"), "reread", wrong)
    refusal = guarded("SELECT name FROM teams")
    assert isinstance(refusal, Refusal)
    assert refusal.code is Code.BUG
    assert refusal.message == "The bot could not write this query down safely: another frame."
    assert refusal.sql == "SELECT name FROM teams"


def test_a_query_says_how_many_fences_it_has(guarded: Guarding) -> None:
    """Each table that is read is one, and the query's own WITHs are none."""
    counted = [
        guarded(sql).fences
        for sql in ("SELECT 1", "WITH x AS (SELECT 1) SELECT * FROM x, teams", "TABLE divisions")
    ]
    assert counted == [0, 1, 1]
