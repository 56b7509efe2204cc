"""Databases and roles on the embedded PostgreSQL; both are made only where they are missing."""

from __future__ import annotations

import asyncpg

from bot.demo.servers.run import Servers


async def ensure_database(servers: Servers, name: str) -> str:
    """Make the database unless it is there; gives the superuser's URL for it."""
    return await _ensure(
        servers, "SELECT 1 FROM pg_database WHERE datname = $1", name, f'CREATE DATABASE "{name}"'
    )


async def ensure_role(servers: Servers, role: str, database: str) -> str:
    """Make a role that can log in and do nothing else; gives its URL for the database."""
    make = f"CREATE ROLE \"{role}\" LOGIN PASSWORD '{servers.password(role)}'"
    await _ensure(servers, "SELECT 1 FROM pg_roles WHERE rolname = $1", role, make)
    return servers.postgres_url(database, role)


async def _ensure(servers: Servers, question: str, name: str, make: str) -> str:
    assert name.isidentifier()  # names are ours, never a stranger's
    connection = await asyncpg.connect(servers.postgres_url("postgres"))
    try:
        if not await connection.fetchval(question, name):
            await connection.execute(make)
    finally:
        await connection.close()
    return servers.postgres_url(name)
