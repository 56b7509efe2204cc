"""The embedded model behind the Ollama protocol, with the real engine and weights."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.domain import Dialect, Progress, Stage, silent
from bot.llm import ModelRouter, Options, Prompt, errors, open_ollama, profile_for
from bot.metrics import new_metrics
from tests.plugins.model import ModelServer

SCHEMA = """\
CREATE TABLE teams ( -- one row per team
  id uuid PRIMARY KEY,
  name text,
  division text, -- division name
  seed integer -- 1 is the top seed
);
CREATE TABLE games ( -- one row per game
  id uuid PRIMARY KEY,
  home_team text, -- team name
  away_team text, -- team name
  home_score integer,
  away_score integer,
  status text -- 'scheduled', 'finished'
);"""
EXAMPLES = (
    ("How many games are finished?", "SELECT COUNT(*) FROM games WHERE status = 'finished'"),
)


def prompt(question: str) -> Prompt:
    """A question over a small schema."""
    return Prompt(SCHEMA, EXAMPLES, (), question)


@pytest.fixture
async def http(model_server: ModelServer) -> AsyncIterator[httpx.AsyncClient]:
    """A plain HTTP client of the server."""
    async with httpx.AsyncClient(base_url=model_server.url, timeout=120) as client:
        yield client


async def post(http: httpx.AsyncClient, path: str, **body: Any) -> tuple[int, list[dict[str, Any]]]:
    """The status and the JSON lines of an answer."""
    reply = await http.post(path, json=body)
    return reply.status_code, [json.loads(line) for line in reply.text.splitlines()]


async def test_one_real_question(model_server: ModelServer) -> None:
    """The bot's own router drafts right SQL with the real model."""
    async with open_ollama(model_server.url) as client:
        router = ModelRouter((client,), (model_server.model,), Options(seed=1), new_metrics())
        draft = await router.draft(
            lambda _dialect: prompt("How many teams are there?"), silent, seconds=120
        )
        status = await router.status()
    assert " ".join(draft.sql.split()).upper() == "SELECT COUNT(*) FROM TEAMS"
    assert draft.dialect is Dialect.POSTGRES
    assert draft.prompt_tokens > 150
    assert (status.answers, status.loaded[0].context_length) == (model_server.model, 4096)


async def test_the_prefix_is_kept(model_server: ModelServer) -> None:
    """A second question costs the prompt's evaluation only of what differs."""
    async with open_ollama(model_server.url) as client:
        profile = profile_for(model_server.model)

        async def spent(question: str, schema: str) -> tuple[int, float]:
            asked = Prompt(schema, EXAMPLES, (), question)
            request = profile.request(model_server.model, asked, Options(seed=1, num_predict=1))
            usage = (await client.complete(request, seconds=120)).usage
            return usage.prompt_tokens, usage.prompt_seconds

        other = SCHEMA.replace("teams", "clubs") * 3
        first_count, first = await spent("Which clubs are there?", other)
        again_count, again = await spent("Who is the top seed?", other)
    assert abs(first_count - again_count) < 5  # both count the whole prompt, as Ollama does
    assert again < first / 3


async def test_generate_streams_as_ollama_does(
    http: httpx.AsyncClient, model_server: ModelServer
) -> None:
    """JSON lines with pieces, then one with counts and nanoseconds."""
    options = {"num_predict": 6, "num_ctx": 4096, "temperature": 0}
    status, lines = await post(
        http, "/api/generate", model=model_server.model, prompt="Count to ten.", options=options
    )
    assert status == 200
    *pieces, last = lines
    assert all(piece["done"] is False and piece["response"] for piece in pieces)
    assert (last["done"], last["done_reason"], last["eval_count"]) == (True, "length", 6)
    assert last["prompt_eval_count"] > 5
    assert last["total_duration"] >= last["eval_duration"] > 1_000_000
    status, (whole,) = await post(
        http,
        "/api/generate",
        model=model_server.model,
        prompt="Count to ten.",
        options=options,
        stream=False,
    )
    assert whole["response"] == "".join(piece["response"] for piece in pieces)


async def test_chat_with_a_schema_gives_json(
    http: httpx.AsyncClient, model_server: ModelServer
) -> None:
    """`format` holds the model to a JSON schema; the text is in `message`."""
    shape = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    _status, (said,) = await post(
        http,
        "/api/chat",
        model=model_server.model,
        messages=[{"role": "user", "content": "How many legs has a cat?"}],
        format=shape,
        stream=False,
        options={"num_predict": 20},
    )
    assert isinstance(json.loads(said["message"]["content"])["n"], int)


async def test_a_caller_who_leaves_frees_the_model(
    http: httpx.AsyncClient, model_server: ModelServer
) -> None:
    """An endless generation ends with its caller; the next one is answered."""
    endless = {
        "model": model_server.model,
        "prompt": "Write every number.",
        "options": {"num_predict": -1, "stop": []},
        "raw": True,
    }
    async with http.stream("POST", "/api/generate", json=endless) as reply:
        await anext(reply.aiter_lines())
    abandoned = asyncio.create_task(http.post("/api/generate", json={**endless, "stream": False}))
    await asyncio.sleep(0.3)
    abandoned.cancel()
    status, lines = await asyncio.wait_for(
        post(
            http,
            "/api/generate",
            model=model_server.model,
            prompt="hi",
            options={"num_predict": 1},
        ),
        60,
    )
    assert (status, lines[-1]["done"]) == (200, True)


async def test_a_long_prompt_is_cut_or_refused(
    http: httpx.AsyncClient, model_server: ModelServer
) -> None:
    """By default the middle is lost in silence; with truncate false it is an error."""
    long = {
        "model": model_server.model,
        "prompt": "one two three " * 150,
        "options": {"num_ctx": 256, "num_predict": 1},
    }
    status, lines = await post(http, "/api/generate", **long)
    assert (status, lines[-1]["prompt_eval_count"]) == (200, 255)
    status, lines = await post(http, "/api/generate", **long, truncate=False)
    assert status == 400
    assert "exceeds the available context size" in lines[0]["error"]
    chat = [
        {"role": role, "content": f"{index} " * 60}
        for index, role in enumerate(["system", "user", "assistant", "user"])
    ]
    _status, lines = await post(
        http, "/api/chat", model=model_server.model, messages=chat, options=long["options"]
    )
    assert 100 < lines[-1]["prompt_eval_count"] < 255  # whole messages went, not tokens


async def test_the_bot_hears_of_a_prompt_that_is_too_long(model_server: ModelServer) -> None:
    """The client asks not to cut, and turns the server's answer into its own error."""
    async with open_ollama(model_server.url) as client:
        options = Options(num_ctx=128, num_predict=1)
        router = ModelRouter((client,), (model_server.model,), options, new_metrics())
        with pytest.raises(errors.PromptTooLongError, match="OLLAMA_NUM_CTX"):
            await router.draft(lambda _dialect: prompt("?"), silent, seconds=60)


async def test_load_unload_and_expiry(http: httpx.AsyncClient, model_server: ModelServer) -> None:
    """An empty prompt loads, keep_alive 0 unloads, and what is kept says until when."""
    load = {"model": model_server.model, "keep_alive": "2h", "stream": False}
    _status, (said,) = await post(http, "/api/generate", **load)
    assert (said["done_reason"], said["response"]) == ("load", "")
    (shown,) = (await http.get("/api/ps")).json()["models"]
    assert shown["name"] == model_server.model
    left = datetime.fromisoformat(shown["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=1) < left <= timedelta(hours=2)
    _status, (said,) = await post(http, "/api/chat", model=model_server.model, keep_alive=0)
    assert said["done_reason"] == "unload"
    assert (await http.get("/api/ps")).json() == {"models": []}
    await post(http, "/api/generate", model=model_server.model, keep_alive="10ms")
    for _ in range(200):
        if not (await http.get("/api/ps")).json()["models"]:
            break
        await asyncio.sleep(0.05)
    assert (await http.get("/api/ps")).json() == {"models": []}


@pytest.mark.parametrize("path", ["/api/generate", "/api/chat", "/api/show", "/api/embed"])
async def test_another_model_is_not_found(http: httpx.AsyncClient, path: str) -> None:
    """An unknown name has Ollama's own words."""
    assert await post(http, path, model="gpt", prompt="hi") == (
        404,
        [{"error": "model 'gpt' not found"}],
    )


async def test_looking_around(http: httpx.AsyncClient, model_server: ModelServer) -> None:
    """Tags, show, version and pull answer; the greeting does not pretend to be Ollama."""
    (tag,) = (await http.get("/api/tags")).json()["models"]
    assert (tag["name"], tag["size"]) == (model_server.model, 491_400_064)
    assert tag["digest"].startswith("1d9614638d18")
    _status, (shown,) = await post(http, "/api/show", model=model_server.model)
    assert shown["model_info"]["qwen2.context_length"] == 32768
    assert shown["details"]["quantization_level"] == "Q4_K_M"
    assert "xllamacpp" in (await http.get("/api/version")).json()["version"]
    assert "embedded model" in (await http.get("/")).text
    _status, (manifest, part, *_, last) = await post(http, "/api/pull", model=model_server.model)
    assert (manifest, last) == ({"status": "pulling manifest"}, {"status": "success"})
    assert (part["total"], part["completed"]) == (491_400_064, 491_400_064)
    _status, lines = await post(http, "/api/pull", model="gpt")
    assert lines[-1] == {"error": "pull model manifest: file does not exist"}
    status, _lines = await post(http, "/api/embed", model=model_server.model, input="x")
    assert status == 400


async def test_a_body_that_is_no_json(http: httpx.AsyncClient) -> None:
    """A broken body is the caller's fault."""
    reply = await http.post("/api/chat", content=b"{")
    assert (reply.status_code, list(reply.json())) == (400, ["error"])


async def test_the_bots_own_pull_and_unload(model_server: ModelServer) -> None:
    """The client reads what the adapter streams, an unknown name is told, unloading frees."""
    async with open_ollama(model_server.url) as client:
        steps = [step async for step in client.pull(model_server.model)]
        assert steps[-1].finished
        assert steps[-1].done == steps[-1].total == 491_400_064
        with pytest.raises(errors.ModelMissingError, match="no model called gpt"):
            [step async for step in client.pull("gpt")]
        await client.unload(model_server.model)
        assert await client.loaded() == ()


async def test_a_question_that_is_left_frees_the_model_at_once(model_server: ModelServer) -> None:
    """Cancelling the router's draft stops the real generation: another one is answered."""
    async with open_ollama(model_server.url) as client:
        options = Options(seed=1, num_predict=100_000)
        router = ModelRouter((client,), (model_server.model,), options, new_metrics())
        endless = Prompt(SCHEMA, (), (), "Count from 1 to 100000 in words, without any SQL.")
        began = asyncio.Event()

        async def told(progress: Progress, /) -> None:
            if progress.stage is Stage.DRAFTING:
                began.set()

        leaving = asyncio.create_task(router.draft(lambda _dialect: endless, told, seconds=300))
        await asyncio.wait_for(began.wait(), 120)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        short = prompt("How many teams are there?")
        draft = await router.draft(lambda _dialect: short, silent, seconds=120)
    assert "teams" in draft.sql.lower()
    assert router.fleet.on(router.fleet.routes[0]).line.inside == 0
