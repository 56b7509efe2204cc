"""The bot as a process in the local workspace, on real servers, checked against Slack's types.

Only the language model's words are a test's to write.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from redis.asyncio import Redis

from bot.demo.child import child
from bot.demo.sample import SampleDatabase
from bot.demo.servers.process import free_port
from bot.demo.workspace import Workspace
from bot.jobs.scripts import GROUP
from bot.store import migrate, open_store
from tests.oracle.check import check
from tests.plugins.house import MODEL, ScriptedOllama

ROOT = Path(__file__).parents[2]
STREAM = "{gamestats:jobs}:stream"
SQL = "SELECT name, seed FROM teams ORDER BY name LIMIT 3"


@dataclass
class Office:
    """A workspace, and a bot that can be started in it."""

    workspace: Workspace
    ollama: ScriptedOllama
    environment: dict[str, str]
    log: Path

    @contextlib.asynccontextmanager
    async def bot(self, *options: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """Run `game-stats-bot` until the block is left."""
        command = [sys.executable, "-m", "bot.cli", *(options or ("serve",))]
        async with child(command, self.log, self.environment) as process:
            await self.workspace.until(self.workspace.connected, timeout=60)
            yield process

    async def kill(self, process: asyncio.subprocess.Process) -> None:
        """SIGKILL the bot, and let the leases of its jobs be over, so that no test waits for one.

        How long a lease is, tests/jobs says.
        """
        for each in psutil.Process(process.pid).children(recursive=True):
            each.send_signal(signal.SIGKILL)
        await process.wait()
        async with Redis.from_url(self.environment["REDIS_URL"], decode_responses=True) as redis:
            for held in await redis.xpending_range(STREAM, GROUP, "-", "+", 100):
                holder, entry = held["consumer"], held["message_id"]
                await redis.xclaim(STREAM, GROUP, holder, 0, [entry], idle=3_600_000, justid=True)

    async def reply(self, channel: str, ts: str, words: str) -> dict[str, Any]:
        """The reply in a thread once it contains these words."""

        def found() -> dict[str, Any] | None:
            replies = self.workspace.replies(channel, ts)
            return next((each for each in replies if words in str(each)), None)

        return await self.workspace.until(found, timeout=60)


@pytest.fixture
async def office(
    ollama: ScriptedOllama,
    tournament: SampleDatabase,
    fresh_database: Callable[[], Awaitable[str]],
    redis_url: str,
    tmp_path: Path,
) -> AsyncIterator[Office]:
    """#spring-classic is bound, #winter-cup is not."""
    own = await fresh_database()
    await migrate(own)
    manifest = ROOT / "manifest.yml"
    # A click is good for longer than Slack's three seconds: a busy machine is no failure.
    async with Workspace(
        manifest=manifest, limited=False, inspect=check, trigger_seconds=60
    ) as workspace:
        async with open_store(own, redis_url) as store:
            team, channel = workspace.state.team, workspace.channel("spring-classic").id
            await store.bindings.bind(team, channel, (tournament.events[0].id,), "U1")
        environment = {
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": tournament.reader_url,
            "BOT_DATABASE_URL": own,
            "REDIS_URL": redis_url,
            "OLLAMA_BASE_URL": ollama.url,
            "OLLAMA_MODEL": MODEL,
            "SLACK_API_URL": workspace.api_url,
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_APP_TOKEN": workspace.app_token,
            "HTTP_PORT": str(free_port()),
        }
        ollama.answers["first three"] = SQL
        yield Office(workspace, ollama, environment, tmp_path / "bot.log")
