"""The house as `eval` opens it: the sample of today, played twice, and each event alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import pytest

from bot.app import open_app, prepare
from bot.demo.sample import Copies, SampleDatabase, SampleSpec, open_copies, open_sample
from bot.demo.servers import Servers
from bot.semantic import load
from bot.settings import Settings
from tests.conftest import SEMANTIC_MODEL
from tests.plugins.house import MODEL, House, ScriptedOllama


@pytest.fixture(scope="session")
def copies(servers: Servers) -> tuple[SampleDatabase, Copies]:
    """The sample of today, since questions speak of today and tomorrow, and its copies."""

    async def make() -> tuple[SampleDatabase, Copies]:
        spec, model = SampleSpec(today=datetime.now(UTC).date()), load(SEMANTIC_MODEL)
        sample = await open_sample(servers, spec, model, database="tournament_today")
        return sample, await open_copies(servers, spec, model)

    return asyncio.run(make())


@pytest.fixture
async def judged_house(
    ollama: ScriptedOllama,
    copies: tuple[SampleDatabase, Copies],
    fresh_database: Callable[[], Awaitable[str]],
    redis_url: str,
) -> AsyncIterator[House]:
    """The app with everything that an evaluation judges on."""
    sample, other = copies
    settings = Settings(
        _env_file=None,
        database_url=sample.reader_url,
        bot_database_url=await fresh_database(),
        redis_url=redis_url,
        ollama_base_url=ollama.url,
        ollama_model=MODEL,
        cache_seconds=0,
        eval_database_url=other.again_url,
        eval_alone_url=other.alone_url,
    )
    async with open_app(settings) as app:
        await prepare(app)
        yield House(app, sample, ollama)
