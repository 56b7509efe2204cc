"""The router: fallback, circuits, the line, time, and what it reports."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bot.domain import Dialect, Progress, Source, Stage, silent
from bot.llm import (
    ModelRouter,
    OllamaClient,
    Options,
    Prompt,
    RouterOptions,
    errors,
    open_ollama,
)
from bot.llm.circuit import Circuit, CircuitState
from bot.metrics import Metrics, new_metrics
from tests.llm.fake import Exchange, FakeOllama

Routers = Callable[..., ModelRouter]


def prompt_for(dialect: Dialect) -> Prompt:
    """A prompt that names its dialect."""
    return Prompt(f"schema in {dialect}", (("how many?", "SELECT 1"),), ("note",), "which?")


class Heard:
    """Collects progress."""

    def __init__(self) -> None:
        self.steps: list[Progress] = []
        self.told = asyncio.Semaphore(0)

    async def __call__(self, progress: Progress, /) -> None:
        """Keep it."""
        self.steps.append(progress)
        self.told.release()

    @property
    def stages(self) -> list[Stage]:
        """The stages alone."""
        return [step.stage for step in self.steps]


@pytest.fixture
def metrics() -> Metrics:
    """Fresh metrics."""
    return new_metrics()


@pytest.fixture
def router(client: OllamaClient, metrics: Metrics) -> Routers:
    """Makes routers over the given models."""

    def make(*models: str, **options: float) -> ModelRouter:
        settings = RouterOptions(**options)  # type: ignore[arg-type]
        return ModelRouter((client,), models or ("small",), Options(), metrics, settings)

    return make


def count(metrics: Metrics, name: str, **labels: str) -> float:
    """A counter's value."""
    return metrics.registry.get_sample_value(name, labels) or 0.0


async def test_a_draft_says_where_it_is_from(
    ollama: FakeOllama, router: Routers, metrics: Metrics
) -> None:
    """SQL, model, dialect and counts come back; the call is measured."""
    ollama.script = lambda exchange: exchange.answer("```sql\nSELECT", " 1;\n```")
    heard = Heard()
    draft = await router().draft(prompt_for, heard, seconds=10)
    assert (draft.sql, draft.dialect, draft.source) == ("SELECT 1", Dialect.POSTGRES, Source.MODEL)
    assert (draft.language_model, draft.fell_back) == ("small", False)
    assert (draft.prompt_tokens, draft.answer_tokens) == (20, 2)
    assert heard.stages == [Stage.DRAFTING]
    assert count(metrics, "ollama_queries_total", status="ok") == 1
    assert count(metrics, "ollama_query_duration_seconds_count", status="ok") == 1


async def test_a_model_that_is_not_loaded_warms_up_first(
    ollama: FakeOllama, router: Routers
) -> None:
    """Whoever waits is told that the model is warming up, then that it writes."""
    ollama.loaded = []
    ollama.script = lambda exchange: exchange.answer("SELECT 1")
    heard = Heard()
    await router().draft(prompt_for, heard, seconds=10)
    assert heard.stages == [Stage.WARMING, Stage.DRAFTING]


async def test_a_missing_model_gives_way_to_the_next(
    ollama: FakeOllama, router: Routers, metrics: Metrics
) -> None:
    """The next model answers in its own dialect, and the draft says so."""

    async def script(exchange: Exchange) -> None:
        if exchange.body["model"] == "small":
            await exchange.status(404, error="model 'small' not found")
        else:
            await exchange.answer("SELECT 2")

    ollama.script = script
    draft = await router("small", "duckdb-nsql:7b").draft(prompt_for, silent, seconds=10)
    assert (draft.language_model, draft.fell_back) == ("duckdb-nsql:7b", True)
    assert draft.dialect is Dialect.DUCKDB
    assert "schema in duckdb" in ollama.asked[1]["system"]
    assert count(metrics, "gamestats_bot_fallbacks_total", model="duckdb-nsql:7b") == 1
    assert count(metrics, "ollama_queries_total", status="model_missing") == 1


async def test_a_slow_model_leaves_time_for_the_next(ollama: FakeOllama, router: Routers) -> None:
    """Running out of its share of the time, the first model gives way within the time given."""

    async def script(exchange: Exchange) -> None:
        if exchange.body["model"] == "small":
            await exchange.gone()
        else:
            await exchange.answer("SELECT 2")

    ollama.script = script
    draft = await router("small", "other").draft(prompt_for, silent, seconds=4)
    assert draft.language_model == "other"


async def test_a_server_that_is_down_is_not_asked_for_each_model(
    ollama: FakeOllama, router: Routers
) -> None:
    """All models are on one server: when that breaks, the question ends."""

    async def script(exchange: Exchange) -> None:
        exchange.writer.close()

    ollama.script = script
    with pytest.raises(errors.ServerDownError):
        await router("small", "other").draft(prompt_for, silent, seconds=10)
    assert len(ollama.asked) == 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("NOT_ABOUT_DATA", errors.NotAboutDataError),
        ("I am sorry.", errors.NoSqlError),
    ],
)
async def test_an_answer_without_sql_is_a_refusal(
    ollama: FakeOllama, router: Routers, text: str, kind: type[errors.LanguageModelError]
) -> None:
    """A model that works but gives no SQL is not replaced by another."""
    ollama.script = lambda exchange: exchange.answer(text)
    with pytest.raises(kind):
        await router("small", "other").draft(prompt_for, silent, seconds=10)
    assert len(ollama.asked) == 1


async def test_sql_that_was_cut_off_is_not_used(ollama: FakeOllama, router: Routers) -> None:
    """A statement that hit num_predict has no end, so it is no statement."""
    ollama.script = lambda exchange: exchange.answer("SELECT a, b", done_reason="length")
    with pytest.raises(errors.NoSqlError, match="too long"):
        await router().draft(prompt_for, silent, seconds=10)


async def test_a_model_that_keeps_failing_is_left_alone(
    ollama: FakeOllama, router: Routers
) -> None:
    """After enough failures the model is not asked, and the error says when it will be."""

    async def script(exchange: Exchange) -> None:
        await exchange.status(500, error="llama runner process has terminated")

    ollama.script = script
    routed = router(circuit_failures=2, circuit_seconds=60)
    for _ in range(2):
        with pytest.raises(errors.ModelFailedError):
            await routed.draft(prompt_for, silent, seconds=10)
    with pytest.raises(errors.ModelFailedError, match="tried again in") as caught:
        await routed.draft(prompt_for, silent, seconds=10)
    assert caught.value.retry_after == pytest.approx(60, abs=5)
    assert len(ollama.asked) == 2
    status = await routed.status()
    assert status.models[0].circuit is CircuitState.OPEN
    assert status.answers == ""


async def test_an_open_circuit_hands_over_to_the_next(ollama: FakeOllama, router: Routers) -> None:
    """While the first model is left alone, the second answers at once."""

    async def script(exchange: Exchange) -> None:
        if exchange.body["model"] == "small":
            await exchange.status(500, error="broken")
        else:
            await exchange.answer("SELECT 2")

    ollama.script = script
    routed = router("small", "other", circuit_failures=1, circuit_seconds=60)
    for _ in range(2):
        draft = await routed.draft(prompt_for, silent, seconds=10)
        assert (draft.language_model, draft.fell_back) == ("other", True)
    assert [body["model"] for body in ollama.asked] == ["small", "other", "other"]


def test_a_circuit_opens_waits_and_closes() -> None:
    """Closed, open, half open; a failure reopens it, a success closes it."""
    circuit = Circuit(failures=2, seconds=10)
    circuit.failed(100)
    assert circuit.state(100) is CircuitState.CLOSED
    circuit.failed(101)
    assert circuit.state(105) is CircuitState.OPEN
    assert circuit.wait(105) == 6
    assert circuit.state(111) is CircuitState.HALF_OPEN
    circuit.failed(111)
    assert circuit.state(112) is CircuitState.OPEN
    circuit.worked()
    assert circuit.state(112) is CircuitState.CLOSED


class Gate:
    """A script that answers each question when it is let through."""

    def __init__(self) -> None:
        self.arrived = asyncio.Semaphore(0)
        self.go = asyncio.Semaphore(0)
        self.inside = self.most = 0

    async def __call__(self, exchange: Exchange) -> None:
        """Wait, then answer."""
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.arrived.release()
        await self.go.acquire()
        self.inside -= 1
        await exchange.answer("SELECT 1")


async def test_questions_stand_in_line(ollama: FakeOllama, router: Routers) -> None:
    """One at a time; those who wait know their place, and hear when it changes."""
    gate = ollama.script = Gate()
    routed = router()
    heard = [Heard() for _ in range(3)]
    tasks = [asyncio.create_task(routed.draft(prompt_for, h, seconds=10)) for h in heard]
    await asyncio.wait_for(gate.arrived.acquire(), 30)
    for waiting in heard[1:]:
        await asyncio.wait_for(waiting.told.acquire(), 30)
    assert (await routed.status()).waiting == 2
    for _ in tasks:
        gate.go.release()
    await asyncio.wait_for(asyncio.gather(*tasks), 30)
    assert gate.most == 1
    assert heard[0].stages == [Stage.DRAFTING]
    assert [step.detail for step in heard[2].steps[:2]] == [
        "number 2 in line",
        "next in line, about 1 s",
    ]


async def test_leaving_frees_the_place(ollama: FakeOllama, router: Routers) -> None:
    """A question that is cancelled, waiting or being answered, makes room for the others."""
    gate = ollama.script = Gate()
    routed = router()
    first, second, third = (
        asyncio.create_task(routed.draft(prompt_for, silent, seconds=10)) for _ in range(3)
    )
    await asyncio.wait_for(gate.arrived.acquire(), 30)
    second.cancel()
    first.cancel()
    await asyncio.wait_for(gate.arrived.acquire(), 30)
    gate.go.release()
    gate.go.release()
    assert (await asyncio.wait_for(third, 30)).sql == "SELECT 1"
    assert (await routed.status()).running == 0
    assert routed.circuits() == {"small": CircuitState.CLOSED}


async def test_the_line_has_an_end(ollama: FakeOllama, router: Routers) -> None:
    """Whoever waits too long is asked to come back later."""
    gate = ollama.script = Gate()
    routed = router(queue_wait=0.05)
    first = asyncio.create_task(routed.draft(prompt_for, silent, seconds=10))
    await asyncio.wait_for(gate.arrived.acquire(), 30)
    with pytest.raises(errors.ServerBusyError) as caught:
        await routed.draft(prompt_for, silent, seconds=10)
    assert caught.value.retry_after
    gate.go.release()
    await asyncio.wait_for(first, 30)
    assert (await routed.status()).waiting == 0


async def test_several_may_be_answered_at_once(ollama: FakeOllama, router: Routers) -> None:
    """num_parallel questions are before the server together."""
    gate = ollama.script = Gate()
    routed = router(num_parallel=2)
    tasks = [asyncio.create_task(routed.draft(prompt_for, silent, seconds=10)) for _ in range(3)]
    for _ in range(2):
        await asyncio.wait_for(gate.arrived.acquire(), 30)
    for _ in tasks:
        gate.go.release()
    await asyncio.wait_for(asyncio.gather(*tasks), 30)
    assert gate.most == 2


async def test_warming_up_sends_the_unchanging_part(ollama: FakeOllama, router: Routers) -> None:
    """The warm-up's prompt begins as every question's does, and asks for one token."""
    gate = ollama.script = Gate()
    routed = router()
    warming = asyncio.create_task(routed.warm(prompt_for, seconds=10))
    await asyncio.wait_for(gate.arrived.acquire(), 30)
    assert (await routed.status()).warming
    heard = Heard()
    asked = asyncio.create_task(routed.draft(prompt_for, heard, seconds=10))
    gate.go.release()
    gate.go.release()
    await asyncio.wait_for(asyncio.gather(warming, asked), 30)
    warm, question = ollama.asked
    assert warm["messages"][:-1] == question["messages"][:-1]
    assert warm["options"]["num_predict"] == 1
    assert heard.stages == [Stage.WARMING, Stage.DRAFTING]
    assert not (await routed.status()).warming


async def test_status_of_a_healthy_server(router: Routers) -> None:
    """What is installed and loaded, and who would answer."""
    status = await router("absent", "small").status()
    assert (status.reachable, status.version, status.answers) == (True, "0.12.3", "small")
    assert [(m.name, m.installed, m.loaded) for m in status.models] == [
        ("absent", False, False),
        ("small", True, True),
    ]
    assert status.problem == ""


async def test_status_without_a_server(metrics: Metrics) -> None:
    """A server that is down is an answer, not an error."""
    async with open_ollama("http://127.0.0.1:9") as client:
        status = await ModelRouter((client,), ("small",), Options(), metrics).status()
    assert not status.reachable
    assert "cannot be reached" in status.problem
    assert status.answers == ""


async def test_status_without_a_model(ollama: FakeOllama, router: Routers) -> None:
    """If no configured model is installed, the status says what to do."""
    ollama.models = []
    assert "ollama pull small" in (await router().status()).problem


def servers(*clients: OllamaClient, models: tuple[str, ...], metrics: Metrics) -> ModelRouter:
    """A router over several servers."""
    return ModelRouter(clients, models, Options(), metrics)


async def test_a_second_server_takes_over(
    ollama: FakeOllama, client: OllamaClient, metrics: Metrics
) -> None:
    """A server that is down is passed over at once, and the draft says that it fell back."""
    ollama.script = lambda exchange: exchange.answer("SELECT 2")
    async with open_ollama("http://127.0.0.1:9") as dead:
        routed = servers(dead, client, models=("small", f"small@{ollama.url}"), metrics=metrics)
        draft = await routed.draft(prompt_for, silent, seconds=10)
        status = await routed.status()
    assert (draft.language_model, draft.fell_back) == ("small", True)
    assert [(each.address, each.reachable) for each in status.models] == [
        ("", False),
        (ollama.url, True),
    ]
    assert status.answers == "small"


async def test_a_server_that_breaks_hands_over_to_another(
    ollama: FakeOllama, client: OllamaClient, metrics: Metrics
) -> None:
    """What breaks in the middle of an answer is answered by the next server."""
    calls = 0

    async def script(exchange: Exchange) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            exchange.writer.close()
        else:
            await exchange.answer("SELECT 2")

    ollama.script = script
    other = ollama.url.replace("127.0.0.1", "localhost")
    async with open_ollama(other) as second:
        routed = servers(client, second, models=("small", f"small@{other}"), metrics=metrics)
        draft = await routed.draft(prompt_for, silent, seconds=10)
    assert (draft.sql, draft.fell_back) == ("SELECT 2", True)


async def test_a_model_that_is_not_installed_is_not_asked(
    ollama: FakeOllama, router: Routers
) -> None:
    """The list of models decides before anything is generated; a burst costs one look."""
    ollama.script = lambda exchange: exchange.answer("SELECT 2")
    routed = router("absent", "small")
    for _ in range(3):
        assert (await routed.draft(prompt_for, silent, seconds=10)).fell_back
    assert {body["model"] for body in ollama.asked} == {"small"}
    assert ollama.looked.count("/api/tags") == 1
    with pytest.raises(errors.ModelMissingError, match="absent is not installed"):
        await router("absent").draft(prompt_for, silent, seconds=10)


async def test_a_server_that_lists_nothing_may_answer_nevertheless(
    ollama: FakeOllama, router: Routers
) -> None:
    """A proxy that knows only the generating routes is asked."""
    ollama.script = lambda exchange: exchange.answer("SELECT 2")
    ollama.broken = True
    assert (await router().draft(prompt_for, silent, seconds=10)).sql == "SELECT 2"
