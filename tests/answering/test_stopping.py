"""Stopping a question: in the line, while the model writes, before it began, and too late."""

from __future__ import annotations

import asyncio

from bot.domain import Answer, Code, Refusal
from tests.plugins.house import House

SQL = "SELECT name FROM teams ORDER BY name LIMIT 3"


async def test_stopping_frees_the_model_at_once(house: House) -> None:
    """What is being written is given up, and the next in line begins."""
    house.ollama.answers["first"] = SQL
    house.ollama.seconds = 60
    first, second = house.question("the first three"), house.question("first two", user="U2")
    answering = asyncio.create_task(house.app.answering.answer(first))
    async with asyncio.timeout(20):
        while not house.ollama.asked:  # noqa: ASYNC110 (the server has no event for this)
            await asyncio.sleep(0.01)
        waiting = asyncio.create_task(house.app.answering.answer(second))
        house.ollama.seconds = 0
        await house.app.answering.stop(first.id)
        stopped = await answering
        assert isinstance(stopped, Refusal)
        assert (stopped.code, stopped.message) == (Code.STOPPED, "Stopped.")
        assert isinstance(await waiting, Answer)
    stored = await house.app.answering.stored(first.id)
    assert stored is not None
    assert stored.code is Code.STOPPED


async def test_a_question_that_was_stopped_before_it_began_is_not_asked(house: House) -> None:
    """The wish waits for the worker that takes the question."""
    question = house.question("the first three")
    house.ollama.seconds = 60
    await house.app.answering.stop(question.id)
    outcome = await asyncio.wait_for(house.app.answering.answer(question), 20)
    assert isinstance(outcome, Refusal)
    assert outcome.code is Code.STOPPED


async def test_stopping_too_late_loses_nothing(house: House) -> None:
    """An answer that is there stays, also when its button is pressed twice."""
    house.ollama.answers["first"] = SQL
    question = house.question("the first three")
    assert isinstance(await house.app.answering.answer(question), Answer)
    await house.app.answering.stop(question.id)
    await house.app.answering.stop(question.id)
    stored = await house.app.answering.stored(question.id)
    assert stored is not None
    assert stored.code is None
