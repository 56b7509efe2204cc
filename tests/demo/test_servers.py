"""The embedded servers start, answer, and never outlive whoever started them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import asyncpg
import redis

from bot.demo.servers import Servers


async def test_postgres_answers(servers: Servers) -> None:
    """PostgreSQL 18 answers at its URL."""
    connection = await asyncpg.connect(servers.postgres_url("postgres"))
    try:
        assert connection.get_server_version().major == 18
    finally:
        await connection.close()


def test_valkey_answers(redis_url: str) -> None:
    """Valkey is empty at the start of a test and keeps what is written."""
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("a", "1")
        assert client.get("a") == b"1"


async def test_fresh_databases_differ(fresh_database: Callable[[], Awaitable[str]]) -> None:
    """Every call makes another, empty database."""
    first, second = await fresh_database(), await fresh_database()
    assert first != second
    connection = await asyncpg.connect(first)
    try:
        tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        assert await connection.fetchval(tables) == 0
    finally:
        await connection.close()
