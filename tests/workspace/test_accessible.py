"""The page and every kind of block of an answer, held against axe: light, dark and on a phone."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace import Workspace
from bot.domain import ColumnKind, ResultTable
from bot.slack.render.answer import Setting, answer_messages
from tests.slack.samples import answer, columns
from tests.slack.test_chart import daily, given, named
from tests.workspace.looks import held, post, window

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
        await post(client, place, forms)
    return workspace


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]
)
async def test_axe_finds_nothing(
    browser: Browser, answered: Workspace, width: int, scheme: str
) -> None:
    """No violation in any kind of answer; with GAME_STATS_SHOTS=folder a picture is kept."""
    async with window(browser, width, 3600, scheme) as page:
        place = answered.channel("general").id
        await page.goto(f"{answered.url}#{answered.person('maya')}/{place}")
        await expect(
            page.get_by_text("There are", exact=False).or_(page.get_by_text("Count: 24."))
        ).to_be_visible()
        # No font is sure to have thumbs, so the page draws them.
        await expect(page.locator("button svg.emoji").first).to_be_visible()
        await held(page, "answers")
