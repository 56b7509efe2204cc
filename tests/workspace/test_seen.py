"""The surfaces besides answers in Chromium, held against axe: Home, modals, digests, install page.

Everything is drawn once, light on a wide screen and dark on a phone. With GAME_STATS_SHOTS=folder
pictures are kept, in all four.
"""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, Route, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace import Workspace
from bot.demo.workspace.web_api.views import opened, tell
from bot.slack import oauth_pages
from tests.workspace.looks import SHOTS, held, post, window
from tests.workspace.surfaces import homes, messages, modals, pages

LOOKS = [(1280, "light"), (390, "dark")] + ([(1280, "dark"), (390, "light")] if SHOTS else [])


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
    async with window(browser, width, 1200, scheme) as page:
        for forms in messages(maya, place).values():
            await post(client, place, forms)
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
            await expect(
                page.get_by_role("button", name=tab.name.title(), exact=True)
            ).to_have_class("button primary")
            await held(page, f"home-{tab.value}", "#home")

        for name, html in pages().items():
            await _serve(page, html)
            await held(page, f"page-{name}")
