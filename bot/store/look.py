"""How the bot's own servers are, for an operator: nothing is made or changed.

Raises StoreError.
"""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg
import redis.exceptions as redis_errors
from redis.asyncio import Redis

from bot.store.errors import translated
from bot.store.redis import open_redis

_CONNECT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class DatabaseLook:
    """`revision` is that of the bot's tables, empty before their first use.

    `may_create` says whether the role can make and change them, `vector` whether pgvector is
    installed in this database, `vector_possible` whether it could be.
    """

    revision: str
    may_create: bool
    vector: bool
    vector_possible: bool


@dataclass(frozen=True, slots=True)
class RedisLook:
    """`lasting` says whether waiting questions survive a restart; `policy` is maxmemory-policy.

    `lasting` is None if the server does not tell. `limited` says that there is a maxmemory.
    """

    name: str
    version: str
    policy: str
    limited: bool
    replica: bool
    lasting: bool | None


_DATABASE = """
    SELECT pg_catalog.to_regclass('bot.alembic_version') IS NOT NULL AS made,
           CASE WHEN pg_catalog.to_regnamespace('bot') IS NULL
                THEN pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
                ELSE pg_catalog.has_schema_privilege('bot', 'CREATE') END AS may_create,
           EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'vector') AS vector,
           EXISTS (SELECT FROM pg_catalog.pg_available_extensions WHERE name = 'vector')
             AS vector_possible
"""


async def look_at_database(url: str) -> DatabaseLook:
    """The bot's own database at `url`."""
    with translated():
        connection = await asyncpg.connect(url, timeout=_CONNECT_SECONDS, command_timeout=5)
        try:
            row = await connection.fetchrow(_DATABASE)
            assert row is not None
            revision = ""
            if row["made"]:
                revision = await connection.fetchval("SELECT version_num FROM bot.alembic_version")
        finally:
            await connection.close(timeout=_CONNECT_SECONDS)
    return DatabaseLook(revision or "", row["may_create"], row["vector"], row["vector_possible"])


async def look_at_redis(url: str) -> RedisLook:
    """The Redis or Valkey server at `url`."""
    with translated():
        async with open_redis(url) as client:
            info = await client.info("everything")
            lasting = bool(info.get("aof_enabled")) or await _saves(client)
    return RedisLook(
        name="Valkey" if "valkey_version" in info else "Redis",
        version=str(info.get("valkey_version") or info.get("redis_version", "")),
        policy=str(info.get("maxmemory_policy", "")),
        limited=bool(info.get("maxmemory")),
        replica=info.get("role") == "slave",
        lasting=lasting,
    )


async def _saves(client: Redis) -> bool | None:
    try:
        return bool((await client.config_get("save")).get("save"))
    except redis_errors.ResponseError:
        return None  # a server of somebody's that does not let us ask
