"""Choosing a language on the page, and being answered in it, on a phone."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from playwright.async_api import Browser, expect

from bot.demo.workspace import Workspace
from bot.domain import Outcome, Question, Refinement, Report
from tests.slack.conftest import running
from tests.slack.samples import SPRING, answer
from tests.slack.test_chart import named
from tests.workspace.looks import held, window

TEAMS = named(*((f"Otters of Lake {n}", Decimal("12345.5") - 700 * n) for n in range(12)))
NARROWER = (Refinement("Nur Mixed", "only Mixed"), Refinement("Nur Women", "only Women"))


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize(
    ("locale", "chosen", "finding", "sql", "home"),
    [
        ("de-DE", "Deutsch", "Vorn: Otters of Lake 0", "SQL zeigen", "Frag zu deinem Turnier"),
        (
            "es-ES",
            "Español (España)",
            "En cabeza: Otters of Lake 0",
            "Ver SQL",
            "Pregunta sobre tu torneo",
        ),
    ],
)
async def test_a_person_chooses_a_language_and_reads_it_everywhere(
    browser: Browser,
    workspace: Workspace,
    redis_url: str,
    locale: str,
    chosen: str,
    finding: str,
    sql: str,
    home: str,
) -> None:
    """The answer, its buttons, a view and Home; nothing is wider than a phone."""

    async def teams(question: Question, _report: Report) -> Outcome:
        return replace(answer(TEAMS, asked=question), refinements=NARROWER)

    async with window(browser, 390, 844, "light") as page, running(workspace, redis_url) as scene:
        scene.answering.answerer = teams
        scene.bind("general", SPRING)
        place = workspace.channel("general").id
        await page.goto(f"{workspace.url}#{workspace.person('sam')}/{place}")
        await page.get_by_label("All channels").click()
        language = page.get_by_label("Language")
        await expect(language).to_have_value("en-GB")
        await language.focus()
        await language.select_option(chosen)
        await workspace.until(
            lambda: workspace.state.people[workspace.person("sam")].locale == locale
        )
        await expect(language).to_have_value(locale)
        await expect(language).to_be_focused()  # the list was drawn anew
        await held(page, f"language-choice-{locale}", "#sidebar")

        await page.get_by_role("button", name="general", exact=True).click()
        ts = workspace.post("sam", "general", "@Game Stats teams by points")
        assert finding in json.dumps(await scene.reply("general", ts))
        await page.get_by_role("button", name="1 reply").click()
        thread = page.locator("#replies")
        await expect(thread.get_by_text(finding)).to_be_visible()
        await held(page, f"language-answer-{locale}")
        await thread.get_by_role("button", name=sql).click()
        await expect(page.get_by_role("dialog").get_by_role("heading").first).to_be_visible()
        await held(page, f"language-view-{locale}", "dialog")
        await page.keyboard.press("Escape")

        direct = workspace.state.direct(workspace.person("sam")).id
        await page.goto(f"{workspace.url}?#{workspace.person('sam')}/{direct}")
        await page.get_by_role("tab", name="Home").click()
        await expect(page.get_by_text(home)).to_be_visible()
        await held(page, f"language-home-{locale}")
