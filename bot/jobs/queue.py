"""The durable queue in Redis Streams: put, take, hold, end. What runs the jobs is in `jobs`.

Delivery is at least once: an entry stays until it is finished, and one whose holder has been silent
for the lease is handed to another worker. An id is put once: as long as its job waits or runs, and
for a day after, a second `put` does nothing.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import ResponseError

from bot.jobs import scripts
from bot.store.errors import translated

REMEMBERED_SECONDS = 24 * 3600
"""How long an id is known after its job was put, begun or ended."""

Entry: TypeAlias = tuple[str, dict[str, str]]

_FORGOTTEN_MS = 3_600_000  # a consumer that is silent for so long and holds nothing is dead


@dataclass(frozen=True, slots=True)
class Delivery:
    """An entry of the stream as `consumer` was given it. `payload` is JSON text."""

    consumer: str
    entry: str
    id: str
    name: str
    payload: str

    @property
    def age(self) -> float:
        """Seconds since the job was put, which Redis has written into the entry's id."""
        return time.time() - int(self.entry.partition("-")[0]) / 1000


class Queue:
    """The queue whose keys begin with `prefix`. Leases are in seconds. Methods raise StoreError."""

    def __init__(self, redis: Redis, prefix: str, lease: float) -> None:
        self._redis = redis
        self._lease_ms = max(1, int(lease * 1000))
        self._prefix = prefix
        self._stream = f"{{{prefix}}}:stream"
        self._dead = f"{{{prefix}}}:dead"
        self._put = redis.register_script(scripts.PUT)
        self._begin = redis.register_script(scripts.BEGIN)
        self._renew = redis.register_script(scripts.RENEW)
        self._finish = redis.register_script(scripts.FINISH)
        self._bury = redis.register_script(scripts.BURY)
        self._release = redis.register_script(scripts.RELEASE)
        self._leave = redis.register_script(scripts.LEAVE)
        self._sweep = redis.register_script(scripts.SWEEP)

    async def put(self, name: str, payload: Mapping[str, object], id: str) -> bool:  # noqa: A002 - the queue's word
        """Add a job, unless its id is known already: then False."""
        # The token tells a command that was sent again from a second put.
        values: list[str | int] = [
            id,
            name,
            json.dumps(payload),
            secrets.token_hex(8),
            REMEMBERED_SECONDS,
        ]
        with translated():
            return bool(await self._put(keys=[self._stream, self._job(id)], args=values))

    async def depth(self) -> int:
        """Jobs that wait or run."""
        with translated():
            return int(await self._redis.xlen(self._stream))

    async def prepare(self) -> None:
        """Make the consumer group, if it is missing, and forget dead consumers."""
        with translated():
            with suppress(ResponseError):  # BUSYGROUP: it is there
                await self._redis.xgroup_create(self._stream, scripts.GROUP, id="0", mkstream=True)
            await self._sweep(keys=[self._stream], args=[scripts.GROUP, _FORGOTTEN_MS])

    async def take(self, consumer: str, count: int) -> list[Delivery]:
        """Up to `count` entries: abandoned ones first, then new ones, else [] after a while."""
        with translated():
            found = await self._abandoned(consumer, count) or await self._new(consumer, count)
        return [
            Delivery(consumer, entry, fields["id"], fields["name"], fields["payload"])
            for entry, fields in found
        ]

    async def begin(self, delivery: Delivery) -> tuple[int, int]:
        """Count an attempt, from 1 (0 if the entry is no longer ours); and those forgiven."""
        attempt, forgiven = await self._held(self._begin, delivery, REMEMBERED_SECONDS)
        return attempt, forgiven

    async def renew(self, delivery: Delivery) -> bool:
        """Start the lease anew; False if another has taken the job over or finished it."""
        return bool(await self._held(self._renew, delivery))

    async def finish(self, delivery: Delivery) -> None:
        """End a job for good."""
        with translated():
            await self._finish(
                keys=[self._stream, self._job(delivery.id)],
                args=[scripts.GROUP, delivery.entry, REMEMBERED_SECONDS],
            )

    async def bury(self, delivery: Delivery, reason: str) -> None:
        """Give a job up: it moves to the dead ones."""
        job = (delivery.id, delivery.name, delivery.payload)
        await self._held(self._bury, delivery, REMEMBERED_SECONDS, *job, reason)

    async def release(self, delivery: Delivery, *, after: float, count: bool) -> None:
        """Let any worker take the job in `after` seconds (at most a lease).

        `count` says whether this attempt counts; if not, it is forgiven.
        """
        idle = max(0, self._lease_ms - int(after * 1000))
        await self._held(self._release, delivery, idle, 0 if count else 1)

    async def leave(self, consumer: str) -> None:
        """Free what `consumer` holds still; it takes no more."""
        with translated():
            await self._leave(keys=[self._stream], args=[scripts.GROUP, consumer, self._lease_ms])

    def _job(self, id: str) -> str:  # noqa: A002 - the queue's word
        return f"{{{self._prefix}}}:job:{id}"

    async def _held(self, script: AsyncScript, delivery: Delivery, *values: str | int) -> Any:
        keys = [self._stream, self._job(delivery.id), self._dead]
        args = [scripts.GROUP, delivery.consumer, delivery.entry, *values]
        with translated():
            return await script(keys=keys, args=args)

    async def _abandoned(self, consumer: str, count: int) -> list[Entry]:
        cursor = "0-0"
        while True:
            cursor, entries, *_ = await self._redis.xautoclaim(
                self._stream, scripts.GROUP, consumer, self._lease_ms, cursor, count=count
            )
            if entries or cursor == "0-0":
                return list(entries)

    async def _new(self, consumer: str, count: int) -> list[Entry]:
        wait = max(10, min(1000, self._lease_ms // 4))
        streams: Any = await self._redis.xreadgroup(
            scripts.GROUP, consumer, {self._stream: ">"}, count=count, block=wait
        )
        return [entry for _, entries in streams for entry in entries]
