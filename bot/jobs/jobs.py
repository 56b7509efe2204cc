"""Runs what the queue holds: several jobs at once, each under a lease that is kept alive.

A job that is running is renewed, so that nobody else takes it; the job of a worker that was killed
is taken over once its lease is over. A handler that raises is called again, a few times, then the
job is given up; one that raises `Later` is called again for as long as it likes. Cancelling `work`
stops it gently: no new job, a grace for those that run, and the rest goes back to the queue at
once.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import structlog

from bot.jobs.queue import Delivery, Queue
from bot.store.errors import StoreError
from bot.store.redis import open_redis
from bot.store.tasks import check_cancelled, end
from bot.traces import OFF, Traces, carrier

_log = structlog.get_logger()

T = TypeVar("T")

_TRACE = "traceparent"  # in a payload, beside what the surface put there
_TURN_SECONDS = 5.0  # a loop that has its hands full still shows that it lives
_PAUSE_SECONDS = 0.5  # between two tries while Redis is down


@dataclass(frozen=True, slots=True)
class Job:
    """What a handler is given. `attempt` counts every run from 1, also one that was broken off.

    `age` is in seconds since the job was put.
    """

    id: str
    name: str
    payload: Mapping[str, object]
    attempt: int
    age: float = 0.0


class Later(Exception):
    """What a handler raises when its job cannot be done now: it comes again after a lease.

    That attempt is forgiven, so it is for the handler to say when it is too late.
    """


Handler = Callable[[Job], Awaitable[None]]
"""Does a job. It may be called again for one that it had begun, so its effect must bear that."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How a worker works. Durations are seconds.

    `lease` is how long a silent worker keeps its jobs, `grace` what running jobs get at a stop, and
    the wait before another attempt is `backoff` times the attempts so far, at most a lease.
    """

    concurrency: int = 4
    lease: float = 30.0
    grace: float = 20.0
    attempts: int = 3
    backoff: float = 1.0


class Jobs:
    """The queue as surfaces see it: they register handlers, put jobs, and one of them works."""

    def __init__(
        self, queue: Queue, pace: Pace, waited: Callable[[float], object], traces: Traces
    ) -> None:
        self._queue = queue
        self._traces = traces
        self._pace = pace
        self._waited = waited
        self._handlers: dict[str, Handler] = {}
        self._turned: float | None = None

    def register(self, name: str, handler: Handler) -> None:
        """Say who does the jobs called `name`; before `work` begins."""
        self._handlers[name] = handler

    async def put(self, name: str, payload: Mapping[str, object], id: str) -> bool:  # noqa: A002 - the queue's word
        """Queue a job; False, and nothing done, if its id is known from the last day.

        `payload` is JSON. Once this returns the job survives a crash of ours. Raises StoreError.
        """
        with self._traces.begin("enqueue", carrier(), job=name):
            carried = {_TRACE: parent} if (parent := carrier()) else {}
            return await self._queue.put(name, {**payload, **carried}, id)

    async def depth(self) -> int:
        """Jobs that wait or run. Raises StoreError."""
        return await self._queue.depth()

    def age(self) -> float | None:
        """Seconds since the loop that takes jobs last came round; None before `work`."""
        return None if self._turned is None else time.monotonic() - self._turned

    async def work(self) -> None:
        """Run jobs until cancelled. Goes on by itself after Redis was down."""
        consumer = secrets.token_hex(8)
        running: dict[str, asyncio.Task[None]] = {}
        try:
            while True:
                self._turned = time.monotonic()
                with _logged("queue_down"):
                    await self._queue.prepare()
                    await self._take_and_start(consumer, running)
                await asyncio.sleep(_PAUSE_SECONDS)
        finally:
            await self._stop(consumer, set(running.values()))

    async def _take_and_start(self, consumer: str, running: dict[str, asyncio.Task[None]]) -> None:
        """Fill `running`, tasks by entry; until StoreError or cancelled."""
        while True:
            check_cancelled()
            self._turned = time.monotonic()
            if len(running) >= self._pace.concurrency:
                await asyncio.wait(
                    running.values(), timeout=_TURN_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                await asyncio.sleep(0)  # lets those that ended leave `running`
                continue
            free = self._pace.concurrency - len(running)
            for delivery in await self._queue.take(consumer, free):
                # After an outage longer than the lease we may be given what we still run.
                if delivery.entry not in running:
                    task = asyncio.create_task(self._run(delivery))
                    running[delivery.entry] = task
                    task.add_done_callback(partial(_ended, running, delivery.entry))

    async def _stop(self, consumer: str, running: set[asyncio.Task[None]]) -> None:
        late = running
        try:
            if running:
                _, late = await asyncio.wait(running, timeout=self._pace.grace)
        finally:
            for task in late:
                task.cancel()
        if late:
            await asyncio.wait(late)
        with _logged("not_left"):
            await self._queue.leave(consumer)

    async def _run(self, delivery: Delivery) -> None:
        """See one delivery through; cancelled, it gives the job back."""
        attempt, forgiven = await self._steadily(lambda: self._queue.begin(delivery)) or (0, 0)
        check_cancelled()
        if not attempt:
            return  # another's by now; or Redis is down, and it is delivered again
        if attempt == 1:
            self._waited(delivery.age)
        left = self._pace.attempts + forgiven - attempt
        if left < 0:
            # Workers that were killed in the middle of it count as well.
            await self._give_up(delivery, "its workers died")
            return
        work = asyncio.create_task(self._handle(delivery, attempt))
        lost, stopped = asyncio.Event(), False
        keeper = asyncio.create_task(self._keep(delivery, work, lost))
        try:
            await asyncio.wait({work})
        except asyncio.CancelledError:
            stopped = True
            await end(work)
        await end(keeper)
        if not work.cancelled() and work.exception() is None:
            await self._steadily(lambda: self._queue.finish(delivery))
        elif lost.is_set():
            _log.warning("job_taken_over", id=delivery.id, job=delivery.name)
        elif stopped:
            with _logged("not_released"):  # `leave` frees it too, and the end of its lease
                await self._queue.release(delivery, after=0, count=False)
        else:
            await self._failed(delivery, left, None if work.cancelled() else work.exception())

    async def _handle(self, delivery: Delivery, attempt: int) -> None:
        handler = self._handlers.get(delivery.name)
        if handler is None:
            raise LookupError(f"no handler for jobs called {delivery.name!r}")
        payload = json.loads(delivery.payload)
        parent, age = payload.pop(_TRACE, ""), delivery.age
        with self._traces.begin("job", parent, job=delivery.name, attempt=attempt, waited=age):
            await handler(Job(delivery.id, delivery.name, payload, attempt, age))

    async def _keep(
        self, delivery: Delivery, work: asyncio.Task[None], lost: asyncio.Event
    ) -> None:
        """Renew the lease; when the job is another's, set `lost` and end `work`."""
        while True:
            check_cancelled()  # it may have got lost in a renewal
            await asyncio.sleep(self._pace.lease / 3)
            with _logged("lease_not_renewed"):
                if not await self._queue.renew(delivery):
                    lost.set()
                    await end(work)
                    return

    async def _failed(self, delivery: Delivery, left: int, error: BaseException | None) -> None:
        """Have the job run again if there are attempts `left`, or if its handler asks for that."""
        if isinstance(error, Later):
            _log.warning("job_waits", id=delivery.id, job=delivery.name, why=repr(error.__cause__))
            wait = self._pace.lease
            await self._steadily(lambda: self._queue.release(delivery, after=wait, count=False))
            return
        _log.error("job_failed", id=delivery.id, job=delivery.name, left=left, exc_info=error)
        if left == 0:
            await self._give_up(delivery, type(error).__name__)
            return
        wait = self._pace.backoff * (self._pace.attempts - left)
        await self._steadily(lambda: self._queue.release(delivery, after=wait, count=True))

    async def _give_up(self, delivery: Delivery, reason: str) -> None:
        _log.error("job_given_up", id=delivery.id, job=delivery.name, reason=reason)
        await self._steadily(lambda: self._queue.bury(delivery, reason))

    async def _steadily(self, step: Callable[[], Awaitable[T]]) -> T | None:
        """Do one step of the queue, again and again while Redis is down; None after a lease."""
        deadline = asyncio.get_running_loop().time() + self._pace.lease
        while True:
            try:
                return await step()
            except StoreError as error:
                if asyncio.get_running_loop().time() > deadline:
                    _log.warning("queue_down", error=str(error))
                    return None
            await asyncio.sleep(_PAUSE_SECONDS)


def _ended(running: dict[str, asyncio.Task[None]], entry: str, _: asyncio.Task[None]) -> None:
    del running[entry]


@contextmanager
def _logged(event: str) -> Iterator[None]:
    """Log a StoreError and go on."""
    try:
        yield
    except StoreError as error:
        _log.warning(event, error=str(error), cause=type(error.__cause__).__name__)


@asynccontextmanager
async def open_jobs(
    redis_url: str,
    pace: Pace | None = None,
    *,
    prefix: str = "gamestats:jobs",
    waited: Callable[[float], object] = lambda _seconds: None,
    traces: Traces = OFF,
) -> AsyncIterator[Jobs]:
    """The queue on the Redis at `redis_url`, which need not be up yet.

    `waited` is told, as each job is begun, the seconds for which it has waited.
    """
    pace = pace or Pace()
    async with open_redis(redis_url) as redis:
        yield Jobs(Queue(redis, prefix, pace.lease), pace, waited, traces)
