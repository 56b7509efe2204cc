"""What the bot measures of itself: set where it happens, and never by person or question."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import uuid4

from prometheus_client import CollectorRegistry

from bot.domain import Answer, Asker, Code, Refusal
from tests.plugins.house import MODEL, House

TEAMS = "SELECT name FROM teams ORDER BY name LIMIT 3"
SECRET = "SELECT email FROM people"


def value(registry: CollectorRegistry, name: str, **labels: str) -> float:
    """A sample's value; 0 where nothing has been counted."""
    return registry.get_sample_value(name, labels) or 0.0


def label_values(registry: CollectorRegistry) -> set[str]:
    """The value of every label of every sample."""
    return {
        text
        for family in registry.collect()
        for sample in family.samples
        for text in sample.labels.values()
    }


def series(registry: CollectorRegistry) -> int:
    """How many series Prometheus would keep."""
    return sum(len(family.samples) for family in registry.collect())


async def test_an_answered_question_is_counted_with_its_tokens_rows_and_times(house: House) -> None:
    """A drafted answer shows in the model's, the guard's, the database's and the rows' metrics."""
    house.ollama.answers["first three"] = TEAMS
    registry = house.app.metrics.registry
    assert isinstance(await house.app.answering.answer(house.question("first three?")), Answer)
    assert value(registry, "ollama_queries_total", status="ok") == 1
    assert value(registry, "ollama_query_duration_seconds_count", status="ok") == 1
    assert value(registry, "gamestats_bot_tokens_total", model=MODEL, kind="prompt") == 900
    assert value(registry, "gamestats_bot_tokens_total", model=MODEL, kind="answer") == 20
    assert value(registry, "gamestats_bot_wait_seconds_count", place="language model") == 1
    assert value(registry, "gamestats_bot_guard_seconds_count") == 1
    assert value(registry, "gamestats_bot_database_seconds_count", status="ok") >= 1
    assert value(registry, "gamestats_bot_answer_rows_sum") == 3
    assert value(registry, "gamestats_bot_sql_cache_total", result="miss") == 1


async def test_a_draft_that_the_guard_refuses_is_counted_by_code(house: House) -> None:
    """Both drafts of a question are counted as the guard's, the question once as refused."""
    house.ollama.answers["e-mail"] = SECRET
    registry = house.app.metrics.registry
    outcome = await house.app.answering.answer(house.question("e-mail addresses?"))
    assert isinstance(outcome, Refusal)
    code = outcome.code.value
    drafts = value(registry, "ollama_queries_total", status="ok")
    assert drafts >= 1
    assert value(registry, "gamestats_bot_guard_refusals_total", code=code) == drafts
    assert value(registry, "gamestats_bot_refusals_total", code=code) == 1


async def test_a_person_over_the_limit_is_counted_by_surface(house: House) -> None:
    """The sixth question of an hour is one rate-limited question of Slack's."""
    house.ollama.answers["first three"] = TEAMS
    outcomes = [await house.app.answering.answer(house.question("first three?")) for _ in range(6)]
    assert isinstance(outcomes[-1], Refusal)
    assert outcomes[-1].code is Code.RATE_LIMITED
    registry = house.app.metrics.registry
    assert value(registry, "gamestats_bot_rate_limited_total", surface="slack") == 1


async def test_the_time_that_a_job_has_waited_is_measured_once(house: House) -> None:
    """A job shows in the workers' waiting time when it is begun, not again when it is repeated."""
    done = asyncio.Event()

    async def handler(job: object) -> None:
        if job.attempt == 1:  # type: ignore[attr-defined]
            raise RuntimeError("try again")
        done.set()

    house.app.jobs.register("test", handler)
    await house.app.jobs.put("test", {}, uuid4().hex)
    worker = asyncio.create_task(house.app.jobs.work())
    await asyncio.wait_for(done.wait(), 30)
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    registry = house.app.metrics.registry
    assert value(registry, "gamestats_bot_wait_seconds_count", place="worker") == 1


async def test_no_label_tells_a_person_or_a_question_and_their_number_does_not_grow(
    house: House,
) -> None:
    """Twenty people with twenty questions make the same series as the first one."""
    house.ollama.answers["zanzibar"] = TEAMS
    registry = house.app.metrics.registry

    async def ask(number: int) -> None:
        asker = Asker("slack", f"TEAM{number}", f"USER{number}")
        question = replace(house.question(f"zanzibar {number}?"), asker=asker)
        await house.app.answering.answer(replace(question, channel=f"CHANNEL{number}"))

    await ask(0)
    first = series(registry)
    for number in range(1, 20):
        await ask(number)
    assert series(registry) == first
    told = " ".join(label_values(registry))
    assert not any(word in told for word in ("TEAM", "USER", "CHANNEL", "zanzibar", "SELECT"))
