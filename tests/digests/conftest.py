"""The real bot on the sample tournament, in a local workspace, with a clock that a test sets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.demo.workspace import Workspace
from bot.digests import Digests
from bot.slack import SlackConfig, SlackSurface, open_slack
from tests.oracle.check import check
from tests.plugins.house import House

MANIFEST = Path(__file__).parents[2] / "manifest.yml"
PLAYED = datetime(2026, 5, 16, 18, 5, tzinfo=UTC)
"""A moment of the day on which the sample's first event is being played."""


@dataclass
class Clock:
    """What time it is for digests; not for the databases."""

    now: datetime = PLAYED

    def __call__(self) -> datetime:
        """That time."""
        return self.now


@dataclass
class Stage:
    """Maya is an admin, Sam is not. The channel is #general, bound to the first event."""

    house: House
    workspace: Workspace
    slack: SlackSurface
    digests: Digests
    clock: Clock
    team: str
    channel: str

    async def say(self, words: str, user: str = "maya") -> dict[str, Any]:
        """Type `/stats-digest`, and what the person is told."""
        before = len(self.workspace.ephemerals(user, "general"))
        await self.workspace.command(user, "general", f"/stats-digest {words}")
        told = await self.workspace.until(
            lambda: self.workspace.ephemerals(user, "general")[before:]
        )
        return dict(told[-1])

    async def told(self, words: str) -> str:
        """Wait until Maya is told this; all that she was told."""

        def found() -> str:
            said = json.dumps(self.workspace.ephemerals("maya", "general"), ensure_ascii=False)
            return said if words in said else ""

        return await self.workspace.until(found)

    async def tick(self, **passes: float) -> int:
        """Let time pass, look what is due, and wait until it is done; how many were due."""
        self.clock.now += timedelta(**passes)
        count = await self.digests.put_due(self.clock.now)
        await self.idle()
        return count

    async def look(self) -> None:
        """Let a minute pass for live messages, look at them, and wait until it is done."""
        self.clock.now += timedelta(minutes=1)
        async with self.house.app.answering.store.database.connection() as connection:
            await connection.execute("UPDATE bot.live SET edited_at = now() - interval '1 minute'")
        await self.digests.live.put_due(self.clock.now)
        await self.idle()

    async def idle(self) -> None:
        """Wait until no job waits or runs."""
        async with asyncio.timeout(20):
            while await self.house.app.jobs.depth():  # noqa: ASYNC110 (Redis has no event for this)
                await asyncio.sleep(0.02)

    def posts(self) -> list[dict[str, Any]]:
        """What the channel shows."""
        return self.workspace.messages("general")


@pytest.fixture
async def stage(house: House) -> AsyncIterator[Stage]:
    """The bot at work, connected over Socket Mode."""
    clock, app = Clock(), house.app
    digests = replace(app.digests, clock=clock, live=replace(app.digests.live, clock=clock))
    async with Workspace(manifest=MANIFEST, limited=False, inspect=check) as workspace:
        config = SlackConfig(
            bot_token=workspace.bot_token,
            app_token=workspace.app_token,
            signing_secret=workspace.signing_secret,
            api_url=workspace.api_url,
        )
        team, channel = workspace.state.team, workspace.channel("general").id
        await app.answering.bind(team, channel, (house.sample.events[0].id,), "U9")
        async with open_slack(
            config, app.answering, digests, app.jobs, app.metrics, app.answering.store
        ) as slack:
            tasks = [asyncio.create_task(slack.listen()), asyncio.create_task(app.jobs.work())]
            try:
                await workspace.until(workspace.connected)
                yield Stage(house, workspace, slack, digests, clock, team, channel)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
