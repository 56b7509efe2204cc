"""The sample as the bot meets it: a database of its own and a hardened, read-only role.

`open_sample` makes what is missing on the embedded PostgreSQL; the demo and the tests use it.
"""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from bot.demo.sample.load import load_sample
from bot.demo.sample.spec import SampleSpec
from bot.demo.servers import Servers
from bot.demo.servers.databases import ensure_database, ensure_role
from bot.domain import Event
from bot.semantic import SemanticModel, harden_sql

READER = "game_stats_reader"
"""The role that the bot reads as."""


@dataclass(frozen=True, slots=True)
class SampleDatabase:
    """Where a sample is. `owner_url` may do anything, `reader_url` is what the bot is given."""

    owner_url: str
    reader_url: str
    events: tuple[Event, ...]


async def open_sample(
    servers: Servers, spec: SampleSpec, model: SemanticModel, *, database: str = "tournament"
) -> SampleDatabase:
    """Make the database, the sample and the role where they are missing; harden the role.

    Raises SampleError if the database holds something else.
    """
    owner_url = await ensure_database(servers, database)
    events = await load_sample(owner_url, spec)
    reader_url = await ensure_role(servers, READER, database)
    owner = await asyncpg.connect(owner_url)
    try:
        await owner.execute(harden_sql(model, READER))
    finally:
        await owner.close()
    return SampleDatabase(owner_url, reader_url, events)
