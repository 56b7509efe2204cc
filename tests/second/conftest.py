"""Chinook as a deployment has it: drafted by `schema init`, hardened, behind the whole house."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from bot.app import App, draft_schema, open_app, prepare
from bot.demo.servers import Servers
from bot.demo.servers.databases import ensure_database, ensure_role
from bot.semantic import SemanticModel, harden_sql, load
from bot.settings import Settings
from tests.plugins.house import MODEL, ScriptedOllama
from tests.second.chinook import fill

READER = "chinook_reader"


@dataclass(frozen=True)
class Second:
    """The filled database, its hardened reader, and the draft that nobody has edited."""

    owner_url: str
    reader_url: str
    path: Path
    model: SemanticModel


@pytest.fixture(scope="session")
def second(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Second:
    """Chinook with its customers as the tenants."""
    return made(servers, tmp_path_factory.mktemp("second") / "model.yml")


def made(servers: Servers, path: Path) -> Second:
    """The same on given servers, with the draft in `path`."""
    owner_url, draft = asyncio.run(drafted(servers))
    path.write_text(draft)
    model = load(path)
    return Second(owner_url, asyncio.run(hardened(servers, "chinook", model)), path, model)


async def drafted(servers: Servers) -> tuple[str, str]:
    """The owner's URL of a filled database, and the draft of its model."""
    owner_url = await ensure_database(servers, "chinook")
    await fill(owner_url)
    settings = Settings(_env_file=None, database_url=owner_url)
    return owner_url, await draft_schema(settings, "chinook_customer")


async def hardened(servers: Servers, database: str, model: SemanticModel) -> str:
    """The URL of a reader that may read the model's columns of bound tenants alone."""
    url = await ensure_role(servers, READER, database)
    owner = await asyncpg.connect(servers.postgres_url(database))
    try:
        await owner.execute(harden_sql(model, READER))
    finally:
        await owner.close()
    return url


@pytest.fixture
async def shop(
    second: Second,
    ollama: ScriptedOllama,
    fresh_database: Callable[[], Awaitable[str]],
    redis_url: str,
) -> AsyncIterator[App]:
    """The app on Chinook."""
    settings = Settings(
        _env_file=None,
        database_url=second.reader_url,
        semantic_model=second.path,
        bot_database_url=await fresh_database(),
        redis_url=redis_url,
        ollama_base_url=ollama.url,
        ollama_model=MODEL,
        rate_limit="100/hour",
    )
    async with open_app(settings) as app:
        await prepare(app)
        yield app
