"""Jobs with short leases, a list that handlers write to, and worker processes."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.jobs import Jobs, Pace, open_jobs

QUICK = Pace(lease=1.0, grace=0.2, backoff=0.1)

WORKER = Path(__file__).with_name("worker.py")


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A client of the empty Valkey."""
    async with Redis.from_url(redis_url, decode_responses=True) as client:
        yield client


@pytest.fixture
def refused_redis_url() -> Iterator[str]:
    """The URL of a port that nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        yield f"redis://127.0.0.1:{held.getsockname()[1]}/0"


@pytest.fixture
async def jobs(redis_url: str) -> AsyncIterator[Jobs]:
    """A queue whose lease is a second."""
    async with open_jobs(redis_url, QUICK) as opened:
        yield opened


@pytest.fixture
def until() -> Callable[[Callable[[], Awaitable[object]]], Awaitable[None]]:
    """Waits until an async condition holds, up to a generous deadline."""

    async def wait(condition: Callable[[], Awaitable[object]]) -> None:
        async with asyncio.timeout(30):
            while not await condition():  # noqa: ASYNC110 - it asks a server, which sets no Event
                await asyncio.sleep(0.02)

    return wait


@pytest.fixture
async def working() -> AsyncIterator[Callable[[Jobs], Awaitable[asyncio.Task[None]]]]:
    """Starts workers on queues of this process, and stops them with the test."""
    async with AsyncExitStack() as stack:

        async def start(queue: Jobs) -> asyncio.Task[None]:
            return await stack.enter_async_context(_at_work(queue))

        yield start


@asynccontextmanager
async def _at_work(queue: Jobs) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(queue.work())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})


@pytest.fixture
def worker(redis_url: str) -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """Starts worker processes by name, and kills what is left of them."""
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(WORKER), redis_url, name, "1.0"]
        started.append(subprocess.Popen(command, cwd=WORKER.parents[2], stderr=subprocess.DEVNULL))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
