"""The whole house for a test: real servers, the real pipeline, and a scripted language model.

`house` opens the app on the sample tournament with a bot database and a Valkey of its own;
`ollama` is an Ollama server over real HTTP whose answers a test writes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.app import App, open_app, prepare
from bot.demo.sample import SampleDatabase
from bot.demo.servers.process import free_port
from bot.domain import Asker, Question
from bot.settings import Settings

MODEL = "scripted:latest"


@dataclass
class ScriptedOllama:
    """Answers by what the last message contains; the first match wins."""

    url: str
    answers: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    seconds: float = 0.0
    installed: list[str] = field(default_factory=lambda: [MODEL])
    loaded: set[str] = field(default_factory=lambda: {MODEL})
    down: bool = False
    embedder: Callable[[list[str]], list[list[float]]] | None = None
    embedded: list[list[str]] = field(default_factory=list)

    async def embed(self, request: Request) -> Response:
        """`/api/embed`, by the real model that a test has set; 404 without one."""
        body = await request.json()
        if self.embedder is None:
            return JSONResponse({"error": f"model '{body['model']}' not found"}, status_code=404)
        self.embedded.append(body["input"])
        return JSONResponse({"model": body["model"], "embeddings": self.embedder(body["input"])})

    async def tags(self, _request: Request) -> Response:
        """What is installed."""
        return JSONResponse({"models": [_details(name) for name in self.installed]})

    async def ps(self, _request: Request) -> Response:
        """What is loaded."""
        until = {"expires_at": "2030-01-01T00:00:00Z"}
        return JSONResponse({"models": [_details(name) | until for name in self.loaded]})

    async def pull(self, request: Request) -> Response:
        """`/api/pull`: a model whose name begins with "new" is fetched, in ten steps."""
        name = (await request.json())["model"]
        missing = {"error": "pull model manifest: file does not exist"}

        async def lines() -> AsyncIterator[str]:
            yield json.dumps({"status": "pulling manifest"}) + "\n"
            if not name.startswith("new"):
                yield json.dumps(missing) + "\n"
                return
            for step in range(11):
                part = {
                    "digest": "sha256:1",
                    "total": 5_000_000_000,
                    "completed": step * 500_000_000,
                }
                yield json.dumps({"status": "pulling 1", **part}) + "\n"
                await asyncio.sleep(self.seconds)
            self.installed.append(name)
            yield json.dumps({"status": "success"}) + "\n"

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    async def chat(self, request: Request) -> Response:
        """`/api/chat` and `/api/generate`, streamed as one piece and an end."""
        if self.down:
            return JSONResponse({"error": "broken"}, status_code=500)
        body = await request.json()
        if body.get("keep_alive") == 0:
            self.loaded.remove(body["model"])
            return JSONResponse({"model": body["model"], "done": True, "done_reason": "unload"})
        self.loaded |= {body["model"]}
        bare = [{"role": "user", "content": body.get("prompt", "")}]
        messages = body.get("messages", bare)
        said = messages[-1]["content"]
        self.asked.append(said)
        self.prompts.append("\n".join(each["content"] for each in messages))
        await _writing(request, self.seconds)
        sql = next((sql for words, sql in self.answers.items() if words in said), "NOT_ABOUT_DATA")

        async def pieces() -> AsyncIterator[str]:
            message = {"role": "assistant", "content": sql}
            yield json.dumps({"model": MODEL, "message": message, "done": False}) + "\n"
            end = {
                "model": MODEL,
                "message": {"role": "assistant", "content": ""},
                "done": True,
                "done_reason": "stop",
                "total_duration": 2_000_000,
                "load_duration": 0,
                "prompt_eval_count": 900,
                "prompt_eval_duration": 1_000_000,
                "eval_count": 20,
                "eval_duration": 1_000_000,
            }
            yield json.dumps(end) + "\n"

        return StreamingResponse(pieces(), media_type="application/x-ndjson")


async def _writing(request: Request, seconds: float) -> None:
    """Take `seconds`, less if who asked goes away: the real server does not write on either."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (await request.receive())["type"] != "http.disconnect":
                pass


def _details(name: str) -> dict[str, object]:
    return {"name": name, "model": name, "size": 1, "size_vram": 0, "context_length": 4096}


async def _version(_request: Request) -> Response:
    return JSONResponse({"version": "0.0.0"})


@contextlib.asynccontextmanager
async def serving(app: Starlette, port: int) -> AsyncIterator[None]:
    """Serve an application on loopback for the block."""
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", lifespan="off"))
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    task = asyncio.create_task(server.serve())
    # uvicorn has no event for "I listen".
    while not server.started and not task.done():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


@contextlib.asynccontextmanager
async def scripted_ollama() -> AsyncIterator[ScriptedOllama]:
    """A scripted Ollama server for the block."""
    port = free_port()
    scripted = ScriptedOllama(f"http://127.0.0.1:{port}")
    app = Starlette(
        routes=[
            Route("/api/chat", scripted.chat, methods=["POST"]),
            Route("/api/generate", scripted.chat, methods=["POST"]),
            Route("/api/embed", scripted.embed, methods=["POST"]),
            Route("/api/tags", scripted.tags),
            Route("/api/ps", scripted.ps),
            Route("/api/pull", scripted.pull, methods=["POST"]),
            Route("/api/version", _version),
        ]
    )
    async with serving(app, port):
        yield scripted


@pytest.fixture
async def ollama() -> AsyncIterator[ScriptedOllama]:
    """A scripted Ollama server."""
    async with scripted_ollama() as scripted:
        yield scripted


@dataclass(frozen=True)
class House:
    """An open app on the sample tournament. `ask` asks in the channel "C1" or of `events`."""

    app: App
    sample: SampleDatabase
    ollama: ScriptedOllama

    def question(self, text: str, *, user: str = "U1", bound: bool = False) -> Question:
        """A question of a person in Slack; about the live event unless the binding decides."""
        events = None if bound else (self.sample.events[0].id,)
        return Question(uuid.uuid4().hex, text, Asker("slack", "T1", user), "C1", events)


@pytest.fixture
async def house(
    ollama: ScriptedOllama,
    tournament: SampleDatabase,
    fresh_database: Callable[[], Awaitable[str]],
    redis_url: str,
) -> AsyncIterator[House]:
    """The app, opened and prepared."""
    settings = Settings(
        model_repair=True,
        _env_file=None,
        database_url=tournament.reader_url,
        bot_database_url=await fresh_database(),
        redis_url=redis_url,
        ollama_base_url=ollama.url,
        ollama_model=MODEL,
        rate_limit="5/hour",
        jwt_secret="s" * 32,
    )
    async with open_app(settings) as app:
        await prepare(app)
        yield House(app, tournament, ollama)
