"""The Ollama client against a scripted server over real HTTP, in each way that it can fail."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bot.evaluation import read_drafts
from bot.llm import OllamaClient, errors, open_ollama
from bot.llm.protocol import ModelRequest
from tests.llm.fake import Exchange, FakeOllama

REQUEST = ModelRequest("/api/generate", {"model": "small", "options": {"num_ctx": 100}})


async def test_a_stream_becomes_text_and_usage(ollama: FakeOllama, client: OllamaClient) -> None:
    """Pieces are joined, nanoseconds become seconds, and the first piece is announced once."""
    ollama.script = lambda exchange: exchange.answer("SELECT", " 1")
    heard: list[str] = []

    async def started(text: str) -> None:
        heard.append(text)

    completion = await client.complete(REQUEST, seconds=10, started=started)
    assert completion.text == "SELECT 1"
    assert completion.done_reason == "stop"
    assert completion.usage.prompt_tokens == 20
    assert completion.usage.load_seconds == 1.0
    assert completion.usage.total_seconds == 3.0
    assert heard == ["SELECT"]
    assert ollama.asked[0]["stream"] is True


async def test_chat_is_read_as_well(ollama: FakeOllama, client: OllamaClient) -> None:
    """A chat's pieces are in its messages."""
    ollama.script = lambda exchange: exchange.answer("SELECT 2")
    completion = await client.complete(ModelRequest("/api/chat", {"model": "small"}), seconds=10)
    assert completion.text == "SELECT 2"


async def test_enough_closes_the_connection(ollama: FakeOllama, client: OllamaClient) -> None:
    """Once the text is enough, the server sees its caller leave."""
    left = asyncio.Event()

    async def script(exchange: Exchange) -> None:
        await exchange.start()
        await exchange.piece("one")
        await exchange.gone()
        left.set()

    ollama.script = script
    completion = await client.complete(REQUEST, seconds=10, enough=lambda text: text == "one")
    assert (completion.text, completion.done_reason) == ("one", "cut")
    await asyncio.wait_for(left.wait(), 30)


async def test_what_is_kept_is_not_asked_again(ollama: FakeOllama, tmp_path: Path) -> None:
    """A request is answered once, also for the next client; a generation that fails is not kept."""
    heard: list[str] = []

    async def started(text: str) -> None:
        heard.append(text)

    async def complete() -> str:
        drafts = read_drafts(tmp_path / "drafts.jsonl")
        async with open_ollama(ollama.url, drafts) as client:
            return (await client.complete(REQUEST, seconds=10, started=started)).text

    ollama.script = lambda exchange: exchange.status(500, error="terminated")
    with pytest.raises(errors.ModelFailedError):
        await complete()
    ollama.script = lambda exchange: exchange.answer("SELECT 1")
    assert [await complete(), await complete()] == ["SELECT 1", "SELECT 1"]
    assert len(ollama.asked) == 2
    assert heard == ["SELECT 1", "SELECT 1"]


async def test_cancellation_closes_the_connection(ollama: FakeOllama, client: OllamaClient) -> None:
    """A caller that is cancelled leaves the server, which can stop generating."""
    begun, left = asyncio.Event(), asyncio.Event()

    async def script(exchange: Exchange) -> None:
        await exchange.start()
        begun.set()
        await exchange.gone()
        left.set()

    ollama.script = script
    task = asyncio.create_task(client.complete(REQUEST, seconds=10))
    await asyncio.wait_for(begun.wait(), 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(left.wait(), 30)


async def test_nobody_listens() -> None:
    """A refused connection says that the server is down."""
    async with open_ollama("http://127.0.0.1:9") as client:
        with pytest.raises(errors.ServerDownError):
            await client.complete(REQUEST, seconds=10)
        with pytest.raises(errors.ServerDownError):
            await client.version()


@pytest.mark.parametrize("url", ["localhost:11434", "ftp://here", "http://[::1", "http://a:b"])
async def test_an_address_that_is_none(url: str) -> None:
    """A wrong OLLAMA_BASE_URL is a typed error that names it."""
    with pytest.raises(errors.LanguageModelError) as caught:
        async with open_ollama(url) as client:
            await client.version()
    assert url in caught.value.message


STATUSES = [
    (404, "model 'small' not found", errors.ModelMissingError),
    (404, "", errors.BadAnswerError),
    (400, 'option "top_k" must be of type integer', errors.RequestError),
    (400, '"small" does not support chat', errors.RequestError),
    (400, "request (351 tokens) exceeds the available context size", errors.PromptTooLongError),
    (503, "server busy, please try again.  maximum pending requests exceeded",
     errors.ServerBusyError),
    (500, "model requires more system memory (5.6 GiB) than is available (3.2 GiB)",
     errors.OutOfMemoryError),
    (500, "llama runner process has terminated: exit status 2", errors.ModelFailedError),
    (502, "", errors.BadAnswerError),
]  # fmt: skip


@pytest.mark.parametrize(("status", "said", "kind"), STATUSES)
async def test_a_status_is_understood(
    ollama: FakeOllama,
    client: OllamaClient,
    status: int,
    said: str,
    kind: type[errors.LanguageModelError],
) -> None:
    """What the server says with a status decides what went wrong."""

    async def script(exchange: Exchange) -> None:
        await exchange.status(status, **({"error": said} if said else {}))

    ollama.script = script
    with pytest.raises(errors.LanguageModelError) as caught:
        await client.complete(REQUEST, seconds=10)
    assert type(caught.value) is kind


MID_STREAM = [
    ({"error": "an error was encountered while running the model"}, errors.ModelFailedError),
    ({"error": "CUDA error: out of memory"}, errors.OutOfMemoryError),
    ({"error": {"message": "odd"}}, errors.ModelFailedError),
    ({"done": False}, errors.BadAnswerError),
    ({"response": 5}, errors.BadAnswerError),
    ({"message": "text"}, errors.BadAnswerError),
]


@pytest.mark.parametrize(("said", "kind"), MID_STREAM)
async def test_an_error_in_the_middle_of_a_stream(
    ollama: FakeOllama,
    client: OllamaClient,
    said: dict[str, object],
    kind: type[errors.LanguageModelError],
) -> None:
    """Status 200 does not mean that it went well."""

    async def script(exchange: Exchange) -> None:
        await exchange.start()
        await exchange.piece("SELECT")
        await exchange.line(**said)

    ollama.script = script
    with pytest.raises(errors.LanguageModelError) as caught:
        await client.complete(REQUEST, seconds=10)
    assert type(caught.value) is kind


@pytest.mark.parametrize("data", [b"<html>", b"\xff\xfe\n", b"[1]\n", b"null\n", b'{"response":'])
async def test_garbage_is_no_answer(ollama: FakeOllama, client: OllamaClient, data: bytes) -> None:
    """Whatever is not the protocol is told apart from a model that fails."""

    async def script(exchange: Exchange) -> None:
        await exchange.start()
        await exchange.raw(data)

    ollama.script = script
    with pytest.raises(errors.BadAnswerError):
        await client.complete(REQUEST, seconds=10)


async def test_a_stream_that_ends_early(ollama: FakeOllama, client: OllamaClient) -> None:
    """An answer without its last line is not an answer."""

    async def script(exchange: Exchange) -> None:
        await exchange.start()
        await exchange.piece("SELECT 1")

    ollama.script = script
    with pytest.raises(errors.BadAnswerError):
        await client.complete(REQUEST, seconds=10)


async def test_a_connection_that_breaks(ollama: FakeOllama, client: OllamaClient) -> None:
    """A connection that closes before any answer means that the server is down."""

    async def script(exchange: Exchange) -> None:
        exchange.writer.close()

    ollama.script = script
    with pytest.raises(errors.ServerDownError):
        await client.complete(REQUEST, seconds=10)


async def test_a_slow_model_runs_out_of_time(ollama: FakeOllama, client: OllamaClient) -> None:
    """The time given holds for the whole answer, even while pieces arrive."""

    async def script(exchange: Exchange) -> None:
        await exchange.start()
        while True:
            await exchange.piece("x")
            await asyncio.sleep(0.01)

    ollama.script = script
    with pytest.raises(errors.AnswerTimedOutError):
        await client.complete(REQUEST, seconds=0.2)


async def test_a_prompt_cut_in_silence_is_noticed(ollama: FakeOllama, client: OllamaClient) -> None:
    """A prompt that fills the whole context was cut: the answer is not trusted."""
    ollama.script = lambda exchange: exchange.answer("SELECT 1", prompt=100)
    with pytest.raises(errors.PromptTooLongError, match="OLLAMA_NUM_CTX"):
        await client.complete(REQUEST, seconds=10)


async def test_looking_around(client: OllamaClient) -> None:
    """Version, tags, ps and show become values."""
    assert await client.version() == "0.12.3"
    assert [(model.name, model.size) for model in await client.installed()][:1] == [("small", 7)]
    (loaded,) = await client.loaded()
    assert (loaded.name, loaded.size_vram) == ("small:latest", 8)
    details = await client.show("small")
    assert (details.context_length, details.capabilities) == (32768, ("completion",))


def test_json_that_is_no_number_counts_as_nothing() -> None:
    """A count that is missing or odd is 0, not an error."""
    from bot.llm.protocol import read_loaded

    (model,) = read_loaded(json.loads('{"models": [{"model": "m", "size": "big"}]}'))
    assert (model.name, model.size) == ("m", 0)
