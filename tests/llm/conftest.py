"""The scripted Ollama server and a client of it, for each test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.llm import OllamaClient, open_ollama
from tests.llm.fake import FakeOllama


@pytest.fixture
async def ollama() -> AsyncIterator[FakeOllama]:
    """The scripted server."""
    fake = FakeOllama()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await fake.serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the caller has left
        finally:
            tasks.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    fake.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield fake
    server.close()
    for task in set(tasks):
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def client(ollama: FakeOllama) -> AsyncIterator[OllamaClient]:
    """A client of the scripted server."""
    async with open_ollama(ollama.url) as opened:
        yield opened
