"""Two workspaces and one bot for both: the real app, over HTTP, on real servers.

Both workspaces have the same channels and people by id; only the teams differ.
"""

from __future__ import annotations

import asyncio
import html
import re
import secrets
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.fernet import Fernet
from starlette.applications import Starlette

from bot.demo.workspace import Workspace
from bot.demo.workspace.server import serving
from bot.demo.workspace.several import Several, several
from bot.distribution import PREFIX
from bot.slack import SlackConfig, SlackSurface, open_slack
from bot.slack.oauth import INSTALL_PATH, Distribution
from bot.store import Installations, Keys
from tests.oracle.check import check
from tests.plugins.house import House

MANIFEST = Path(__file__).parents[2] / "manifest.yml"
SQL = "SELECT name, seed FROM teams ORDER BY name LIMIT 3"


@dataclass
class Town:
    """Two desks, the Slack that both are on, and the bot's address. `browser` keeps cookies."""

    house: House
    slack: Several
    first: Workspace
    second: Workspace
    url: str
    surface: SlackSurface
    installations: Installations
    key: str
    browser: httpx.AsyncClient = field(repr=False)

    async def button(self, browser: httpx.AsyncClient | None = None) -> str:
        """The address behind the button of the install page."""
        page = await (browser or self.browser).get(self.url + INSTALL_PATH)
        assert page.status_code == 200
        found = re.search(r'href="([^"]*oauth[^"]*)"', page.text)
        assert found
        return html.unescape(found[1])

    async def install(self, workspace: Workspace) -> httpx.Response:
        """Install as a person does: the page, Slack's page, and back."""
        return await self.browser.get(self.slack.approve(workspace, await self.button()))

    def again(self) -> Installations:
        """The same table as another process sees it."""
        store = self.house.app.answering.store
        return Installations(store.database, store.redis, PREFIX, Keys(self.key))

    async def bind(self, workspace: Workspace, number: int) -> None:
        """Bind #general there to an event of the sample."""
        store, event = self.house.app.answering.store, self.house.sample.events[number]
        place = workspace.channel("general").id
        await store.bindings.bind(workspace.state.team, place, (event.id,), "U1")

    async def ask(self, workspace: Workspace, words: str = "first three") -> str:
        """Mention the bot in #general; the ts of the question."""
        return workspace.post("maya", "general", f"@Game Stats {words}")

    async def reply(self, workspace: Workspace, ts: str, words: str) -> dict[str, Any]:
        """The reply once it contains these words."""

        def found() -> dict[str, Any] | None:
            replies = workspace.replies("general", ts)
            return next((each for each in replies if words in str(each)), None)

        return await workspace.until(found, timeout=30)

    async def count(self, table: str, team: str) -> int:
        """The rows of a team in one of the bot's tables."""
        async with self.house.app.answering.store.database.connection() as connection:
            return int(
                await connection.fetchval(
                    f"SELECT count(*) FROM bot.{table} WHERE team = $1",
                    team,
                )
            )


@pytest.fixture
async def town(house: House) -> AsyncIterator[Town]:
    """Nobody has installed the bot yet."""
    house.ollama.answers["first three"] = SQL
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    secret, key = secrets.token_hex(16), Fernet.generate_key().decode()
    store, app = house.app.answering.store, house.app

    def desk(name: str) -> Workspace:
        return Workspace(
            manifest=MANIFEST,
            limited=False,
            inspect=check,
            team_name=name,
            request_url=f"{url}/slack/events",
            signing_secret=secret,
        )

    async with (
        desk("North desk") as first,
        desk("South desk") as second,
        several((first, second), client_id="1.2", client_secret="s3cret") as slack,
        httpx.AsyncClient() as browser,
    ):
        installations = Installations(store.database, store.redis, PREFIX, Keys(key))
        ours = Distribution("1.2", "s3cret", url, installations, store.claims)
        config = SlackConfig(
            signing_secret=secret,
            api_url=slack.api_url,
            distribution=ours,
            admins=frozenset({f"{first.state.team}:{first.person('sam')}"}),
        )
        async with (
            open_slack(config, app.answering, app.digests, app.jobs, app.metrics, store) as surface,
            serving(Starlette(routes=surface.routes()), listener),
        ):
            working = asyncio.create_task(app.jobs.work())
            try:
                yield Town(house, slack, first, second, url, surface, installations, key, browser)
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)
