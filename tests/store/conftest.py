"""A store on empty servers, and one whose servers are both down."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from bot.store import Store, open_store


@pytest.fixture
async def url(fresh_database: Callable[[], Awaitable[str]]) -> str:
    """The URL of an empty database."""
    return await fresh_database()


@pytest.fixture
async def store(url: str, redis_url: str) -> AsyncIterator[Store]:
    """A store on empty servers; three questions an hour."""
    async with open_store(url, redis_url, rate="3/hour") as opened:
        yield opened


@pytest.fixture
def refused_port() -> Iterator[int]:
    """A port that nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound, not listening: connections are refused
        yield held.getsockname()[1]


@pytest.fixture
async def down_store(refused_port: int) -> AsyncIterator[Store]:
    """A store neither of whose servers answers."""
    place = f"127.0.0.1:{refused_port}"
    async with open_store(f"postgresql://x:x@{place}/x", f"redis://{place}/0") as opened:
        yield opened
