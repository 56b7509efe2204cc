"""A question's way through Slack: mention or message, one reply, its stages, and the answer."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import Any

import pytest

from bot.demo.workspace import Workspace
from bot.domain import Code, Outcome, Progress, Question, Refusal, Report, Stage
from bot.slack import intake, reply
from bot.slack.mentions import said_by_person
from tests.oracle.check import check
from tests.slack.conftest import MANIFEST, Scene, running, top_teams
from tests.slack.samples import answer, table

LEADER = "Kestrels lead with a spirit total of 12.5, 1.5 ahead of Otters."


def kinds(message: dict[str, Any]) -> list[str]:
    """The types of a message's blocks."""
    return [block["type"] for block in message["blocks"]]


async def test_a_mention_is_answered_in_its_thread(scene: Scene) -> None:
    """The reply in the thread has a first line, a table, a trust line and buttons."""
    found = await scene.ask()
    assert kinds(found) == ["rich_text", "data_table", "context", "context_actions", "actions"]
    assert found["text"] == LEADER
    (asked,) = scene.answering.asked
    assert asked.text == "top 5 teams"
    assert asked.asker.team == scene.workspace.state.team


async def test_a_direct_message_is_a_question(scene: Scene) -> None:
    """No mention is needed in private."""
    ts = scene.workspace.direct("sam", "who &amp; what <won>?")
    place = scene.workspace.state.direct(scene.workspace.person("sam")).id
    await scene.reply(place, ts)
    assert scene.answering.asked[0].channel == place


async def test_the_placeholder_comes_before_the_answer(scene: Scene) -> None:
    """While a question is being answered its reply says so, and becomes the answer later."""
    go = asyncio.Event()

    async def slow(question: Question, report: Report) -> Outcome:
        await go.wait()
        return await top_teams(question, report)

    scene.answering.answerer = slow
    ts = scene.workspace.post("maya", "general", "@Game Stats top 5")
    waiting = await scene.reply("general", ts, blocks=False)
    assert waiting["text"] == "Looking…"
    go.set()
    done = await scene.reply("general", ts)
    assert done["ts"] == waiting["ts"]
    assert len(scene.workspace.replies("general", ts)) == 1


async def test_stages_are_shown_no_faster_than_the_pace(scene: Scene) -> None:
    """Of stages that follow quickly the latest is shown, and nothing after the answer."""

    async def staged(question: Question, report: Report) -> Outcome:
        await report(Progress(Stage.QUEUED, "2nd in line"))
        await report(Progress(Stage.DRAFTING))
        await scene.workspace.until(
            lambda: [
                one
                for one in scene.workspace.calls("chat.update")
                if one.args["text"] == "Writing the query…"
            ]
        )
        return await top_teams(question, report)

    scene.answering.answerer = staged
    await scene.ask()
    texts = [one.args["text"] for one in scene.workspace.calls("chat.update")]
    assert texts == ["Writing the query…", LEADER]


async def test_a_repeated_delivery_is_answered_once(scene: Scene) -> None:
    """Slack may deliver an event again; there is one answer."""
    await scene.ask()
    scene.workspace.deliver_again()
    await scene.ask("winter-cup", "another one")
    assert len(scene.answering.asked) == 2
    assert len(scene.workspace.calls("chat.postMessage")) == 2


async def test_a_second_run_edits_the_reply_that_exists(scene: Scene) -> None:
    """When a question's worker died, the next one finds the reply by its metadata."""
    ts = scene.workspace.post("maya", "general", "a thread")
    place = scene.workspace.channel("general").id
    ask = intake.Ask("q-1", scene.workspace.state.team, place, "U1", "top 5", ts, ts)
    first = await reply.place(scene.slack.rooms.web, ask, again=False)
    second = await reply.place(scene.slack.rooms.web, ask, again=True)
    other = await reply.place(
        scene.slack.rooms.web, intake.Ask("q-2", *list(asdict(ask).values())[1:]), again=True
    )
    assert first == second
    assert other != first


async def test_an_outage_of_slack_is_waited_out(scene: Scene) -> None:
    """The answer is edited in when Slack is back; the question is not answered anew."""
    for _ in range(2):
        scene.workspace.fail_next("chat.update", "fatal_error")
    found = await scene.ask()
    assert "data_table" in kinds(found)
    assert len(scene.workspace.calls("chat.postMessage")) == 1
    assert len(scene.answering.asked) == 1


async def test_a_placeholder_that_fails_is_looked_for_and_posted_again(scene: Scene) -> None:
    """A post that broke off is tried again in the same run, and leaves one reply."""
    scene.workspace.fail_next("chat.postMessage", "fatal_error")
    ts = scene.workspace.post("maya", "general", "@Game Stats top 5")
    await scene.reply("general", ts)
    assert len(scene.workspace.calls("conversations.replies")) == 1
    assert len(scene.workspace.replies("general", ts)) == 1
    assert len(scene.answering.asked) == 1


async def test_a_job_that_fails_is_run_again_on_the_same_reply(scene: Scene) -> None:
    """Whatever breaks the first run, the second one edits the message of the first."""
    tries = 0

    async def broken(question: Question, report: Report) -> Outcome:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise RuntimeError("the first worker dies")
        return await top_teams(question, report)

    scene.answering.answerer = broken
    found = await scene.ask()
    assert "data_table" in kinds(found)
    assert len(scene.workspace.calls("chat.postMessage")) == 1
    assert len(scene.answering.asked) == 2


async def test_a_bot_that_is_stopped_in_the_middle_leaves_one_reply(
    workspace: Workspace, redis_url: str
) -> None:
    """A question that outlasts the stop is answered after the next start, in the same message."""
    begun = asyncio.Event()

    async def endless(_question: Question, _report: Report) -> Outcome:
        begun.set()
        await asyncio.sleep(3600)
        raise AssertionError

    async with running(workspace, redis_url) as first:
        first.answering.answerer = endless
        ts = workspace.post("maya", "general", "@Game Stats top 5")
        await begun.wait()
    async with running(workspace, redis_url) as second:
        found = await second.reply("general", ts)
        assert "data_table" in kinds(found)
        await second.idle()
    assert len(workspace.replies("general", ts)) == 1


@pytest.mark.parametrize("reason", ["invalid_blocks", "msg_blocks_too_long", "invalid_attachments"])
async def test_a_rejected_table_is_sent_again_plainer(scene: Scene, reason: str) -> None:
    """The same rows come as a simpler table, then as fixed-width text, when Slack refuses."""
    scene.workspace.fail_next("chat.update", reason)
    assert kinds(await scene.ask())[1] == "table"
    for _ in range(2):
        scene.workspace.fail_next("chat.update", reason)
    found = await scene.ask()
    assert kinds(found) == ["rich_text", "rich_text", "context", "context_actions", "actions"]
    assert "Kestrels" in json.dumps(found["blocks"][1])


async def test_rejected_blocks_still_leave_the_text(scene: Scene) -> None:
    """When no block at all is taken, not even without thumbs, the answer comes as text."""
    for _ in range(4):
        scene.workspace.fail_next("chat.update", "invalid_blocks")
    ts = scene.workspace.post("maya", "general", "@Game Stats top 5")
    await scene.workspace.until(lambda: len(scene.workspace.calls("chat.update")) == 5)
    (found,) = scene.workspace.replies("general", ts)
    assert found["text"].startswith("Kestrels lead with a spirit total of 12.5")
    assert "Spring Classic · from teams · 2 rows" in found["text"]


async def test_an_older_workspace_is_asked_once_for_each_new_block(scene: Scene) -> None:
    """What a workspace does not have is not sent there again; answers come without it."""
    scene.workspace.state.lacking = frozenset({"data_table"})
    assert kinds(await scene.ask())[1] == "table"
    tries = len(scene.workspace.calls("chat.update"))
    assert kinds(await scene.ask())[1] == "table"
    assert len(scene.workspace.calls("chat.update")) == tries + 1
    # A refusal for another reason is not held against a block.
    scene.workspace.fail_next("chat.update", "invalid_blocks")
    assert kinds(await scene.ask())[1] == "rich_text"
    assert kinds(await scene.ask())[1] == "table"


async def test_a_rate_limited_edit_is_waited_out(scene: Scene) -> None:
    """The final edit comes after the wait that Slack asks for."""
    scene.workspace.fail_next("chat.update", "ratelimited", retry_after=1)
    assert "data_table" in kinds(await scene.ask())
    assert len(scene.answering.asked) == 1


async def test_many_at_once_stay_within_slacks_limits(redis_url: str) -> None:
    """With Slack's rate limits on, a burst of questions in one channel is answered in full."""
    async with (
        Workspace(manifest=MANIFEST, inspect=check) as workspace,
        running(workspace, redis_url) as scene,
    ):
        asked = [workspace.post("maya", "general", f"@Game Stats top {i}") for i in range(6)]
        for ts in asked:
            await scene.reply("general", ts)
        assert len(scene.answering.asked) == 6
        assert [len(workspace.replies("general", ts)) for ts in asked] == [1] * 6


async def test_a_deleted_placeholder_does_not_lose_the_answer(scene: Scene) -> None:
    """When the message to edit is gone the answer is posted anew."""
    scene.workspace.fail_next("chat.update", "message_not_found")
    ts = scene.workspace.post("maya", "general", "@Game Stats top 5")
    await scene.reply("general", ts)
    assert len(scene.workspace.calls("chat.postMessage")) == 2


async def test_refusals_outages_and_bugs_look_different(scene: Scene) -> None:
    """Each kind has its own sign."""
    signs = []
    for code in (Code.TOO_COSTLY, Code.DATABASE_DOWN, Code.BUG):

        async def refuse(_question: Question, _report: Report, code: Code = code) -> Outcome:
            return Refusal(code, "A sentence.")

        scene.answering.answerer = refuse
        signs.append((await scene.ask())["text"])
    assert signs == ["A sentence.", ":warning: A sentence.", ":x: A sentence."]


async def test_an_answer_that_cannot_be_drawn_is_said_to_be_a_bug(scene: Scene) -> None:
    """A result that breaks the renderer does not leave "Looking…" for ever."""

    class Broken:
        def __str__(self) -> str:
            raise RuntimeError("no")

    async def broken(question: Question, _report: Report) -> Outcome:
        return answer(table((Broken(), 1)), asked=question)

    scene.answering.answerer = broken
    found = await scene.ask()
    assert "cannot show it" in found["text"]


def test_bots_and_edits_are_not_answered() -> None:
    """What bots say, and edits of what was said, is no question."""
    event = {"type": "app_mention", "channel": "C1", "ts": "1.0", "text": "x", "user": "U1"}
    edited = {"edited": {"user": "U1", "ts": "1.1"}}
    assert said_by_person(event)
    for odd in ({"bot_id": "B1"}, edited, {"subtype": "bot_message"}, {"user": None}):
        assert not said_by_person({**event, **odd})


async def test_a_channel_that_closed_ends_the_job(scene: Scene) -> None:
    """When the bot may not write there any more the job is not tried for ever."""
    scene.workspace.fail_next("chat.postMessage", "is_archived")
    scene.workspace.post("maya", "general", "@Game Stats top 5")
    await scene.workspace.until(lambda: scene.workspace.calls("chat.postMessage"))
    await scene.ask("winter-cup")
    await scene.idle()
    assert len(scene.answering.asked) == 1


def test_text_reads_as_on_the_screen() -> None:
    """Mentions go, links and channels read by their words, escapes are undone."""
    text = "<@U1> goals &gt; 3 in <#C1|open> <https://x.org|site> <!here> <mailto:a@b.c|a@b.c>"
    assert intake.readable(text) == "goals > 3 in #open site here a@b.c"
