"""Asking from anywhere, as a person does in the browser: shortcuts, edits, deletion, the pane."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from bot.demo.workspace import Workspace
from bot.slack import worker
from tests.slack.conftest import running
from tests.slack.samples import SPRING
from tests.workspace.looks import held, window


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
async def test_a_person_asks_from_anywhere(
    browser: Browser,
    workspace: Workspace,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
    width: int,
    scheme: str,
) -> None:
    """A message's shortcut, an edit, a deletion, the modal and the pane, each to its end."""
    monkeypatch.setattr(worker, "SETTLE", 0.2)
    async with (
        window(browser, width, 800, scheme) as page,
        running(workspace, redis_url) as scene,
    ):
        scene.bind("general", SPRING)
        place = workspace.channel("general").id
        await page.goto(f"{workspace.url}#{workspace.person('sam')}/{place}")
        theirs = workspace.post("maya", "general", "who has the best spirit?")
        mine = workspace.post("sam", "general", "top 5 teams")
        message = page.locator(f'#messages [data-ts="{theirs}"]')
        await message.hover()
        await message.get_by_label("More actions").click()
        await held(page, "asking-menu")
        await message.get_by_role("button", name="Ask about this").click()
        await scene.reply("general", theirs)

        own = page.locator(f'#messages [data-ts="{mine}"]')
        await own.hover()
        await own.get_by_label("More actions").click()
        await own.get_by_role("button", name="Edit message").click()
        await page.get_by_role("textbox", name="Edit message").fill("@Game Stats top 3 teams")
        await held(page, "asking-edit")
        await page.get_by_role("button", name="Save").click()
        await scene.reply("general", mine)
        await own.hover()
        await own.get_by_label("More actions").click()
        await own.get_by_role("button", name="Delete message").click()
        await page.get_by_role("button", name="Delete", exact=True).click()
        await workspace.until(lambda: not workspace.replies("general", mine))
        await expect(own.get_by_text("This message was deleted.")).to_be_visible()

        if width < 900:
            await page.get_by_label("All channels").click()
        await page.get_by_role("button", name="Ask about an event").click()
        await page.get_by_role("textbox", name="What would you like to know?").fill("top 5 teams")
        await held(page, "asking-modal")
        await page.get_by_role("button", name="Ask", exact=True).click()
        here = workspace.state.direct(workspace.person("sam")).id
        await workspace.until(lambda: workspace.messages(here))
        await expect(page.locator("dialog")).to_have_count(0)
        await page.locator("#sidebar").get_by_role("button", name="Game Stats").click()
        suited = page.get_by_role("button", name=re.compile("First games|Latest scores|Winners"))
        await expect(suited).to_be_visible()
        await held(page, "asking-pane")
        await scene.idle()
