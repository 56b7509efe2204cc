"""One way to open a Redis client, for the store and for the queue."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff


@asynccontextmanager
async def open_redis(url: str, *, answer_seconds: float = 5.0) -> AsyncIterator[Redis]:
    """A client of the server at `url`, which need not be up yet. Replies are texts.

    A command waits `answer_seconds` for its reply, and is sent again a few times over about half a
    second when the connection is lost: every command of ours may be sent twice.
    """
    client = Redis.from_url(
        url,
        decode_responses=True,
        socket_connect_timeout=2.0,
        socket_timeout=answer_seconds,
        health_check_interval=30,
        retry=Retry(ExponentialBackoff(cap=0.3, base=0.05), retries=3),
    )
    async with client:
        yield client
