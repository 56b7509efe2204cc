"""What admins do with the language models: it holds for every process, and after a restart."""

from __future__ import annotations

import asyncio

import pytest

from bot.app import open_app
from bot.domain import Answer
from bot.llm import LanguageModelError, Pulled
from bot.llm.errors import ModelMissingError
from tests.plugins.house import MODEL, House

SQL = "SELECT name FROM teams ORDER BY name LIMIT 3"


async def test_another_process_asks_what_was_chosen(house: House) -> None:
    """The next question there goes to the chosen model; the old one stays away until chosen."""
    house.ollama.answers["first"] = SQL
    house.ollama.installed.append("other:7b")
    async with open_app(house.app.settings) as elsewhere:
        assert await elsewhere.answering.models.use("other:7b", "U1") == ("other:7b",)
        answered = await house.app.answering.answer(house.question("the first three"))
        assert isinstance(answered, Answer)
        assert answered.draft.language_model == "other:7b"
        assert not answered.draft.fell_back
        assert await elsewhere.answering.models.fall_back((MODEL,), "U1") == ("other:7b", MODEL)
        house.ollama.installed.remove("other:7b")
        again = await house.app.answering.answer(house.question("first two"))
        assert isinstance(again, Answer)
        assert (again.draft.language_model, again.draft.fell_back) == (MODEL, True)
    async with open_app(house.app.settings) as restarted:
        await restarted.answering.models.catch_up()
        assert restarted.answering.router.primary == "other:7b"
        assert await restarted.answering.models.reset("U1") == (MODEL,)


async def test_what_is_not_there_is_not_chosen(house: House) -> None:
    """The error says what there is; a server that is not in the settings is never asked."""
    models = house.app.answering.models
    with pytest.raises(ModelMissingError, match=f"gpt is not installed. There are: {MODEL}."):
        await models.use("gpt", "U1")
    with pytest.raises(ModelMissingError, match="not installed"):
        await models.use(f"{MODEL}@http://169.254.169.254", "U1")
    with pytest.raises(ModelMissingError, match="not a server of this bot"):
        await models.pull("new@http://169.254.169.254", _ignore)
    assert house.app.answering.router.primary == MODEL


async def _ignore(_pulled: Pulled) -> None:
    """Hear nothing."""


async def test_a_pull_tells_how_far_it_is(house: House) -> None:
    """Bytes of all parts; a name that there is not is told as such."""
    steps: list[Pulled] = []

    async def told(pulled: Pulled) -> None:
        steps.append(pulled)

    models = house.app.answering.models
    assert await models.pull("new:1b", told)
    assert steps[0] == Pulled("pulling manifest")
    assert steps[-1].finished
    assert [step.done for step in steps[1:-1]] == [n * 500_000_000 for n in range(11)]
    assert (await models.use("new:1b", "U1"))[0] == "new:1b"
    with pytest.raises(ModelMissingError, match="no model called nonsense"):
        await models.pull("nonsense", told)


async def test_a_pull_can_be_stopped(house: House) -> None:
    """By its id, from any process; it then says so and the server hears that nobody waits."""
    house.ollama.seconds = 5
    began = asyncio.Event()

    async def told(_pulled: Pulled) -> None:
        began.set()

    pulling = asyncio.create_task(house.app.answering.models.pull("new:1b", told, "pull-1"))
    await asyncio.wait_for(began.wait(), 20)
    await house.app.answering.stop("pull-1")
    assert await asyncio.wait_for(pulling, 20) is False
    assert "new:1b" not in house.ollama.installed


async def test_what_was_evicted_rests_until_it_is_wanted(house: House) -> None:
    """Nobody warms it in the background; `warm` does, and ends the rest."""
    models = house.app.answering.models
    assert await models.evict(MODEL, "U1") == MODEL
    assert house.ollama.loaded == set()
    keeping = asyncio.create_task(models.keep_warm())
    await asyncio.sleep(0.3)
    keeping.cancel()
    assert house.ollama.asked == []
    assert await models.warm("U1") < 20
    assert house.ollama.loaded == {MODEL}
    assert not (await models.follow()).resting


async def test_a_model_that_was_unloaded_is_warmed_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the start, and whenever the server no longer has it in memory."""
    monkeypatch.setattr("bot.answering.models.LOOK_SECONDS", 0.05)
    monkeypatch.setattr("bot.llm.server.FRESH_SECONDS", 0.0)
    keeping = asyncio.create_task(house.app.answering.models.keep_warm())
    async with asyncio.timeout(20):
        for count in (1, 2):
            while len(house.ollama.asked) < count or not house.ollama.loaded:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            house.ollama.loaded.clear()
    keeping.cancel()
    assert set(house.ollama.asked) == {"How many teams are there?"}


async def test_a_dead_server_is_an_error_for_people(house: House) -> None:
    """What an admin asks of a server that is down says so."""
    house.ollama.installed.clear()
    with pytest.raises(LanguageModelError, match="There are: none"):
        await house.app.answering.models.use("gpt", "U1")
