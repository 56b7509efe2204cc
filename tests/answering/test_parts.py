"""Switching parts off changes what a language model is told, and what is done with its SQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from bot.answering.parts import Parts, PartsError, Shape, chosen
from bot.app import open_app, prepare
from bot.demo.sample import SampleDatabase
from bot.domain import Answer, Code, Source
from bot.settings import Settings
from tests.plugins.house import MODEL, House, ScriptedOllama

Opened = Callable[[Parts], AbstractAsyncContextManager[House]]


@pytest.fixture
async def opened(
    ollama: ScriptedOllama,
    tournament: SampleDatabase,
    fresh_database: Callable[[], Awaitable[str]],
    redis_url: str,
) -> Opened:
    """Opens the house with the parts that a test names."""
    settings = Settings(
        _env_file=None,
        database_url=tournament.reader_url,
        bot_database_url=await fresh_database(),
        redis_url=redis_url,
        ollama_base_url=ollama.url,
        ollama_model=MODEL,
        cache_seconds=0,
    )

    @asynccontextmanager
    async def open_with(parts: Parts) -> AsyncIterator[House]:
        async with open_app(settings, parts) as app:
            await prepare(app)
            yield House(app, tournament, ollama)

    return open_with


async def told(opened: Opened, parts: Parts) -> str:
    """The prompt for one question that gives every part something to say."""
    async with opened(parts) as house:
        await house.app.answering.answer(house.question("how often did tides win on saturday"))
        return house.ollama.prompts[-1]


@pytest.mark.parametrize(
    ("part", "sign"),
    [
        ("examples", "SELECT "),
        ("similar", "SELECT "),
        ("linking", "means the team 'Tides'"),
        ("dates", "Today is"),
    ],
)
async def test_a_part_of_the_prompt_can_be_left_out(opened: Opened, part: str, sign: str) -> None:
    """Without it the prompt says less of it; without questions and SQL, nothing else at all."""
    full = await told(opened, chosen(Shape.FULL))
    less = await told(opened, chosen(Shape.FULL, [part]))
    if part in {"examples", "similar"}:  # others are also spoken of in near examples
        assert set(less.split("\n")) <= set(full.split("\n"))
    assert less.count(sign) < full.count(sign)


async def test_schema_only_is_the_schema_with_its_comments(opened: Opened) -> None:
    """Instructions and the described tables; no example, no name, no day."""
    said = await told(opened, chosen(Shape.SCHEMA))
    assert "1 leads the division" in said
    assert "You write one PostgreSQL SELECT" in said
    assert "SELECT name" not in said
    assert "Tides" not in said
    assert "Today" not in said
    assert "weather" not in said  # a refusal as the only example teaches to refuse


async def test_raw_is_bare_tables_and_the_question_in_one_text(opened: Opened) -> None:
    """No instructions, no comments."""
    said = await told(opened, chosen(Shape.RAW))
    assert said.startswith("CREATE TABLE standings (\n  rank integer,")
    assert said.endswith("how often did tides win on saturday\nReturn only SQL.")
    assert "--" not in said


async def test_without_mending_a_wrong_name_is_refused(opened: Opened) -> None:
    """With it, it is read as the one name that it can mean."""
    sql = "SELECT count(*) FROM team"
    async with opened(chosen(Shape.FULL)) as house:
        house.ollama.answers["teams"] = sql
        assert not hasattr(await house.app.answering.answer(house.question("count teams")), "code")
    async with opened(chosen(Shape.FULL, ["mending", "repair"])) as house:
        outcome = await house.app.answering.answer(house.question("count teams"))
        assert getattr(outcome, "code", None) is Code.UNKNOWN_TABLE


async def test_without_repair_the_model_is_asked_once(opened: Opened) -> None:
    """A hard error is the end."""
    async with opened(chosen(Shape.FULL, ["repair"])) as house:
        house.ollama.answers["teams"] = "SELECT shoe_size FROM teams"
        await house.app.answering.answer(house.question("count teams"))
        assert len(house.ollama.asked) == 1


async def test_without_verified_questions_the_model_is_asked(opened: Opened) -> None:
    """A verified question goes the way of every other."""
    async with opened(chosen(Shape.FULL, ["verified", "exact"])) as house:
        house.ollama.answers["Unbeaten"] = "SELECT name FROM teams"
        await house.app.answering.answer(house.question("Unbeaten teams?"))
        assert house.ollama.asked


def test_an_unknown_part_is_named() -> None:
    """With the parts that there are."""
    with pytest.raises(PartsError, match=r"“colour”.*There are: .*dates, "):
        chosen(Shape.FULL, ["colour"])


def test_raw_has_no_part_left() -> None:
    """Neither before nor after the model."""
    parts = chosen(Shape.RAW)
    switches = {name for name in parts.__slots__ if getattr(parts, name) is True}
    assert switches == set()


async def test_without_exact_examples_the_model_is_asked(opened: Opened) -> None:
    """With them, a question that differs from an example in its names alone needs none."""
    async with opened(chosen(Shape.FULL)) as house:
        outcome = await house.app.answering.answer(house.question("whom did the tides beat?"))
        assert isinstance(outcome, Answer)
        assert outcome.draft.source is Source.EXAMPLE
        assert "'Tides'" in outcome.query.shown
        assert house.ollama.asked == []
    async with opened(chosen(Shape.FULL, ["exact"])) as house:
        house.ollama.answers["tides"] = "SELECT name FROM teams"
        await house.app.answering.answer(house.question("whom did the tides beat?"))
        assert len(house.ollama.asked) == 1
