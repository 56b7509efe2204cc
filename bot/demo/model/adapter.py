"""The embedded model behind the Ollama protocol, so that the bot knows nothing but Ollama.

    app = adapter(Host(file, threads=2), file, "qwen2.5-coder:0.5b")

Answers like the real thing (docs/api.md of Ollama): model names, statuses, error texts, streams of
JSON lines, durations in nanoseconds. What it cannot do is refused in words. GET / says plainly that
this is not Ollama.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.demo.model.asked import (
    KEEP_ALIVE,
    Asked,
    BadRequestError,
    read_chat,
    read_generate,
    read_model,
)
from bot.demo.model.errors import EngineError
from bot.demo.model.gguf import ModelFile
from bot.demo.model.host import Done, Host
from bot.demo.model.reply import Answer

MOST_WAITING = 512
"""OLLAMA_MAX_QUEUE's default."""


@dataclass(slots=True)
class _Model:
    """The one model that is served. `digest` is made when first asked for."""

    name: str
    file: ModelFile
    host: Host
    seed: int | None
    digest: str = ""

    def check(self, name: str) -> None:
        """Raise HTTPException unless `name` is this model."""
        tagged = name if ":" in name else f"{name}:latest"
        if tagged != (self.name if ":" in self.name else f"{self.name}:latest"):
            raise HTTPException(404, f"model '{name}' not found")

    def details(self) -> dict[str, Any]:
        """What tags, ps and show all say."""
        return {
            "parent_model": "",
            "format": "gguf",
            "family": self.file.architecture,
            "families": [self.file.architecture],
            "parameter_size": self.file.parameters,
            "quantization_level": self.file.quantization,
        }

    async def entry(self) -> dict[str, Any]:
        """The model's line in tags and ps."""
        if not self.digest:
            self.digest = await asyncio.to_thread(_sha256, self.file)
        return {
            "name": self.name,
            "model": self.name,
            "size": self.file.size,
            "digest": self.digest,
            "details": self.details(),
        }


_Answers = Callable[[_Model, Request], Awaitable[ASGIApp]]


def adapter(
    host: Host, file: ModelFile, name: str, *, seed: int | None = None, preload: bool = True
) -> Starlette:
    """The application. `seed` is for requests that have none; `preload` loads after start-up."""
    model = _Model(name, file, host, seed)

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        loading = asyncio.create_task(_preload(host)) if preload else None
        yield
        if loading is not None:
            loading.cancel()
        await host.close()

    def route(method: str, path: str, answer: _Answers) -> Route:
        async def endpoint(request: Request) -> Any:
            return await answer(model, request)

        return Route(path, endpoint, methods=[method])

    return Starlette(
        routes=[
            route("GET", "/", _hello),
            route("GET", "/api/version", _version),
            route("GET", "/api/tags", _tags),
            route("GET", "/api/ps", _ps),
            route("POST", "/api/show", _show),
            route("POST", "/api/pull", _pull),
            route("POST", "/api/embed", _embed),
            route("POST", "/api/embeddings", _embed),
            route("POST", "/api/generate", partial(_generate, read_generate)),
            route("POST", "/api/chat", partial(_generate, read_chat)),
        ],
        exception_handlers={HTTPException: _refused, BadRequestError: _bad},
        lifespan=life,
    )


async def _preload(host: Host) -> None:
    try:
        await host.load(0, KEEP_ALIVE)
    except EngineError as error:
        print(error, flush=True)  # the first question will say it too


async def _hello(_model: _Model, _request: Request) -> Response:
    return PlainTextResponse("The embedded model of Game Stats Bot is running")


async def _version(_model: _Model, _request: Request) -> Response:
    return JSONResponse({"version": f"0.0.0+xllamacpp.{version('xllamacpp')}"})


async def _tags(model: _Model, _request: Request) -> Response:
    changed = datetime.fromtimestamp(model.file.path.stat().st_mtime, UTC)
    entry = {**await model.entry(), "modified_at": changed.isoformat()}
    return JSONResponse({"models": [entry]})


async def _ps(model: _Model, _request: Request) -> Response:
    loaded = model.host.loaded
    if loaded is None:
        return JSONResponse({"models": []})
    entry = {
        **await model.entry(),
        "size_vram": 0,
        "expires_at": loaded.expires_at.isoformat(),
        "context_length": loaded.context,
    }
    return JSONResponse({"models": [entry]})


async def _show(model: _Model, request: Request) -> Response:
    model.check(read_model(await _json(request)))
    architecture = model.file.architecture
    return JSONResponse(
        {
            "modelfile": "",
            "parameters": "",
            "template": "",
            "details": model.details(),
            "model_info": {
                "general.architecture": architecture,
                "general.basename": model.file.name,
                f"{architecture}.context_length": model.file.context,
            },
            "capabilities": ["completion"],
        }
    )


async def _pull(model: _Model, request: Request) -> ASGIApp:
    body = await _json(request)
    name = read_model(body)
    stream = body.get("stream") is not False
    try:
        model.check(name)
    except HTTPException:
        missing = {"error": "pull model manifest: file does not exist"}
        if not stream:
            return JSONResponse(missing, 500)
        return Answer(_said({"status": "pulling manifest"}, missing), stream=True)
    if not stream:
        return Answer(_said({"status": "success"}), stream=False)
    # As Ollama tells of a model that it has: its file is one part, complete already.
    digest, size = (await model.entry())["digest"], model.file.size
    part = {"digest": f"sha256:{digest}", "total": size, "completed": size}
    return Answer(
        _said(
            {"status": "pulling manifest"},
            {"status": f"pulling {digest[:12]}", **part},
            {"status": "verifying sha256 digest"},
            {"status": "writing manifest"},
            {"status": "success"},
        ),
        stream=True,
    )


async def _embed(model: _Model, request: Request) -> Response:
    model.check(read_model(await _json(request)))
    return JSONResponse({"error": "this model does not support embeddings"}, 400)


async def _generate(
    read: Callable[[object, int | None], Asked], model: _Model, request: Request
) -> ASGIApp:
    asked = read(await _json(request), model.seed)
    model.check(asked.model)
    if not asked.messages and not asked.raw:
        return Answer(_load(model, asked), stream=asked.stream)
    if model.host.waiting >= MOST_WAITING:
        busy = "server busy, please try again.  maximum pending requests exceeded"
        return JSONResponse({"error": busy}, 503)
    lines = _lines(model, asked) if asked.stream else _whole(model, asked)
    return Answer(lines, stream=asked.stream)


async def _load(model: _Model, asked: Asked) -> AsyncGenerator[dict[str, Any], None]:
    """An empty prompt: load the model, or unload it."""
    if asked.keep_alive == 0:
        await model.host.unload()
        yield {**_line(asked, ""), "done": True, "done_reason": "unload"}
    else:
        await model.host.load(asked.context, asked.keep_alive)
        yield {**_line(asked, ""), "done": True, "done_reason": "load"}


async def _lines(model: _Model, asked: Asked) -> AsyncGenerator[dict[str, Any], None]:
    async with aclosing(model.host.answer(asked)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Done):
                yield {**_line(asked, ""), **_end(piece)}
            else:
                yield {**_line(asked, piece.text), "done": False}


async def _whole(model: _Model, asked: Asked) -> AsyncGenerator[dict[str, Any], None]:
    text = ""
    async with aclosing(model.host.answer(asked)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Done):
                yield {**_line(asked, text), **_end(piece)}
            else:
                text += piece.text


def _line(asked: Asked, text: str) -> dict[str, Any]:
    said: dict[str, Any] = {"response": text}
    if asked.chat:
        said = {"message": {"role": "assistant", "content": text}}
    return {"model": asked.model, "created_at": datetime.now(UTC).isoformat(), **said}


def _end(done: Done) -> dict[str, Any]:
    return {
        "done": True,
        "done_reason": done.reason,
        "total_duration": round(done.total_seconds * 1e9),
        "load_duration": round(done.load_seconds * 1e9),
        "prompt_eval_count": done.prompt_count,
        "prompt_eval_duration": round(done.prompt_seconds * 1e9),
        "eval_count": done.answer_count,
        "eval_duration": round(done.answer_seconds * 1e9),
    }


async def _said(*lines: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
    for line in lines:
        yield line


async def _json(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise BadRequestError(f"the body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise BadRequestError("the body must be a JSON object")
    return body


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code)


async def _bad(_request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 400)


def _sha256(file: ModelFile) -> str:
    with file.path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
