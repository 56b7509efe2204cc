"""A small Bolt app against the workspace: Slack's own client and framework, unchanged."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace import Workspace
from tests.browser import find
from tests.oracle.check import check

expect.set_options(timeout=30_000)
"""Milliseconds that the browser may take; it is slow while other programs use the machine."""

MANIFEST = Path(__file__).parents[2] / "manifest.yml"


@contextlib.asynccontextmanager
async def socket_mode(app: AsyncApp, workspace: Workspace) -> AsyncIterator[None]:
    """Connect `app` over Socket Mode for the length of the block."""
    handler = AsyncSocketModeHandler(app, workspace.app_token)
    try:
        await handler.connect_async()
        await workspace.until(workspace.connected)
        yield
    finally:
        await handler.close_async()


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    """A workspace without rate limits; every call is checked against Slack's types."""
    async with Workspace(manifest=MANIFEST, limited=False, inspect=check) as made:
        yield made


@pytest.fixture
def client(workspace: Workspace) -> AsyncWebClient:
    """Slack's own client, with the bot's token."""
    return AsyncWebClient(workspace.bot_token, base_url=workspace.api_url)


@pytest.fixture
async def app(client: AsyncWebClient) -> AsyncApp:
    """An app without listeners."""
    return AsyncApp(client=client)


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The browser that `python -m tests.browser` made sure of."""
    path = find()
    assert path is not None, "no Chromium: run python -m tests.browser"
    return path


@pytest.fixture
async def browser(browser_path: str) -> AsyncIterator[Browser]:
    """A Chromium without a window."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox"]
        )
        yield started
        await started.close()
