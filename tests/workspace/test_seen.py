"""The surfaces besides answers in Chromium, held against axe: Home, modals, digests, install page.

Everything is drawn once, light on a wide screen and dark on a phone. With GAME_STATS_SHOTS=folder
pictures are kept, in all four.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, Route, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace import Workspace
from bot.demo.workspace.web_api.views import opened, tell
from bot.slack import oauth_pages
from tests.workspace.surfaces import homes, messages, modals, pages

SHOTS = os.environ.get("GAME_STATS_SHOTS")
LOOKS = [(1280, "light"), (390, "dark")] + ([(1280, "dark"), (390, "light")] if SHOTS else [])


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


async def _serve(page: Page, html: str) -> None:
    """Show `html` as the bot's own server gives it, under its policy."""
    headers = {"Content-Security-Policy": oauth_pages.POLICY}

    async def answer(route: Route) -> None:
        await route.fulfill(body=html, content_type="text/html", headers=headers)

    await page.route("https://bot.example.org/**", answer, times=1)
    await page.goto("https://bot.example.org/slack/install")


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
async def test_axe_finds_nothing_on_any_surface(
    browser: Browser, workspace: Workspace, client: AsyncWebClient, width: int, scheme: str
) -> None:
    """Home with its tabs, every modal, what stands in a channel, and the pages of installing."""
    maya, place = workspace.person("maya"), workspace.channel("general").id
    context = await browser.new_context(
        viewport={"width": width, "height": 1200},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = await context.new_page()
    for forms in messages(maya, place).values():
        blocks = list(forms[0].blocks)
        await client.chat_postMessage(channel=place, text=forms[0].text, blocks=blocks)
    await page.goto(f"{workspace.url}#{maya}/{place}")
    await expect(page.get_by_text("for everybody").first).to_be_visible()
    await page.set_viewport_size({"width": width, "height": 4800})
    await held(page, "messages")
    await page.set_viewport_size({"width": width, "height": 900})

    for name, view in modals(maya, place).items():
        shown = opened(workspace.state, maya, view)
        tell(workspace.state, shown, maya)
        await expect(page.get_by_role("dialog").get_by_role("heading").first).to_be_visible()
        await held(page, f"modal-{name}", "dialog")
        await page.get_by_label("Close", exact=True).first.click()
        await expect(page.get_by_role("dialog")).to_have_count(0)

    direct = workspace.state.direct(maya).id
    await page.goto(f"{workspace.url}?#{maya}/{direct}")
    await page.get_by_role("tab", name="Home").click()
    for tab, view in homes(maya, place).items():
        await client.views_publish(user_id=maya, view=view)
        await expect(page.get_by_role("button", name=tab.name.title(), exact=True)).to_have_class(
            "button primary"
        )
        await held(page, f"home-{tab.value}", "#home")

    for name, html in pages().items():
        await _serve(page, html)
        await held(page, f"page-{name}")
    await context.close()
