"""What the queue promises when Redis itself goes away and comes back with its data."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.demo.servers.account import server_account
from bot.demo.servers.process import free_port
from bot.demo.servers.programs import find_programs
from bot.jobs import Job, Jobs, Pace, open_jobs
from bot.store import StoreDown


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[tuple[str, Callable[[], None], Callable[[], None]]]:
    """A Valkey of the test's own that keeps its data: its URL, a start and a stop."""
    program, port = find_programs(server_account()).valkey, free_port()
    running: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", tmp_path]
        durable = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
        running.append(subprocess.Popen([*command, *durable], stdout=subprocess.DEVNULL))

    def stop() -> None:
        process = running.pop()
        process.kill()
        process.wait()

    yield f"redis://127.0.0.1:{port}/0", start, stop
    while running:
        stop()


async def test_jobs_and_workers_outlive_a_restart(
    valkey: tuple[str, Callable[[], None], Callable[[], None]],
) -> None:
    """A worker started before Redis waits for it; Redis dies twice, and each job is done once."""
    url, start, stop = valkey
    started, ended, go = [], [], asyncio.Event()

    async def handler(job: Job) -> None:
        started.append(job.id)
        await go.wait()
        ended.append(job.id)

    async with open_jobs(url, Pace(concurrency=1, lease=20)) as jobs:
        jobs.register("n", handler)
        worker = asyncio.create_task(jobs.work())
        with pytest.raises(StoreDown):
            await jobs.put("n", {}, "early")
        start()
        await _put(jobs, "running")
        await _put(jobs, "waiting")
        await _until(lambda: started == ["running"])
        stop()  # one job runs, one waits
        start()
        await _depth(jobs, 2)
        stop()
        go.set()  # the running job ends while Redis is down
        await _until(lambda: ended == ["running"])
        start()
        await _depth(jobs, 0)
        worker.cancel()
        await asyncio.wait({worker})
    assert started == ended == ["running", "waiting"]


async def _put(jobs: Jobs, id: str) -> None:  # noqa: A002 - as the method calls it
    async with asyncio.timeout(30):
        while True:
            try:
                assert await jobs.put("n", {}, id)
            except StoreDown:
                continue
            return


async def _depth(jobs: Jobs, wanted: int) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                if await jobs.depth() == wanted:
                    return
            except StoreDown:
                pass
            await asyncio.sleep(0.05)


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - plain lists, which set no Event
            await asyncio.sleep(0.02)
