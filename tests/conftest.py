"""What tests share: PostgreSQL and Valkey, and the sample tournament on them, once a session."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
import redis
from hypothesis import settings

from bot.demo.sample import SampleDatabase, SampleSpec, open_sample
from bot.demo.servers import Servers, start_servers
from bot.semantic import load
from bot.settings import Settings

pytest_plugins = [
    "tests.plugins.embedding",
    "tests.plugins.house",
    "tests.plugins.model",
    "tests.plugins.office",
    "tests.plugins.town",
]

SEMANTIC_MODEL = Path(__file__).parents[1] / "bot" / "semantic" / "game_stats.yml"

_numbers = itertools.count(1)


def pytest_configure() -> None:
    """Drawn examples may take their time, and are the same ones each time.

    A busy machine is no failure, and what is green stays so until the code changes. New examples
    are drawn by `pytest --hypothesis-profile exploring`. The settings of whoever runs the tests, a
    demo's for example, are no part of them.
    """
    for name in [name for name in os.environ if name.lower() in Settings.model_fields]:
        del os.environ[name]
    settings.register_profile("steady", deadline=None, derandomize=True)
    settings.register_profile("exploring", deadline=None, print_blob=True)
    settings.load_profile("steady")


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Languages are waited for: on a busy machine the bot would go on in English, as it should."""
    for name in ("ACK_SECONDS", "TONGUE_SECONDS"):
        monkeypatch.setattr(f"bot.slack.people.{name}", 30.0)


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Both servers, empty; gone with the session, whatever ends it."""
    # Not pytest's own folder: root's servers run as nobody, who cannot enter that one.
    folder = Path(tempfile.mkdtemp(prefix="gsb-"))
    try:
        with start_servers(folder, durable=False) as running:
            yield running
            kept = running.folder
        shutil.rmtree(kept, ignore_errors=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def redis_url(servers: Servers) -> str:
    """The URL of a Valkey database that holds nothing."""
    with redis.Redis.from_url(servers.redis_url) as client:
        client.flushall()
    return servers.redis_url


@pytest.fixture
async def fresh_database(servers: Servers) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """Makes empty databases and gives their owner's URL; they go with the test."""
    made: list[str] = []
    admin = await asyncpg.connect(servers.postgres_url("postgres"))

    async def make() -> str:
        name = f"fresh_{next(_numbers)}"
        await admin.execute(f"CREATE DATABASE {name} STRATEGY file_copy")
        made.append(name)
        return servers.postgres_url(name)

    try:
        yield make
        for name in made:
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()


@pytest.fixture(scope="session")
def tournament(servers: Servers) -> SampleDatabase:
    """Three events: one being played, one over, one to come. Tests may not change it."""
    return asyncio.run(open_sample(servers, SampleSpec(), load(SEMANTIC_MODEL)))
