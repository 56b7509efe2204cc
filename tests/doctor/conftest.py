"""A deployment in which all is well, on real servers; a test breaks one thing of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.demo.sample import SampleDatabase
from bot.demo.workspace import Workspace
from bot.doctor import Finding, Grade, examine
from bot.settings import Settings
from bot.store import migrate
from tests.plugins.house import MODEL, ScriptedOllama

MANIFEST = Path(__file__).parents[2] / "manifest.yml"


@dataclass(frozen=True)
class Deployment:
    """What stands, and the settings that fit it."""

    workspace: Workspace
    ollama: ScriptedOllama
    settings: dict[str, Any]

    async def examined(
        self, *, ahead: float = 0.0, seconds: float = 20.0, **changed: Any
    ) -> tuple[Finding, ...]:
        """All findings with settings changed and this machine's clock `ahead` by seconds."""
        settings = Settings(_env_file=None, **(self.settings | changed))
        clock = self.workspace.state.clock
        return await examine(settings, now=lambda: clock() + ahead, seconds=seconds)

    async def faults(self, *, ahead: float = 0.0, **changed: Any) -> dict[str, Grade]:
        """What is not well, by its code."""
        found = await self.examined(ahead=ahead, **changed)
        return {each.code: each.grade for each in found if each.grade is not Grade.OK}


@pytest.fixture
async def deployment(
    ollama: ScriptedOllama,
    tournament: SampleDatabase,
    fresh_database: Callable[[], Awaitable[str]],
    redis_url: str,
) -> AsyncIterator[Deployment]:
    """Everything as it should be."""
    own = await fresh_database()
    await migrate(own)
    async with Workspace(manifest=MANIFEST, limited=False) as workspace:
        settings = {
            "database_url": tournament.reader_url,
            "bot_database_url": own,
            "redis_url": redis_url,
            "ollama_base_url": ollama.url,
            "ollama_model": MODEL,
            "slack_api_url": workspace.api_url,
            "slack_bot_token": workspace.bot_token,
            "slack_app_token": workspace.app_token,
        }
        yield Deployment(workspace, ollama, settings)
