"""Verified questions and worked examples: each runs, and says something on the sample."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import duckdb
import pytest

from bot.domain import QUESTION_LIMIT, Dialect
from bot.semantic import SemanticModel, load, schema_prompt

Fetch = Callable[..., Awaitable[list[asyncpg.Record]]]
Inside = Callable[..., str]

MODEL = load(Path(__file__).parents[2] / "bot" / "semantic" / "game_stats.yml")
VERIFIED = {each.question: each.sql for each in MODEL.verified}
EXAMPLES = {each.question: each.sql for each in (*MODEL.examples, *MODEL.near)}
LIVE = {"Which games are being played now?", "Which games are next?"}


def test_there_are_enough() -> None:
    """At least twelve verified questions with several wordings, and six to ten examples."""
    assert len(MODEL.verified) >= 12
    assert all(len(each.also) >= 2 for each in MODEL.verified)
    assert 6 <= len(MODEL.examples) <= 10


def test_examples_are_not_the_verified_questions() -> None:
    """An example teaches; it does not repeat what needs no model."""
    wordings = {text.casefold() for each in MODEL.verified for text in (each.question, *each.also)}
    assert not wordings & {each.question.casefold() for each in MODEL.examples}


def test_no_wording_of_the_examples_stands_twice() -> None:
    """Two answers to one question would make it chance which is shown."""
    wordings = [
        text.casefold()
        for each in (*MODEL.examples, *MODEL.near)
        for text in (each.question, *each.also)
    ]
    assert sorted(wordings) == sorted(set(wordings))


def test_wordings_are_questions_that_can_be_asked() -> None:
    """No wording is longer than a question may be."""
    for each in MODEL.verified:
        assert all(0 < len(text) <= QUESTION_LIMIT for text in (each.question, *each.also))


@pytest.mark.parametrize("question", VERIFIED)
async def test_a_verified_question_answers(
    question: str, places: Any, fetch: Fetch, inside: Inside
) -> None:
    """It gives rows for the finished event (or the live one), under names, never bare ids."""
    place = places["all"]
    slug = "spring-classic" if question in LIVE else "winter-cup"
    event = next(each.id for each in place.events if each.slug == slug)
    rows = await fetch(place.reader_url, inside(VERIFIED[question]), [event])
    assert rows
    assert not [name for name in dict(rows[0]) if name == "id" or name.endswith("_id")]


@pytest.mark.parametrize("question", {**VERIFIED, **EXAMPLES})
async def test_other_events_change_no_answer(
    question: str, places: Any, fetch: Fetch, inside: Inside
) -> None:
    """The answer beside other events is the answer where the event is alone."""
    sql = inside({**VERIFIED, **EXAMPLES}[question])
    for slug in ("spring-classic", "winter-cup", "autumn-open"):
        event = places[slug].events[0].id
        together = await fetch(places["all"].reader_url, sql, [event])
        alone = await fetch(places[slug].reader_url, sql, [event])
        if question in VERIFIED:
            assert together == alone  # their order is complete
        else:
            assert sorted(map(repr, together)) == sorted(map(repr, alone))


def test_examples_run_on_duckdb(game_stats: SemanticModel) -> None:
    """Each example runs on the schema that a DuckDB model is shown."""
    with duckdb.connect() as connection:
        schema = schema_prompt(game_stats, Dialect.DUCKDB)
        connection.execute(re.sub(r" REFERENCES \w+\(\w+\)", "", schema))
        for sql in EXAMPLES.values():
            assert connection.execute(sql).fetchall() is not None


async def test_examples_run_on_postgres(game_stats: SemanticModel, fresh_database: Any) -> None:
    """Each example runs on the schema that a PostgreSQL model is shown."""
    connection = await asyncpg.connect(await fresh_database())
    try:
        schema = schema_prompt(game_stats, Dialect.POSTGRES)
        await connection.execute(re.sub(r" REFERENCES \w+\(\w+\)", "", schema))
        for sql in EXAMPLES.values():
            assert len(await connection.fetch(sql)) <= 1
    finally:
        await connection.close()
