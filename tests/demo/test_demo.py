"""`make demo` as a person meets it: the page in Chromium, the real bot, the real small model.

Nothing here reaches into the bot: it is a process that the demo started, behind its page.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from bot.demo.model.weights import demo_weights
from tests.browser import find
from tests.demo.hands import FLAGS, Demo, answers, ask, bind, demo, open_channel, say, wait_for

VERIFIED = (
    "Top 5 teams by spirit score?",
    "How many teams are entered?",
    "Most assists?",
    "Who is tied, and on what?",
    "Biggest winning margin?",
)
DRAFTED = (
    "Who captains Sharks?",
    "When does Tides play next?",
    "How many games were canceled?",
    "List the teams of the Women division by seed",
    "Which players scored more than 5 goals in total?",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this module's demos keep their data, one after the other."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture
def page() -> Iterator[Page]:
    """A new page in Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(FLAGS))
        opened = browser.new_page(viewport={"width": 1280, "height": 860})
        yield opened
        if target := os.environ.get("GAME_STATS_SHOTS"):
            opened.screenshot(path=Path(target, "last.png"))
        browser.close()


def test_a_person_binds_asks_reads_sql_and_csv_and_looks_at_the_model(
    folder: Path, page: Page, tmp_path: Path
) -> None:
    """Bind a channel, ask ten questions, click SQL, fetch the CSV, run /stats-model."""
    expect.set_options(timeout=60_000)
    with demo(folder) as started:
        wait_for(started)
        page.goto(started.url)
        told = page.get_by_role("status")
        expect(told).to_contain_text(re.compile("warming up|Answers come from"))
        open_channel(page, "winter-cup")
        bind(page, "winter-cup", "Winter Cup")
        assert "Winter Cup" in ask(page, "winter-cup", VERIFIED[0])

        open_channel(page, "spring-classic")
        said = {question: ask(page, "spring-classic", question) for question in VERIFIED}
        for question, reply in said.items():
            assert "Spring Classic" in reply, question
            assert "verified" in reply, question
        look_at_sql(page)
        rows = fetch_csv(page, tmp_path)
        assert rows[0].startswith("\ufeff")
        assert len(rows) > 1

        drafted = {question: ask(page, "spring-classic", question) for question in DRAFTED}
        assert sum(demo_weights().model in reply for reply in drafted.values()) >= 1, drafted
        keep_for_people(page, said | drafted)

        say(page, "spring-classic", "/stats-model")
        state = page.locator("#messages").get_by_text(f"{demo_weights().model} is answering")
        expect(state.first).to_be_visible()


def test_without_a_model_verified_questions_are_answered(page: Page, tmp_path: Path) -> None:
    """The fetch fails: the page says what is missing, and checked SQL answers all the same."""
    expect.set_options(timeout=60_000)
    with demo(tmp_path, offline=True) as started:
        wait_for(started)
        page.goto(started.url)
        told = page.get_by_role("status")
        expect(told).to_contain_text("No language model: only verified questions and worked")
        expect(told).to_contain_text("cannot be fetched")
        open_channel(page, "spring-classic")
        assert "verified" in ask(page, "spring-classic", VERIFIED[0])
        assert "not reachable" in ask(page, "spring-classic", DRAFTED[-1])


def look_at_sql(page: Page) -> None:
    """“Show SQL” shows the query to whoever clicked."""
    page.locator("#replies").get_by_role("button", name="Show SQL").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("SELECT").first).to_be_visible()
    dialog.get_by_role("button", name="Close").first.click()


def fetch_csv(page: Page, folder: Path) -> list[str]:
    """“CSV” puts a file into the thread."""
    thread = page.locator("#replies")
    thread.get_by_role("button", name="CSV").first.click()
    with page.expect_download() as waiting:
        thread.get_by_role("link", name="Download").click()
    target = folder / "answer.csv"
    waiting.value.save_as(target)
    return target.read_text(encoding="utf-8").splitlines()


def keep_for_people(page: Page, replies: dict[str, str]) -> None:
    """With GAME_STATS_SHOTS=folder: what was said, and a picture, for whoever judges answers."""
    if target := os.environ.get("GAME_STATS_SHOTS"):
        Path(target).mkdir(parents=True, exist_ok=True)
        Path(target, "replies.json").write_text(json.dumps(replies, indent=2))
        page.screenshot(path=Path(target, "demo.png"))


def test_ctrl_c_leaves_nothing_behind_and_a_kill_does_not_stop_the_next_start(
    folder: Path,
) -> None:
    """After SIGINT no process and no port is left; after SIGKILL the same folder starts again."""
    with demo(folder) as first:
        wait_for(first)
        wait_for_family(first, 5)
        family = first.family()
    gone(family)
    assert not answers(first.url)
    with demo(folder) as second:
        wait_for(second)
        wait_for_family(second, 5)
        family = second.family()
        second.process.kill()
        gone(family)
    with demo(folder) as third:
        wait_for(third)
        wait_for_family(third, 5)


def wait_for_family(started: Demo, size: int) -> None:
    """Wait until the demo has started this many programs."""
    deadline = time.monotonic() + 60
    while len(started.family()) < size:
        assert started.process.poll() is None, started.log.read_text()
        assert time.monotonic() < deadline
        time.sleep(0.1)


def gone(family: list[psutil.Process]) -> None:
    """Every one of these processes has ended."""
    _ended, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []
