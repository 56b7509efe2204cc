"""A running engine as the adapter sees it: start, apply the chat template, count, generate, stop.

The engine's routes are those of llama.cpp's server (tools/server/README.md of llama.cpp):
/apply-template, /tokenize and /completion. Closing a stream early stops the generation.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot.demo.model import engine
from bot.demo.model.errors import EngineError

LOAD_SECONDS = 120.0
STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Engine:
    """A loaded model. `context` is in tokens."""

    process: asyncio.subprocess.Process
    http: httpx.AsyncClient
    context: int

    @property
    def alive(self) -> bool:
        """Whether its process still runs."""
        return self.process.returncode is None

    async def templated(self, messages: Sequence[Mapping[str, str]]) -> str:
        """The prompt that the model's own chat template makes of `messages`."""
        return str((await self._call("/apply-template", {"messages": list(messages)}))["prompt"])

    async def tokens(self, prompt: str) -> list[int]:
        """The tokens of a prompt, those for the template's marks included."""
        asked = {"content": prompt, "add_special": True, "parse_special": True}
        return list((await self._call("/tokenize", asked))["tokens"])

    async def generate(
        self, tokens: Sequence[int], options: Mapping[str, Any]
    ) -> AsyncGenerator[dict[str, Any], None]:
        """What /completion streams: objects with `content`, the last with `stop` and `timings`."""
        body = {**options, "prompt": list(tokens), "stream": True, "cache_prompt": True}
        with _translated():
            async with self.http.stream("POST", "/completion", json=body) as reply:
                if reply.status_code != httpx.codes.OK:
                    raise EngineError(_said(await reply.aread()))
                async for line in reply.aiter_lines():
                    if line.startswith("error: "):
                        raise EngineError(_said(line.removeprefix("error: ").encode()))
                    if line.startswith("data: "):
                        yield json.loads(line.removeprefix("data: "))

    async def stop(self) -> None:
        """End the process; memory is free when this returns."""
        await self.http.aclose()
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()

    async def _call(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        with _translated():
            reply = await self.http.post(path, json=body)
            if reply.status_code != httpx.codes.OK:
                raise EngineError(_said(reply.content))
            answer: dict[str, Any] = reply.json()
            return answer


async def start_engine(weights: Path, *, context: int, threads: int) -> Engine:
    """Load a model into a process of its own. Raises EngineError."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", engine.__file__, "--weights", str(weights)),
        *("--context", str(context), "--threads", str(threads)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), LOAD_SECONDS)
        told = json.loads(line)
    except (TimeoutError, json.JSONDecodeError) as error:
        await _kill(process)
        raise EngineError(f"llama.cpp could not load {weights}.") from error
    except asyncio.CancelledError:
        await _kill(process)
        raise
    http = httpx.AsyncClient(
        base_url=told["address"],
        headers={"Authorization": f"Bearer {told['key']}"},
        timeout=None,  # noqa: S113 - a generation takes as long as it takes; its caller may leave
        trust_env=False,
    )
    return Engine(process, http, context)


async def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (httpx.HTTPError, json.JSONDecodeError) as error:
        raise EngineError("The model's engine has ended unexpectedly.") from error


def _said(body: bytes) -> str:
    try:
        return str(json.loads(body)["error"]["message"])
    except (json.JSONDecodeError, KeyError, TypeError):
        return body.decode(errors="replace")[:200]
