"""One model, loaded on demand and unloaded when its time is up: what Ollama's scheduler does.

Requests wait for each other, first come, first served, as with OLLAMA_NUM_PARALLEL=1. A request for
another context size loads the model anew. Leaving a generation early stops it in the engine.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.demo.model.asked import Asked
from bot.demo.model.errors import TooLongError
from bot.demo.model.gguf import ModelFile
from bot.demo.model.llama import Engine, start_engine

DEFAULT_CONTEXT = 4096
"""Tokens, where a request says nothing; Ollama's default without a GPU."""

_FOR_EVER = timedelta(days=106_751)  # the longest time that Ollama can say


@dataclass(frozen=True, slots=True)
class Loaded:
    """The model in memory: its context in tokens, and when it goes if nobody asks."""

    context: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of an answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """The end of an answer; `reason` is stop or length, durations are seconds."""

    reason: str
    prompt_count: int
    prompt_seconds: float
    answer_count: int
    answer_seconds: float
    load_seconds: float
    total_seconds: float


class Host:
    """Runs the model of `file` on `threads` processor threads. For one event loop."""

    def __init__(self, file: ModelFile, *, threads: int) -> None:
        self._file = file
        self._threads = threads
        self._lock = asyncio.Lock()
        self._engine: Engine | None = None
        self._expires = math.inf
        self._timer: asyncio.TimerHandle | None = None
        self._unloading: asyncio.Task[None] | None = None
        self.waiting = 0

    @property
    def loaded(self) -> Loaded | None:
        """The model in memory, or None."""
        if self._engine is None or not self._engine.alive:
            return None
        left = self._expires - time.monotonic()
        ahead = _FOR_EVER if math.isinf(left) else timedelta(seconds=left)
        return Loaded(self._engine.context, datetime.now(UTC) + ahead)

    async def load(self, context: int, keep_alive: float) -> float:
        """Have the model in memory; the seconds that it took. Raises EngineError."""
        async with self._lock:
            try:
                return (await self._ensure(context))[1]
            finally:
                self._keep(keep_alive)

    async def unload(self) -> None:
        """Have the model out of memory, once whoever uses it has ended."""
        async with self._lock:
            await self._drop()

    async def close(self) -> None:
        """End at once, whoever waits."""
        if self._timer is not None:
            self._timer.cancel()
        await self._drop()

    async def answer(self, asked: Asked) -> AsyncGenerator[Piece | Done, None]:
        """Generate. Raises EngineError, TooLongError."""
        begun = time.monotonic()
        async with self._turn():
            try:
                engine, load_seconds = await self._ensure(asked.context)
                tokens = await _fitting(engine, asked)
                async with aclosing(engine.generate(tokens, asked.options)) as pieces:
                    async for piece in pieces:
                        if piece["content"]:
                            yield Piece(piece["content"])
                        if piece["stop"]:
                            times = piece["timings"]
                            yield Done(
                                reason="length" if piece["stop_type"] == "limit" else "stop",
                                prompt_count=len(tokens),
                                prompt_seconds=times["prompt_ms"] / 1e3,
                                answer_count=times["predicted_n"],
                                answer_seconds=times["predicted_ms"] / 1e3,
                                load_seconds=load_seconds,
                                total_seconds=time.monotonic() - begun,
                            )
            finally:
                self._keep(asked.keep_alive)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        self.waiting += 1
        try:
            await self._lock.acquire()
        finally:
            self.waiting -= 1
        try:
            yield
        finally:
            self._lock.release()

    async def _ensure(self, context: int) -> tuple[Engine, float]:
        begun = time.monotonic()
        wanted = context or DEFAULT_CONTEXT
        if self._file.context:
            wanted = min(wanted, self._file.context)
        engine = self._engine
        if engine is None or not engine.alive or engine.context != wanted:
            await self._drop()
            engine = await start_engine(self._file.path, context=wanted, threads=self._threads)
            self._engine = engine
        return engine, time.monotonic() - begun

    async def _drop(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.stop()

    def _keep(self, keep_alive: float) -> None:
        """Let the model go `keep_alive` seconds from now, unless it is used before."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._expires = time.monotonic() + keep_alive
        if not math.isinf(keep_alive):
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(keep_alive, self._time_is_up)

    def _time_is_up(self) -> None:
        self._unloading = asyncio.create_task(self._expire())

    async def _expire(self) -> None:
        async with self._lock:
            if time.monotonic() >= self._expires:
                await self._drop()


async def _fitting(engine: Engine, asked: Asked) -> list[int]:
    """The prompt's tokens, cut to the context as Ollama cuts. Raises TooLongError if it must not.

    A chat loses its oldest messages, never the system's nor the last. What is still too long keeps
    its first `num_keep` tokens and its end.
    """
    room = engine.context - 1  # one token at least is for the answer
    messages = asked.messages
    tokens = await _tokens(engine, asked, messages)
    if len(tokens) > room and not asked.truncate:
        raise TooLongError(
            f"request ({len(tokens)} tokens) exceeds the available context size "
            f"({engine.context} tokens), try increasing it"
        )
    while len(tokens) > room and (shorter := _without_oldest(messages)) != messages:
        messages = shorter
        tokens = await _tokens(engine, asked, messages)
    if len(tokens) > room:
        keep = min(max(asked.options["n_keep"], 0), room // 2)
        tokens = tokens[:keep] + tokens[len(tokens) - (room - keep) :]
    return tokens


async def _tokens(engine: Engine, asked: Asked, messages: Sequence[Mapping[str, str]]) -> list[int]:
    return await engine.tokens(asked.raw or await engine.templated(messages))


def _without_oldest(messages: tuple[Mapping[str, str], ...]) -> tuple[Mapping[str, str], ...]:
    for index, message in enumerate(messages[:-1]):
        if message["role"] != "system":
            return messages[:index] + messages[index + 1 :]
    return messages
