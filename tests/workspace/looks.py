"""How the page is looked at: a window of a size and scheme, and what is seen held against axe.

With GAME_STATS_SHOTS=folder a picture of each is kept there.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.render.pieces import Message

SHOTS = os.environ.get("GAME_STATS_SHOTS")


@asynccontextmanager
async def window(browser: Browser, width: int, height: int, scheme: str) -> AsyncIterator[Page]:
    """A page of this size in pixels, whose reader prefers the "light" or "dark" scheme."""
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    async with context:
        yield await context.new_page()


async def held(page: Page, name: str, part: str | None = None) -> None:
    """Hold what is seen, or a part of it, against axe; it must not be wider than the screen."""
    look = await page.evaluate(
        "[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light']"
    )
    if SHOTS:
        # Playwright makes the folder.
        await page.screenshot(path=Path(SHOTS, f"{name}-{look[0]}-{look[1]}.png"))
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    found = await Axe().run(page, part)
    assert found.response["violations"] == [], f"{name}: {found.generate_report()}"


async def post(client: AsyncWebClient, place: str, forms: tuple[Message, ...]) -> None:
    """Post a message in its best form."""
    await client.chat_postMessage(channel=place, text=forms[0].text, blocks=list(forms[0].blocks))
