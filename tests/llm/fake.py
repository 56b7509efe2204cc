"""A scripted Ollama server over real HTTP: each test says how it answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

Script = Callable[["Exchange"], Awaitable[None]]


@dataclass
class Exchange:
    """One request and the raw stream to answer it on; HTTP/1.1, closed afterwards."""

    path: str
    body: dict[str, Any]
    writer: asyncio.StreamWriter
    reader: asyncio.StreamReader

    async def start(self, status: int = 200) -> None:
        """Send the head of an answer whose body ends with the connection."""
        self.writer.write(f"HTTP/1.1 {status} X\r\nConnection: close\r\n\r\n".encode())
        await self.writer.drain()

    async def raw(self, data: bytes) -> None:
        """Send bytes of the body."""
        self.writer.write(data)
        await self.writer.drain()

    async def line(self, **said: Any) -> None:
        """Send a JSON line."""
        await self.raw(json.dumps(said).encode() + b"\n")

    async def answer(self, *pieces: str, prompt: int = 20, done_reason: str = "stop") -> None:
        """Stream a whole answer as the endpoint that was asked does."""
        await self.start()
        for piece in pieces:
            await self.piece(piece)
        await self.line(
            **self._text(""),
            done=True,
            done_reason=done_reason,
            total_duration=3_000_000_000,
            load_duration=1_000_000_000,
            prompt_eval_count=prompt,
            prompt_eval_duration=500_000_000,
            eval_count=len(pieces),
            eval_duration=1_500_000_000,
        )

    async def piece(self, text: str) -> None:
        """Stream a piece of an answer."""
        await self.line(**self._text(text), done=False)

    async def status(self, status: int, **said: Any) -> None:
        """Answer with a status and a JSON body."""
        await self.start(status)
        await self.line(**said)

    async def gone(self) -> None:
        """Return once the caller has closed the connection."""
        await self.reader.read()

    def _text(self, text: str) -> dict[str, Any]:
        if self.path == "/api/chat":
            return {"message": {"role": "assistant", "content": text}}
        return {"response": text}


@dataclass
class FakeOllama:
    """`script` answers generations; `models` are installed, `loaded` is what ps says.

    One that is `broken` knows no other routes.
    """

    url: str = ""
    script: Script | None = None
    models: list[str] = field(default_factory=lambda: ["small", "other", "duckdb-nsql:7b"])
    loaded: list[str] = field(default_factory=lambda: ["small"])
    asked: list[dict[str, Any]] = field(default_factory=list)
    looked: list[str] = field(default_factory=list)
    broken: bool = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            _method, path, _version = head.split(" ", 2)
            length = next(
                (int(h.split(":")[1]) for h in head.lower().splitlines() if "content-length" in h),
                0,
            )
            body = json.loads(await reader.readexactly(length) or b"{}")
            exchange = Exchange(path, body, writer, reader)
            if path in {"/api/generate", "/api/chat"}:
                self.asked.append(body)
                assert self.script is not None
                await self.script(exchange)
            else:
                self.looked.append(path)
                if self.broken:
                    await exchange.status(404, error="no such route")
                else:
                    await exchange.status(200, **self._look(path))
        finally:
            writer.close()

    def _look(self, path: str) -> dict[str, Any]:
        if path == "/api/version":
            return {"version": "0.12.3"}
        if path == "/api/tags":
            return {"models": [{"name": name, "size": 7} for name in self.models]}
        if path == "/api/ps":
            entry = {"size": 9, "size_vram": 8, "expires_at": "2026-05-16T12:00:00Z"}
            return {"models": [{"name": f"{n}:latest", **entry} for n in self.loaded]}
        return {
            "details": {"family": "qwen2", "parameter_size": "0.5B", "quantization_level": "Q4"},
            "model_info": {"qwen2.context_length": 32768},
            "capabilities": ["completion"],
        }
