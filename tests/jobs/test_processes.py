"""What the queue promises when workers are processes that die."""

import asyncio
import signal
import subprocess
from collections.abc import Awaitable, Callable

from redis.asyncio import Redis

from bot.jobs import Jobs

StartWorker = Callable[[str], subprocess.Popen[bytes]]
Until = Callable[[Callable[[], Awaitable[object]]], Awaitable[None]]


async def test_two_processes_do_a_job_once(
    jobs: Jobs, redis: Redis, worker: StartWorker, until: Until
) -> None:
    """Twenty jobs and two worker processes: each job is begun and ended once."""
    worker("a")
    worker("b")
    for number in range(20):
        assert await jobs.put("sleep", {"seconds": 0.05}, f"job-{number}")

    async def idle() -> bool:
        return await redis.llen("log") >= 40 and await jobs.depth() == 0

    await until(idle)
    log = await redis.lrange("log", 0, -1)
    assert len([line for line in log if line.startswith("began")]) == 20
    assert len([line for line in log if line.startswith("ended")]) == 20


async def test_a_killed_workers_job_is_taken_over(
    jobs: Jobs, redis: Redis, worker: StartWorker, until: Until
) -> None:
    """SIGKILL in the middle of a job: another worker finishes it, once, on an idle queue."""
    first = worker("a")
    await jobs.put("sleep", {"seconds": 2}, "one")
    await until(lambda: redis.llen("log"))
    first.send_signal(signal.SIGKILL)
    worker("b")

    await until(lambda: _idle(jobs))
    assert await redis.lrange("log", 0, -1) == ["began:a:1", "began:b:2", "ended:b"]
    assert not await jobs.put("sleep", {"seconds": 2}, "one")


async def test_a_job_longer_than_the_lease_is_not_run_twice(
    jobs: Jobs, redis: Redis, worker: StartWorker, until: Until
) -> None:
    """A job of three leases runs on one of two workers, although both look for abandoned jobs."""
    worker("a")
    worker("b")
    await jobs.put("sleep", {"seconds": 3}, "long")

    await until(lambda: _idle(jobs))
    log = await redis.lrange("log", 0, -1)
    assert [line.split(":")[0] for line in log] == ["began", "ended"]


async def test_a_frozen_worker_loses_its_job(
    jobs: Jobs, redis: Redis, worker: StartWorker, until: Until
) -> None:
    """A worker that is frozen for longer than the lease finds, awake, that its job is another's."""
    frozen = worker("a")
    await jobs.put("sleep", {"seconds": 4}, "one")
    await until(lambda: redis.llen("log"))
    frozen.send_signal(signal.SIGSTOP)
    worker("b")

    async def taken_over() -> bool:
        return await redis.llen("log") == 2

    await until(taken_over)
    frozen.send_signal(signal.SIGCONT)

    await until(lambda: _idle(jobs))
    await asyncio.sleep(1)
    assert await redis.lrange("log", 0, -1) == ["began:a:1", "began:b:2", "ended:b"]


async def test_a_stopped_workers_job_is_free_at_once(
    jobs: Jobs, redis: Redis, worker: StartWorker, until: Until
) -> None:
    """SIGTERM: the job that outlasts the grace goes back, and its next run knows of this one."""
    first = worker("a")
    await jobs.put("sleep", {"seconds": 1}, "one")
    await until(lambda: redis.llen("log"))
    first.terminate()
    assert await asyncio.to_thread(first.wait, 20) == 0
    worker("b")

    await until(lambda: _idle(jobs))
    assert await redis.lrange("log", 0, -1) == ["began:a:1", "began:b:2", "ended:b"]


async def _idle(jobs: Jobs) -> bool:
    return await jobs.depth() == 0
