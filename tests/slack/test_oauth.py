"""A bot for many workspaces: installing, whose token is used, what a removal leaves."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import httpx
import pytest
import structlog
from cryptography.fernet import Fernet

from bot.slack import workspaces
from bot.slack.oauth import INSTALL_PATH
from bot.store import Keys
from tests.plugins.town import Town


async def test_a_workspace_installs_asks_and_is_answered(town: Town) -> None:
    """The button, Slack's page and back; from then on a mention there is answered."""
    done = await town.install(town.first)
    assert done.status_code == 200
    assert "North desk" in done.text
    await town.bind(town.first, 0)
    found = await town.reply(town.first, await town.ask(town.first), "data_table")
    assert found["user"] == town.first.bot_user


async def test_two_workspaces_with_the_same_channel_do_not_mix(town: Town) -> None:
    """One channel id, two teams, two events: each gets its own rows, by its own token."""
    await town.install(town.first)
    await town.install(town.second)
    assert town.first.channel("general").id == town.second.channel("general").id
    await town.bind(town.first, 0)
    await town.bind(town.second, 1)
    names = [event.name for event in town.house.sample.events[:2]]
    for _ in range(2):
        asked = [(desk, await town.ask(desk)) for desk in (town.first, town.second)]
        for (desk, ts), own, other in zip(asked, names, reversed(names), strict=True):
            reply = str(await town.reply(desk, ts, "data_table"))
            assert own in reply
            assert other not in reply
    # A call with the other's token would have been served there.
    assert len(town.first.calls("chat.postMessage")) == 2
    assert len(town.second.calls("chat.postMessage")) == 2


async def test_a_binding_of_one_workspace_is_nothing_to_the_other(town: Town) -> None:
    """The same channel id of a team that bound nothing is told so."""
    await town.install(town.first)
    await town.install(town.second)
    await town.bind(town.first, 0)
    reply = await town.reply(town.second, await town.ask(town.second), "/stats-channel")
    assert "data_table" not in str(reply)


async def test_an_answers_button_is_good_in_its_own_workspace_alone(town: Town) -> None:
    """A click that carries the id of another team's answer shows nothing of it."""
    await town.install(town.first)
    await town.install(town.second)
    await town.bind(town.first, 0)
    await town.bind(town.second, 1)
    theirs = await town.reply(town.first, await town.ask(town.first), "data_table")
    ours = await town.reply(town.second, await town.ask(town.second), "data_table")
    town.second.channel("general").messages[ours["ts"]]["blocks"] = theirs["blocks"]
    forged = town.second.channel("general").messages[ours["ts"]]
    await town.second.click("maya", "general", forged, "show_sql")
    await town.second.until(lambda: town.second.ephemerals("maya", "general"))
    assert town.second.view("maya") is None


async def test_listed_admins_count_in_their_own_workspace(town: Town) -> None:
    """Sam is listed for the first team; the user with the same id in the second is nobody."""
    await town.install(town.first)
    await town.install(town.second)
    await town.first.command("sam", "general", "/stats-channel")
    assert await town.first.until(lambda: town.first.view("sam"))
    await town.second.command("sam", "general", "/stats-channel")
    said = await town.second.until(lambda: town.second.ephemerals("sam", "general"))
    assert "Only workspace admins" in str(said)


async def test_what_all_share_is_for_who_runs_the_bot(town: Town) -> None:
    """An admin of a workspace changes no language model; who is listed does."""
    await town.install(town.first)
    await town.first.command("maya", "general", "/stats-model use scripted:latest")
    said = await town.first.until(lambda: town.first.ephemerals("maya", "general"))
    assert "Only workspace admins" in str(said)
    await town.first.command("sam", "general", "/stats-model use scripted:latest")
    said = await town.first.until(lambda: town.first.ephemerals("sam", "general"))
    assert "Only workspace admins" not in str(said)


async def test_an_event_waits_while_its_token_cannot_be_read(town: Town) -> None:
    """It is not acknowledged, so Slack sends it again, and then the key is there."""
    await town.install(town.first)
    await town.bind(town.first, 0)
    right = town.installations._keys
    town.installations._keys = Keys(Fernet.generate_key().decode())
    town.installations._kept.clear()
    with structlog.testing.capture_logs() as lines:
        ts = await town.ask(town.first)
        async with asyncio.timeout(20):
            while not [one for one in lines if "TokenUnreadable" in str(one)]:  # noqa: ASYNC110 (a log has no event)
                await asyncio.sleep(0.02)
    assert "not_installed" not in str(lines)
    town.installations._keys = right
    town.first.deliver_again()
    await town.reply(town.first, ts, "data_table")


@pytest.mark.parametrize("change", ["other", "none", "forged"])
async def test_a_state_is_good_in_the_browser_that_got_it(town: Town, change: str) -> None:
    """Nobody can have another person finish what they began, nor make up a state."""
    address = town.slack.approve(town.first, await town.button())
    if change == "forged":
        address = address[: address.index("state=")] + "state=made-up"
    async with httpx.AsyncClient() as stranger:
        if change == "other":
            await town.button(stranger)
        browser = town.browser if change == "forged" else stranger
        refused = await browser.get(address)
    assert refused.status_code == 400
    assert "Start again" in refused.text
    assert town.slack.exchanges == []
    assert await town.installations.get(town.first.state.team) is None


async def test_a_redirect_is_good_once(town: Town) -> None:
    """The same address again, also with its cookie, installs nothing and asks Slack nothing."""
    address = town.slack.approve(town.first, await town.button())
    cookie = {"Cookie": f"game_stats_install={town.browser.cookies['game_stats_install']}"}
    async with httpx.AsyncClient(headers=cookie) as replaying:
        replies = await asyncio.gather(*[replaying.get(address) for _ in range(5)])
    assert sorted(reply.status_code for reply in replies) == [200, 400, 400, 400, 400]
    assert len(town.slack.exchanges) == 1


async def test_a_code_that_was_used_says_so(town: Town) -> None:
    """Slack's refusal becomes a page that says what to do, with nothing of the request in it."""
    address = town.slack.approve(town.first, await town.button())
    refused = await town.browser.get(address.replace("code=", "code=<b>"))
    assert refused.status_code == 400
    assert "Slack did not accept" in refused.text
    assert "<b>" not in refused.text


async def test_cancelling_is_no_fault(town: Town) -> None:
    """Slack sends people back with an error when they press Cancel."""
    address = town.slack.approve(town.first, await town.button())
    state = httpx.URL(address).params["state"]
    back = {"error": "access_denied", "state": state}
    page = await town.browser.get(f"{town.url}/slack/oauth_redirect", params=back)
    assert "You cancelled" in page.text
    assert town.slack.exchanges == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"is_enterprise_install": True, "team": None}, "organisation"),
        ({"refresh_token": "xoxe-1", "expires_in": 43200}, "token rotation"),
    ],
)
async def test_what_cannot_be_kept_is_refused(
    town: Town, more: dict[str, object], words: str
) -> None:
    """An installation for an organisation, or a token that ends in hours, is not stored."""
    town.slack.more = more
    refused = await town.install(town.first)
    assert refused.status_code == 400
    assert words in refused.text
    assert await town.installations.teams() == {}


async def test_two_installs_at_once_leave_one_that_works(town: Town) -> None:
    """Two admins press the button of one workspace at the same moment."""
    async with httpx.AsyncClient() as one, httpx.AsyncClient() as two:
        ways = [
            (each, town.slack.approve(town.first, await town.button(each))) for each in (one, two)
        ]
        pages = await asyncio.gather(*[each.get(address) for each, address in ways])
    assert [page.status_code for page in pages] == [200, 200]
    await town.bind(town.first, 0)
    await town.reply(town.first, await town.ask(town.first), "data_table")


async def test_an_event_of_a_workspace_without_the_bot_is_acknowledged(town: Town) -> None:
    """It is dropped with one line in the log, however many there are; a command is told."""
    with structlog.testing.capture_logs() as lines:
        for _ in range(3):
            await town.ask(town.first)
        await town.first.until(lambda: not town.first.outbox.running)
        await town.first.command("maya", "general", "/stats first three")
    assert town.first.outbox.undelivered == []
    assert len([line for line in lines if line["event"] == "not_installed"]) == 1
    assert "not installed" in str(town.first.ephemerals("maya", "general"))
    assert await town.house.app.jobs.depth() == 0


async def test_removing_the_bot_deletes_all_of_that_workspace(town: Town) -> None:
    """Installation, bindings, digests and audit go; the other workspace's stay."""
    store = town.house.app.answering.store
    tables = ("installations", "bindings", "digests", "answers")
    for number, desk in enumerate((town.first, town.second)):
        await town.install(desk)
        await town.bind(desk, number)
        team, place = desk.state.team, desk.channel("general").id
        await store.digests.set(team, place, "6:00", "UTC", "U1", now=datetime.now(UTC))
        await town.reply(desk, await town.ask(desk), "data_table")
    elsewhere = town.again()
    assert await elsewhere.get(town.first.state.team) is not None
    town.slack.uninstall(town.first)
    await town.first.until(lambda: not town.first.outbox.running)
    assert await elsewhere.get(town.first.state.team) is None
    for table in tables:
        assert await town.count(table, town.first.state.team) == 0
        assert await town.count(table, town.second.state.team) == 1
    await town.reply(town.second, await town.ask(town.second), "data_table")


async def test_a_token_of_a_person_that_is_revoked_changes_nothing(town: Town) -> None:
    """We have none of those."""
    await town.install(town.first)
    tokens = {"oauth": ["U1"], "bot": []}
    town.first.outbox.tell("tokens_revoked", {"type": "tokens_revoked", "tokens": tokens})
    await town.first.until(lambda: not town.first.outbox.running)
    assert await town.installations.get(town.first.state.team) is not None


async def test_a_late_goodbye_does_not_end_a_new_installation(town: Town) -> None:
    """Slack may repeat the removal's event after people have installed the bot again."""
    await town.install(town.first)
    town.slack.uninstall(town.first)
    await town.first.until(lambda: not town.first.outbox.running)
    await asyncio.sleep(1)  # an event's time is in whole seconds
    await town.install(town.first)
    town.first.deliver_again()
    await town.first.until(lambda: not town.first.outbox.running)
    assert await town.installations.get(town.first.state.team) is not None


async def test_a_question_whose_workspace_leaves_meanwhile_ends_quietly(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its job ends at once, nothing is tried again, and what it wrote is swept away."""
    monkeypatch.setattr(workspaces, "SWEEP_SECONDS", 0.0)
    await town.install(town.first)
    await town.bind(town.first, 0)
    town.house.ollama.seconds = 1.0
    ts = await town.ask(town.first)
    await town.reply(town.first, ts, "")
    with structlog.testing.capture_logs() as lines:
        town.slack.uninstall(town.first)
        async with asyncio.timeout(20):
            while await town.house.app.jobs.depth():  # noqa: ASYNC110 (Redis has no event for it)
                await asyncio.sleep(0.05)
    said = [line["event"] for line in lines]
    assert "job_left_by_workspace" in said
    assert "job_failed" not in said
    await town.installations.sweep(town.first.state.team)
    assert await town.count("answers", town.first.state.team) == 0


async def test_a_job_of_a_workspace_that_left_does_nothing(town: Town) -> None:
    """A digest or a question that was queued before the removal ends without a call."""
    payload = {"team": town.first.state.team, "channel": "C1", "day": ""}
    await town.house.app.jobs.put("digest", payload, "digest:1")
    async with asyncio.timeout(20):
        while await town.house.app.jobs.depth():  # noqa: ASYNC110 (Redis has no event for it)
            await asyncio.sleep(0.05)
    assert town.first.requests == []


async def test_the_install_page_can_be_shown_nowhere_else(town: Town) -> None:
    """No frame, no script, no cache; its cookie is not for scripts."""
    page = await town.browser.get(town.url + INSTALL_PATH)
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    cookie = page.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
