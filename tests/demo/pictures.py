"""Makes the pictures of docs/pictures anew: `python -m tests.demo.pictures`.

It starts a demo with the small model, uses its page in Chromium, and keeps what is seen.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, expect, sync_playwright

from tests.browser import find
from tests.demo.hands import FLAGS, ask, demo, open_channel, say, wait_for
from tests.deploy.programs import debian

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
COLOURS = 192
"""Enough for letters and flat areas, and for thumbs, in half the bytes."""


def keep(seen: Page | Locator, name: str) -> None:
    """Keep what is seen as a small picture."""
    target = PICTURES / f"{name}.png"
    seen.screenshot(path=target, animations="disabled")
    with Image.open(target) as picture:
        small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(target, optimize=True)


def channel(page: Page) -> None:
    """An admin connects a channel to its event."""
    open_channel(page, "winter-cup")
    say(page, "winter-cup", "/stats-channel")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox").first.fill("Wint")
    expect(dialog.get_by_role("option")).to_have_count(1)
    keep(page, "channel")
    dialog.get_by_role("button", name="Close").first.click()


def answer(page: Page) -> None:
    """A question in a channel, and its answer in the thread."""
    open_channel(page, "spring-classic")
    for question in ("How many teams are entered?", "Top 5 teams by spirit score"):
        ask(page, "spring-classic", question)
    keep(page, "answer")


def feedback(page: Page) -> None:
    """What somebody said of an answer, as an admin sees it in the bot's Home."""
    ask(page, "spring-classic", "Who captains Sharks?")
    page.locator("#replies").get_by_role("button", name="Bad").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").last.fill("Please tell the spirit captain too")
    dialog.get_by_role("button", name="Send").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("navigation").get_by_text("Game Stats", exact=True).click()
    page.get_by_role("tab", name="Home").click()
    page.get_by_role("button", name="Feedback", exact=True).click()
    expect(page.get_by_text("Please tell the spirit captain").last).to_be_visible()
    keep(page, "feedback")


def digest(page: Page) -> None:
    """A digest, as the channel sees it."""
    open_channel(page, "spring-classic")
    say(page, "spring-classic", "/stats-digest now")
    page.set_viewport_size({"width": 900, "height": 1800})
    told = page.locator("#messages article").last
    expect(told).to_contain_text("Standings")
    keep(told, "digest")


def main() -> None:
    """All pictures."""
    expect.set_options(timeout=60_000)
    with tempfile.TemporaryDirectory(prefix="gsb-pictures-") as name, sync_playwright() as player:
        # Thumbs are drawn as on most machines, though this one may lack the font.
        emoji = debian("fonts-noto-color-emoji") / "usr" / "share"
        browser = player.chromium.launch(
            executable_path=find(),
            args=list(FLAGS),
            env={**os.environ, "XDG_DATA_HOME": str(emoji)},
        )
        page = browser.new_page(viewport={"width": 1080, "height": 860})
        with demo(Path(name)) as started:
            wait_for(started)
            page.goto(started.url)
            expect(page.get_by_role("status")).to_contain_text("Answers come from", timeout=180_000)
            for picture in (channel, answer, feedback, digest):
                picture(page)
        browser.close()


if __name__ == "__main__":
    main()
