"""What the queue promises within one process."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import pytest
from redis.asyncio import Redis

from bot.jobs import Job, Jobs, Later, Pace, open_jobs
from bot.store import StoreDown

Until = Callable[[Callable[[], Awaitable[object]]], Awaitable[None]]
Working = Callable[[Jobs], Awaitable[asyncio.Task[None]]]

DEAD, STREAM = "{gamestats:jobs}:dead", "{gamestats:jobs}:stream"


async def test_a_job_reaches_its_handler(jobs: Jobs, working: Working, until: Until) -> None:
    """A job arrives as it was put, and is gone when its handler returns."""
    seen = []

    async def handler(job: Job) -> None:
        seen.append(job)

    jobs.register("greet", handler)
    assert await jobs.put("greet", {"to": "Ünal", "n": [1, None]}, "a")
    await working(jobs)
    await until(lambda: _idle(jobs))
    assert [(job.id, job.name, job.payload, job.attempt) for job in seen] == [
        ("a", "greet", {"to": "Ünal", "n": [1, None]}, 1)
    ]


async def test_jobs_put_before_any_worker_wait(jobs: Jobs, working: Working, until: Until) -> None:
    """Jobs that were put before the first worker ever started are done."""
    seen = []

    async def handler(job: Job) -> None:
        seen.append(job.id)

    jobs.register("n", handler)
    for number in range(5):
        await jobs.put("n", {}, str(number))
    assert await jobs.depth() == 5
    await working(jobs)
    await until(lambda: _idle(jobs))
    assert sorted(seen) == ["0", "1", "2", "3", "4"]


async def test_an_id_is_put_once(jobs: Jobs, working: Working, until: Until) -> None:
    """A second put of an id does nothing while its job waits, while it runs and once it is done."""
    started, go = asyncio.Event(), asyncio.Event()
    runs = []

    async def handler(job: Job) -> None:
        runs.append(job.id)
        started.set()
        await go.wait()

    jobs.register("n", handler)
    assert await jobs.put("n", {}, "same")
    assert not await jobs.put("n", {}, "same")
    await working(jobs)
    await started.wait()
    assert not await jobs.put("n", {}, "same")
    go.set()
    await until(lambda: _idle(jobs))
    assert not await jobs.put("n", {}, "same")
    assert runs == ["same"]


async def test_racing_puts_of_one_id(redis_url: str) -> None:
    """Of many puts of one id at once, through several clients, exactly one succeeds."""
    async with open_jobs(redis_url) as one, open_jobs(redis_url) as two:
        tries = [queue.put("n", {}, "same") for queue in (one, two) for _ in range(20)]
        assert sum(await asyncio.gather(*tries)) == 1
        assert await one.depth() == 1


async def test_a_failing_handler_is_called_again(
    jobs: Jobs, working: Working, until: Until
) -> None:
    """A handler that raises once is called again, and told that it is the second attempt."""
    attempts = []

    async def handler(job: Job) -> None:
        attempts.append(job.attempt)
        if job.attempt == 1:
            raise ValueError("not today")

    jobs.register("n", handler)
    await jobs.put("n", {}, "a")
    await working(jobs)
    await until(lambda: _idle(jobs))
    assert attempts == [1, 2]


async def test_a_job_that_keeps_failing_is_given_up(
    jobs: Jobs, redis: Redis, working: Working, until: Until
) -> None:
    """After the third attempt a job moves to the dead ones."""
    attempts = []

    async def handler(job: Job) -> None:
        attempts.append(job.attempt)
        raise ValueError("never")

    jobs.register("n", handler)
    await jobs.put("n", {"a": 1}, "a")
    await working(jobs)
    await until(lambda: _idle(jobs))
    assert attempts == [1, 2, 3]
    [(_, dead)] = await redis.xrange(DEAD)
    assert dead == {"id": "a", "name": "n", "payload": '{"a": 1}', "reason": "ValueError"}
    assert not await jobs.put("n", {}, "a")


async def test_a_handler_may_wait_for_better_times(
    redis_url: str, working: Working, until: Until
) -> None:
    """A job that is put off comes again and again, its own attempts unspent, until it is done."""
    seen = []

    async def handler(job: Job) -> None:
        seen.append(job)
        if job.attempt <= 5:
            raise Later from ConnectionError("the database is down")
        if job.attempt <= 7:
            raise ValueError("not today")

    async with open_jobs(redis_url, Pace(lease=0.2, backoff=0.01)) as jobs:
        jobs.register("n", handler)
        await jobs.put("n", {}, "a")
        worker = await working(jobs)
        await until(lambda: _idle(jobs))
        worker.cancel()
        await asyncio.wait({worker})
    assert [job.attempt for job in seen] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert 0 <= seen[0].age < seen[5].age


async def test_a_job_without_a_handler_is_given_up(
    jobs: Jobs, redis: Redis, working: Working, until: Until
) -> None:
    """A job that nobody has registered for ends among the dead, and the worker goes on."""
    await jobs.put("unknown", {}, "a")
    await working(jobs)
    await until(lambda: _idle(jobs))
    [(_, dead)] = await redis.xrange(DEAD)
    assert dead["reason"] == "LookupError"


async def test_a_job_that_kills_its_workers_is_given_up(
    jobs: Jobs, redis: Redis, working: Working, until: Until
) -> None:
    """Attempts of workers that died count, so that one job cannot kill worker after worker."""
    await jobs.put("n", {}, "a")
    await redis.hset("{gamestats:jobs}:job:a", "attempts", 3)
    await working(jobs)
    await until(lambda: _idle(jobs))
    [(_, dead)] = await redis.xrange(DEAD)
    assert dead["reason"] == "its workers died"


async def test_no_more_jobs_at_once_than_asked(
    redis_url: str, working: Working, until: Until
) -> None:
    """With a concurrency of two, of six jobs never more than two run."""
    now, most = 0, 0

    async def handler(job: Job) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.05)
        now -= 1

    async with open_jobs(redis_url, Pace(concurrency=2)) as jobs:
        jobs.register("n", handler)
        for number in range(6):
            await jobs.put("n", {}, str(number))
        worker = await working(jobs)
        await until(lambda: _idle(jobs))
        worker.cancel()
        await asyncio.wait({worker})
    assert most == 2


async def test_a_stop_lets_running_jobs_finish(jobs: Jobs, working: Working) -> None:
    """Cancelled, a worker waits for a job that ends within its grace."""
    started, ended = asyncio.Event(), []

    async def handler(job: Job) -> None:
        started.set()
        await asyncio.sleep(0.1)
        ended.append(job.id)

    jobs.register("n", handler)
    await jobs.put("n", {}, "a")
    worker = await working(jobs)
    await started.wait()
    worker.cancel()
    await asyncio.wait({worker})
    assert ended == ["a"]
    assert await jobs.depth() == 0


async def test_a_worker_ends_whenever_it_is_cancelled(jobs: Jobs) -> None:
    """Cancelled at any moment, such as while a command is being sent, a worker ends."""

    async def handler(job: Job) -> None:
        await asyncio.sleep(0.001)

    jobs.register("n", handler)
    for number in range(90):
        await jobs.put("n", {}, str(number))
        worker = asyncio.create_task(jobs.work())
        await asyncio.sleep(number % 30 / 10_000)
        worker.cancel()
        done, _ = await asyncio.wait({worker}, timeout=20)
        assert worker in done


async def test_a_lease_is_not_kept_after_its_worker(
    redis_url: str, monkeypatch: pytest.MonkeyPatch, until: Until
) -> None:
    """What renews a lease ends with its worker, also when its cancellation got lost."""
    others, renewing = asyncio.all_tasks(), asyncio.Event()

    async def renew(_delivery: object) -> bool:
        renewing.set()
        with contextlib.suppress(asyncio.CancelledError):  # as asyncio.wait_for may on 3.11
            await asyncio.sleep(60)
        return True

    async def handler(_job: Job) -> None:
        await renewing.wait()

    async def alone() -> bool:
        return asyncio.all_tasks() <= others

    async with open_jobs(redis_url, Pace(lease=0.1, grace=0.05)) as jobs:
        monkeypatch.setattr(jobs._queue, "renew", renew)
        jobs.register("n", handler)
        await jobs.put("n", {}, "a")
        worker = asyncio.create_task(jobs.work())
        await asyncio.wait_for(renewing.wait(), 30)
        worker.cancel()
        await asyncio.wait({worker})
        await until(alone)


async def test_a_worker_that_left_leaves_nothing(
    jobs: Jobs, redis: Redis, working: Working, until: Until
) -> None:
    """A stopped worker without jobs is gone from the consumer group."""
    worker = await working(jobs)

    async def at_work() -> bool:
        known = await redis.exists(STREAM) and await redis.xinfo_consumers(STREAM, "workers")
        return bool(known)

    await until(at_work)
    worker.cancel()
    await asyncio.wait({worker})
    assert await redis.xinfo_consumers(STREAM, "workers") == []


async def test_what_was_delivered_but_not_begun_is_freed(jobs: Jobs, redis: Redis) -> None:
    """Entries whose delivery got lost on the way are free at once when their worker leaves."""
    await jobs.put("n", {}, "a")
    queue = jobs._queue
    await queue.prepare()
    assert len(await queue.take("first", 1)) == 1
    await queue.leave("first")
    [delivery] = await queue.take("second", 1)
    assert delivery.id == "a"
    assert await queue.begin(delivery) == (1, 0)


async def test_a_worker_is_not_given_what_it_runs(
    jobs: Jobs, redis: Redis, working: Working, until: Until
) -> None:
    """A lease that ran out although its holder lives, as in an outage, starts no second run."""
    started, runs = asyncio.Event(), []

    async def handler(job: Job) -> None:
        runs.append(job.id)
        started.set()
        await asyncio.sleep(1)

    jobs.register("n", handler)
    await jobs.put("n", {}, "a")
    await working(jobs)
    await started.wait()
    [held] = await redis.xpending_range(STREAM, "workers", "-", "+", 10)
    holder, entry = held["consumer"], held["message_id"]
    await redis.xclaim(STREAM, "workers", holder, 0, [entry], idle=60_000, justid=True)
    await until(lambda: _idle(jobs))
    assert runs == ["a"]


async def test_a_worker_survives_lost_data(
    jobs: Jobs, redis: Redis, working: Working, until: Until
) -> None:
    """Redis comes back empty in the middle of a job: the job ends, and later ones are done."""
    started, seen = asyncio.Event(), []

    async def handler(job: Job) -> None:
        started.set()
        await asyncio.sleep(1.5)
        seen.append(job.id)

    jobs.register("n", handler)
    await jobs.put("n", {}, "a")
    await working(jobs)
    await started.wait()
    await redis.flushall()
    await jobs.put("n", {}, "b")

    await until(lambda: _equal(seen, ["a", "b"]))


async def test_redis_that_is_down_is_an_outage(refused_redis_url: str) -> None:
    """Without Redis, put and depth raise StoreDown."""
    async with open_jobs(refused_redis_url) as jobs:
        with pytest.raises(StoreDown):
            await jobs.put("n", {}, "a")
        with pytest.raises(StoreDown):
            await jobs.depth()


async def _idle(jobs: Jobs) -> bool:
    return await jobs.depth() == 0


async def _equal(seen: list[str], wanted: list[str]) -> bool:
    return seen == wanted
