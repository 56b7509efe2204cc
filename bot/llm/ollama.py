"""The Ollama server, over HTTP: generate, chat and pull (streamed), tags, ps, show, embed.

    async with open_ollama("http://localhost:11434") as client:
        completion = await client.complete(request, seconds=60)

Raises LanguageModelError only. Leaving a stream early, also by cancellation, closes its
connection, on which the server stops generating.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import httpx

from bot.llm.errors import AnswerTimedOutError, BadAnswerError, translated
from bot.llm.protocol import (
    Completion,
    InstalledModel,
    LoadedModel,
    ModelDetails,
    ModelRequest,
    Usage,
    read_details,
    read_embeddings,
    read_installed,
    read_loaded,
    read_object,
    read_piece,
    refusal,
    refuse_truncated,
)
from bot.llm.pulling import Pull, Pulled

CONNECT_SECONDS = 3.0
PULL_SECONDS = 600.0
"""How long a pull may be silent: the check of what was fetched reads it all."""

LOOK_SECONDS = 5.0
"""For the small questions (version, tags, ps, show), which a healthy server answers at once."""


async def _ignore(_text: str, /) -> None:
    """Take no notice of the first text."""


class Kept(Protocol):
    """Completions that are kept, so that a request that was made before is not made again."""

    def get(self, request: ModelRequest) -> Completion | None:
        """What this very request was answered with, if it is known."""

    def put(self, request: ModelRequest, completion: Completion) -> None:
        """Keep what the request was answered with."""


class OllamaClient:
    """Calls of one Ollama server. `http` has the server's base URL; whoever made it closes it.

    What is `kept` is given in place of a generation.
    """

    def __init__(self, http: httpx.AsyncClient, kept: Kept | None = None) -> None:
        self._http = http
        self._kept = kept
        self.address = str(http.base_url).rstrip("/")

    async def complete(
        self,
        request: ModelRequest,
        *,
        seconds: float,
        enough: Callable[[str], bool] = lambda _text: False,
        started: Callable[[str], Awaitable[None]] = _ignore,
    ) -> Completion:
        """Generate within `seconds`, until the model ends or `enough` of the text so far.

        `started` is called once, with the first text: from then on the model is loaded.
        """
        if self._kept and (known := self._kept.get(request)):
            await started(known.text)
            return known
        completion = await self._generate(request, seconds, enough, started)
        if self._kept:
            self._kept.put(request, completion)
        return completion

    async def _generate(
        self,
        request: ModelRequest,
        seconds: float,
        enough: Callable[[str], bool],
        started: Callable[[str], Awaitable[None]],
    ) -> Completion:
        text, count = "", 0
        try:
            async with asyncio.timeout(seconds):
                async with self._stream(request) as lines:
                    async for line in lines:
                        piece, done = read_piece(line)
                        if piece and not text:
                            await started(piece)
                        text, count = text + piece, count + 1
                        if done is not None:
                            refuse_truncated(request, done.usage)
                            return Completion(text, done.usage, done.done_reason)
                        if enough(text):
                            return Completion(text, Usage(answer_tokens=count), "cut")
        except TimeoutError as error:
            message = f"{request.model} did not answer within {seconds:.0f} seconds."
            raise AnswerTimedOutError(message) from error
        raise BadAnswerError(f"{request.model} stopped in the middle of its answer.")

    async def version(self) -> str:
        """The server's version."""
        return str((await self._look("GET", "/api/version")).get("version", ""))

    async def installed(self) -> tuple[InstalledModel, ...]:
        """Every model that the server has."""
        return read_installed(await self._look("GET", "/api/tags"))

    async def loaded(self) -> tuple[LoadedModel, ...]:
        """Every model that is in memory now."""
        return read_loaded(await self._look("GET", "/api/ps"))

    async def unload(self, model: str) -> None:
        """Have `model` out of the server's memory, once whoever uses it has ended."""
        body = {"model": model, "keep_alive": 0, "stream": False}
        await self._look("POST", "/api/generate", body)

    async def pull(self, model: str) -> AsyncGenerator[Pulled, None]:
        """Fetch `model` onto the server; what is fetched already stays there if one leaves early.

        Raises ModelMissingError for a name that there is not.
        """
        pull, finished = Pull(model), False
        timeout = httpx.Timeout(PULL_SECONDS, connect=CONNECT_SECONDS)
        body = {"model": model, "stream": True}
        with translated(self.address):
            async with self._http.stream("POST", "/api/pull", json=body, timeout=timeout) as reply:
                if reply.status_code != httpx.codes.OK:
                    said = (await reply.aread()).decode(errors="replace")
                    raise pull.failure(said)
                async for line in reply.aiter_lines():
                    pulled = pull.read(line)
                    finished = finished or pulled.finished
                    yield pulled
        if not finished:
            raise BadAnswerError(f"The server stopped in the middle of fetching {model}.")

    async def show(self, model: str) -> ModelDetails:
        """What `model` is. Raises ModelMissingError if the server does not have it."""
        return read_details(await self._look("POST", "/api/show", {"model": model}))

    async def embed(
        self, model: str, texts: Sequence[str], *, seconds: float
    ) -> tuple[tuple[float, ...], ...]:
        """A vector for each text, within `seconds`. Texts longer than the model takes are cut."""
        body = {"model": model, "input": list(texts)}
        said = await self._look("POST", "/api/embed", body, seconds=seconds)
        return read_embeddings(said, len(texts))

    async def _look(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        seconds: float = LOOK_SECONDS,
    ) -> dict[str, Any]:
        with translated(self.address):
            reply = await self._http.request(method, path, json=body, timeout=seconds)
            if reply.status_code != httpx.codes.OK:
                raise refusal(reply.status_code, reply.text)
            return read_object(json.loads(reply.content))

    @asynccontextmanager
    async def _stream(self, request: ModelRequest) -> AsyncIterator[AsyncIterator[str]]:
        # No read timeout: a model may be silent for long while it loads. The caller's clock rules.
        timeout = httpx.Timeout(None, connect=CONNECT_SECONDS)
        body = {**request.body, "stream": True}
        with translated(self.address):
            async with self._http.stream("POST", request.path, json=body, timeout=timeout) as reply:
                if reply.status_code != httpx.codes.OK:
                    raise refusal(reply.status_code, (await reply.aread()).decode())
                yield reply.aiter_lines()


@asynccontextmanager
async def open_ollama(base_url: str, kept: Kept | None = None) -> AsyncIterator[OllamaClient]:
    """A client of the server at `base_url`. Connects on the first call, not before."""
    # The environment's proxies are not for a server that is named by its address.
    with translated(base_url):
        http = httpx.AsyncClient(base_url=base_url.rstrip("/"), trust_env=False)
    async with http:
        yield OllamaClient(http, kept)
