"""The page and every kind of block of an answer, held against axe: light, dark and on a phone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace import Workspace
from bot.domain import ColumnKind, ResultTable
from bot.slack.render.answer import Setting, answer_messages
from tests.slack.samples import answer, columns
from tests.slack.test_chart import daily, given, named

RANKED = named(*((f"Team {n}", 30 - n) for n in range(12)))
SHARES = named(("Open", 50), ("Mixed", 30), ("Women", 20), measure="share")
ONE = ResultTable(columns(count=ColumnKind.NUMBER), ((24,),))


@pytest.fixture
async def answered(workspace: Workspace, client: AsyncWebClient) -> Workspace:
    """A channel with an answer of each kind, in their best form and in plainer ones."""
    table = Setting(view="table", quoted=True)
    found = [
        answer_messages(given(RANKED), Setting(view="chart")),
        answer_messages(given(daily(8))),
        answer_messages(given(SHARES)),
        answer_messages(given(RANKED), table)[:1],
        answer_messages(given(RANKED), table)[1:2],
        answer_messages(given(RANKED), table)[2:3],
        answer_messages(answer(ONE)),
        answer_messages(answer(ResultTable(ONE.columns, ()))),
    ]
    place = workspace.channel("general").id
    for forms in found:
        blocks = list(forms[0].blocks)
        await client.chat_postMessage(channel=place, text=forms[0].text, blocks=blocks)
    return workspace


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]
)
async def test_axe_finds_nothing(
    browser: Browser, answered: Workspace, width: int, scheme: str
) -> None:
    """No violation in any kind of answer; with GAME_STATS_SHOTS=folder a picture is kept."""
    context = await browser.new_context(
        viewport={"width": width, "height": 3600},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = await context.new_page()
    await page.goto(f"{answered.url}#{answered.person('maya')}/{answered.channel('general').id}")
    await expect(
        page.get_by_text("There are", exact=False).or_(page.get_by_text("Count: 24."))
    ).to_be_visible()
    found = await Axe().run(page)
    if target := os.environ.get("GAME_STATS_SHOTS"):
        # Playwright makes the folder.
        await page.screenshot(path=Path(target, f"answers-{width}-{scheme}.png"))
    await context.close()
    assert found.response["violations"] == [], found.generate_report()
