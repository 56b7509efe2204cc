"""The page in Chromium: asking, buttons, files, modals, commands, two people, a phone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Page, expect
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace import Workspace
from bot.demo.workspace.clicks import Clicks
from tests.workspace.conftest import socket_mode
from tests.workspace.gallery import add_listeners


@pytest.fixture
async def gallery(workspace: Workspace, app: AsyncApp) -> AsyncIterator[Workspace]:
    """The workspace with the gallery app connected."""
    add_listeners(app)
    async with socket_mode(app, workspace):
        yield workspace


async def open_page(
    browser: Browser, workspace: Workspace, *, width: int = 1280, scheme: str = "light"
) -> Page:
    """Open the page; any error in it fails the test at `finish`."""
    context = await browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = await context.new_page()
    page.faults = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda said: _note(page, said.type, said.text))
    await page.goto(workspace.url)
    await expect(page.get_by_label("Message #general")).to_be_visible()
    # The page is live once it has told the server whom it shows.
    await workspace.until(lambda: workspace.state.watchers)
    return page


def _note(page: Page, kind: str, text: str) -> None:
    # Chromium reports each refused action as an error of its own; the page shows it as a toast.
    if kind == "error" and "400 (Bad Request)" not in text:
        page.faults.append(text)


async def ask(page: Page, words: str) -> None:
    """Write into the channel and send."""
    box = page.get_by_label("Message #general")
    await box.fill(words)
    await box.press("Escape")
    await box.press("Enter")


async def finish(page: Page) -> None:
    """Close the page; nothing may have gone wrong in it."""
    assert page.faults == []
    await page.context.close()


async def test_a_question_is_answered_with_a_table(browser: Browser, gallery: Workspace) -> None:
    """The thread opens by itself with the table; text that looks like HTML stays text."""
    page = await open_page(browser, gallery)
    await ask(page, "@Game Stats top teams by spirit score")
    thread = page.locator("#replies")
    await expect(thread.get_by_role("cell", name="Tidal Wave")).to_be_visible()
    await expect(thread.get_by_role("cell", name="Copper <b>Foxes</b>")).to_be_visible()
    await expect(thread.get_by_text("<b>not bold</b>")).to_be_visible()
    await expect(page.get_by_role("button", name="1 reply")).to_be_visible()
    await finish(page)


async def test_buttons_show_sql_fetch_csv_and_ask_first(
    browser: Browser, gallery: Workspace, tmp_path: Path
) -> None:
    """SQL comes privately, CSV as a file to preview and download, and a confirm asks before."""
    page = await open_page(browser, gallery)
    await ask(page, "@Game Stats top")
    thread = page.locator("#replies")
    await thread.get_by_role("button", name="Show SQL").click()
    await expect(thread.get_by_text("Only visible to you")).to_be_visible()
    await expect(thread.get_by_text("SELECT name, avg(total)")).to_be_visible()
    await thread.get_by_role("button", name="CSV").click()
    await thread.get_by_role("button", name="Preview").click()
    await expect(
        thread.locator(".preview").get_by_role("cell", name="Moss & Stone")
    ).to_be_visible()
    async with page.expect_download() as waiting:
        await thread.get_by_role("link", name="Download").click()
    await (await waiting.value).save_as(tmp_path / "answer.csv")
    assert (tmp_path / "answer.csv").read_bytes() == gallery.files[0].body
    await thread.get_by_role("button", name="Ask again").click()
    await page.get_by_role("button", name="Leave it").click()
    await thread.get_by_role("button", name="Ask again").click()
    await page.get_by_role("dialog").get_by_role("button", name="Ask", exact=True).click()
    await expect(thread.get_by_text("asked again")).to_be_visible()
    await expect(thread.get_by_text("(edited)")).to_be_visible()
    assert len(gallery.calls("chat.update")) == 1
    await finish(page)


async def test_a_menu_in_a_message_sends_its_choice(browser: Browser, gallery: Workspace) -> None:
    """A select in a message tells the app at once."""
    page = await open_page(browser, gallery)
    await ask(page, "@Game Stats top")
    await page.locator("#replies").get_by_label("Division").select_option("Mixed")
    await expect(page.locator("#replies").get_by_text("division mixed")).to_be_visible()
    await finish(page)


async def test_a_command_is_completed_and_fills_a_modal(
    browser: Browser, gallery: Workspace
) -> None:
    """The composer offers the manifest's commands; a modal is filled by keyboard alone."""
    page = await open_page(browser, gallery)
    box = page.get_by_label("Message #general")
    await box.fill("/stats-ch")
    await expect(page.get_by_role("option", name=re.compile("stats-channel"))).to_be_visible()
    await box.press("Enter")
    await expect(box).to_have_value("/stats-channel ")
    await box.press("Enter")
    dialog = page.get_by_role("dialog", name="Choose events")
    events = dialog.get_by_role("combobox", name="Events")
    await expect(events).to_be_focused()
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_text("Please complete this required field.").first).to_be_visible()
    for name in ("spring", "winter"):
        await events.fill(name)
        await expect(dialog.get_by_role("option")).to_have_count(1)
        await events.press("Enter")
    await dialog.get_by_label("Daily").check()
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_text("One event only, please.")).to_be_visible()
    await dialog.get_by_role("button", name="Remove Winter Cup").click()
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_be_hidden()
    posted = page.locator("#messages").get_by_text("bound to Spring Classic, daily")
    await expect(posted).to_be_visible()
    await finish(page)


async def test_what_is_typed_after_a_modal_is_not_lost(
    browser: Browser, gallery: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A modal closes under the click, however slow the server, and the next words are posted."""
    let_go = asyncio.Event()
    close = Clicks.close

    async def slowly(clicks: Clicks, user: str, view: str) -> None:
        await let_go.wait()
        await close(clicks, user, view)

    monkeypatch.setattr(Clicks, "close", slowly)
    page = await open_page(browser, gallery)
    await ask(page, "/stats-channel")
    dialog = page.get_by_role("dialog", name="Choose events")
    await dialog.get_by_role("button", name="Close").first.click()
    await ask(page, "now where were we")
    await expect(page.locator("#messages").get_by_text("now where were we")).to_be_visible()
    assert gallery.view("maya") is not None
    let_go.set()
    await gallery.until(lambda: gallery.view("maya") is None)
    await finish(page)


async def test_a_modal_gives_the_focus_back_to_its_button(
    browser: Browser, gallery: Workspace
) -> None:
    """Whoever opened a modal by keyboard goes on where they were."""
    page = await open_page(browser, gallery)
    await ask(page, "@Game Stats top")
    button = page.locator("#replies").get_by_role("button", name="Ask again")
    await button.press("Enter")
    await page.get_by_role("button", name="Leave it").press("Enter")
    await expect(button).to_be_focused()
    await button.press("Enter")
    await page.get_by_role("dialog").get_by_role("button", name="Ask", exact=True).press("Enter")
    await expect(page.locator("#replies").get_by_text("asked again")).to_be_visible()
    await finish(page)


async def test_an_unknown_command_is_refused_kindly(browser: Browser, gallery: Workspace) -> None:
    """What cannot be done is said, and what was typed is kept."""
    page = await open_page(browser, gallery)
    await ask(page, "/nothing at all")
    await expect(page.get_by_text("/nothing is no command here")).to_be_visible()
    await expect(page.get_by_label("Message #general")).to_have_value("/nothing at all")
    await finish(page)


async def test_a_data_table_sorts_and_pages(browser: Browser, gallery: Workspace) -> None:
    """Five rows a page; a click on a heading sorts by number, largest first, then smallest."""
    page = await open_page(browser, gallery)
    await ask(page, "@Game Stats data")
    thread = page.locator("#replies")
    await expect(thread.get_by_text("1–5 of 7")).to_be_visible()
    await thread.get_by_role("button", name="Next").click()
    await expect(thread.get_by_text("6–7 of 7")).to_be_visible()
    await thread.get_by_role("button", name="spirit").click()
    await thread.get_by_role("button", name="spirit").click()
    await expect(thread.locator("tbody tr").first).to_contain_text("Quiet Riot")
    await finish(page)


async def test_a_table_of_short_words_fits_beside_the_channel(
    browser: Browser, gallery: Workspace, client: AsyncWebClient
) -> None:
    """Four columns of short words need no scrolling; a long word is broken, not the layout."""
    page = await open_page(browser, gallery)
    ts = gallery.post("maya", "general", "a thread")
    wrapped = [{"is_wrapped": True}] * 4
    words = ["Spirit captain", "Tidal Wave", "Mixed", "north field"]
    for rows in ([["Role", "Team", "Division", "Field"], words], [words, ["x" * 200, *words[1:]]]):
        cells = [[{"type": "raw_text", "text": text} for text in row] for row in rows]
        await client.chat_postMessage(
            channel=gallery.channel("general").id,
            thread_ts=ts,
            text="table",
            blocks=[{"type": "table", "rows": cells, "column_settings": wrapped}],
        )
    await page.get_by_role("button", name="2 replies").click()
    tables = page.locator("#replies .grid")
    await expect(tables).to_have_count(2)
    for index in range(2):
        assert await tables.nth(index).evaluate("node => node.scrollWidth <= node.clientWidth + 1")
    await finish(page)


async def test_charts_are_drawn_with_their_numbers(browser: Browser, gallery: Workspace) -> None:
    """Every kind of chart is a picture with a name and the same numbers as a table."""
    page = await open_page(browser, gallery)
    await ask(page, "@Game Stats chart")
    thread = page.locator("#replies")
    for kind in ("bar", "line", "area", "pie"):
        await expect(thread.get_by_role("img", name=re.compile(f"^{kind} chart"))).to_be_visible()
    assert await thread.locator("rect.mark").count() == 10
    await finish(page)


async def test_markup_is_shown_as_slack_shows_it(browser: Browser, gallery: Workspace) -> None:
    """Entities become characters, mentions stand out, code is code, and nothing runs."""
    page = await open_page(browser, gallery)
    await ask(page, "@Game Stats markup <img src=x onerror=alert(1)> <!channel>")
    thread = page.locator("#replies")
    await expect(thread.get_by_text("<script>alert(1)</script>")).to_be_visible()
    await expect(thread.locator("pre").first).to_have_text("SELECT 1\n> 2")
    await expect(thread.locator(".mention.broad")).to_have_text("@channel")
    await expect(thread.locator("article").first).to_contain_text("<img src=x onerror=alert(1)>")
    await expect(thread.locator(".markdown li")).to_have_text("a b")
    await finish(page)


async def test_a_status_is_shown_until_the_reply(
    browser: Browser, gallery: Workspace, client: AsyncWebClient
) -> None:
    """What the app is doing stands under the question, and goes with the app's answer."""
    page = await open_page(browser, gallery)
    await ask(page, "@Game Stats status")
    line = page.locator("#messages").get_by_text("Game Stats is writing a query…")
    await expect(line).to_be_visible()
    ts = gallery.messages("general")[0]["ts"]
    gallery.post("sam", "general", "I wonder", ts)
    await expect(page.get_by_role("button", name="1 reply")).to_be_visible()
    await expect(line).to_be_visible()
    await client.chat_postMessage(
        channel=gallery.channel("general").id, thread_ts=ts, text="done", reply_broadcast=True
    )
    await expect(line).to_be_hidden()
    await expect(page.locator("#messages").get_by_text("replied to a thread")).to_be_visible()
    await finish(page)


async def test_two_people_see_what_is_theirs(browser: Browser, gallery: Workspace) -> None:
    """The other person's messages arrive live and unread; switching shows their side."""
    page = await open_page(browser, gallery)
    gallery.post("sam", "winter-cup", "anyone here?")
    room = page.get_by_role("button", name=re.compile("winter-cup"))
    await expect(room).to_contain_text("1")
    await room.click()
    await expect(page.get_by_text("anyone here?")).to_be_visible()
    await expect(room).not_to_contain_text("1")
    await page.get_by_label("Signed in as").select_option("Sam Lindqvist")
    await page.get_by_role("button", name=re.compile("Game Stats")).click()
    await page.get_by_label("Message Game Stats").fill("hello")
    await page.get_by_label("Message Game Stats").press("Enter")
    await expect(page.locator("#messages").get_by_text("in private: hello")).to_be_visible()
    await finish(page)


async def test_home_is_published_when_it_is_opened(browser: Browser, gallery: Workspace) -> None:
    """The app's Home tab shows what it publishes for this person."""
    page = await open_page(browser, gallery)
    await page.get_by_role("button", name=re.compile("Game Stats")).click()
    await page.get_by_role("tab", name="Home").click()
    await expect(page.get_by_role("heading", name="How to ask")).to_be_visible()
    await finish(page)


async def test_a_notice_is_shown_live(browser: Browser, gallery: Workspace) -> None:
    """The demo's notice appears, changes and goes while the page is open."""
    page = await open_page(browser, gallery)
    gallery.notice("The model is warming up.", detail="It takes a minute.", kind="busy")
    notice = page.locator("#notice")
    await expect(notice).to_contain_text("The model is warming up.")
    await notice.get_by_text("More").click()
    await expect(notice.get_by_text("It takes a minute.")).to_be_visible()
    gallery.notice("")
    await expect(notice).to_be_hidden()
    await finish(page)


async def test_a_phone_shows_one_pane_at_a_time(browser: Browser, gallery: Workspace) -> None:
    """At 390 px: list, channel or thread; nothing is wider than the screen."""
    page = await open_page(browser, gallery, width=390, scheme="dark")
    await ask(page, "@Game Stats top")
    await page.get_by_role("button", name="1 reply").click()
    await expect(page.locator("#replies").get_by_role("cell", name="Tidal Wave")).to_be_visible()
    await expect(page.locator("#channel")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await page.get_by_role("button", name="Back to the channel").click()
    await expect(page.locator("#thread")).to_be_hidden()
    await page.get_by_role("button", name="All channels").click()
    await expect(page.locator("#channel")).to_be_hidden()
    await page.get_by_role("button", name=re.compile("spring-classic")).click()
    await expect(page.get_by_label("Message #spring-classic")).to_be_visible()
    await finish(page)


async def test_the_page_comes_back_with_what_was_open(browser: Browser, gallery: Workspace) -> None:
    """A reload opens the same channel and thread."""
    page = await open_page(browser, gallery)
    await ask(page, "@Game Stats top")
    await expect(page.locator("#replies").get_by_role("cell", name="Tidal Wave")).to_be_visible()
    await page.reload()
    await expect(page.locator("#replies").get_by_role("cell", name="Tidal Wave")).to_be_visible()
    await page.locator("#reply-composer textarea").focus()
    await page.keyboard.press("Escape")
    await expect(page.locator("#thread")).to_be_hidden()
    await finish(page)


async def test_the_pages_own_api_is_closed_to_other_sites(workspace: Workspace) -> None:
    """A form post, a strange host name and an unknown action are refused; nobody may frame it."""
    async with httpx.AsyncClient(base_url=workspace.url) as http:
        form = await http.post("/_workspace/do/post", data={"user": "U0MAYA0RTZ"})
        strange = await http.get("/_workspace/stream", headers={"Host": "evil.example"})
        unknown = await http.post("/_workspace/do/fly", json={})
        page = await http.get("/")
    assert (form.status_code, strange.status_code, unknown.status_code) == (415, 400, 404)
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]


async def test_a_file_is_only_for_those_who_see_it(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    """A file in one person's direct messages is not given to another, and is never a page."""
    maya, sam = workspace.person("maya"), workspace.person("sam")
    home = workspace.state.direct(maya).id
    await client.files_upload_v2(channel=home, filename="a.html", content="<script>")
    address = f"/_workspace/files/{workspace.files[0].id}"
    async with httpx.AsyncClient(base_url=workspace.url) as http:
        hers = await http.get(address, params={"user": maya})
        his = await http.get(address, params={"user": sam})
        private = await http.get(workspace.messages(home)[0]["files"][0]["url_private"])
    assert (hers.status_code, his.status_code, private.status_code) == (200, 404, 403)
    assert hers.headers["content-disposition"].startswith("attachment")


async def test_a_silent_app_is_told_in_the_dialog(browser: Browser, gallery: Workspace) -> None:
    """When the app is gone a submitted modal stays, and says why nothing happens."""
    page = await open_page(browser, gallery)
    await ask(page, "/stats-channel")
    dialog = page.get_by_role("dialog", name="Choose events")
    await dialog.get_by_role("combobox", name="Events").fill("spring")
    await dialog.get_by_role("option").first.click()
    await dialog.get_by_label("Daily").check()
    gallery.socket_mode.ack_seconds = 0.0
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_role("alert").get_by_text("did not answer")).to_be_visible()
    await finish(page)
