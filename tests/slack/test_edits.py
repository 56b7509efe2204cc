"""A question's message that is edited or deleted: asked anew in the same reply, or withdrawn."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.domain import Outcome, Question, Report
from bot.slack import intake, worker
from tests.slack.conftest import Scene, settled, top_teams

Json = dict[str, Any]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Edits settle sooner than for people."""
    monkeypatch.setattr(worker, "SETTLE", 0.3)


async def texts(scene: Scene, count: int) -> list[str]:
    """What was asked, once it is so many."""
    await scene.workspace.until(lambda: len(scene.answering.asked) >= count)
    await scene.idle()
    return [one.text for one in scene.answering.asked]


class Gate:
    """Lets a question be answered when a test says so; `held` are those that wait."""

    def __init__(self) -> None:
        self.open, self.reached = asyncio.Event(), asyncio.Event()
        self.held: list[str] = []

    async def __call__(self, question: Question, report: Report) -> Outcome:
        """Wait for the gate, for the first question only."""
        if not self.held:
            self.held.append(question.id)
            self.reached.set()
            await self.open.wait()
        return await top_teams(question, report)


async def test_an_edited_question_is_asked_anew_in_the_same_reply(scene: Scene) -> None:
    """The answer to the new words takes the place of the old one, whose thread it leaves."""
    ts = scene.workspace.post("maya", "general", "@Game Stats top 5 teams")
    first = await scene.reply("general", ts)
    scene.workspace.edit("maya", "general", ts, "@Game Stats top 3 teams")
    assert await texts(scene, 2) == ["top 5 teams", "top 3 teams"]
    (found,) = scene.workspace.replies("general", ts)
    assert found["ts"] == first["ts"]
    assert settled(found)
    assert set(scene.answering.withdrawn) == {scene.answering.asked[0].id}
    payload = found["metadata"]["event_payload"]
    assert payload["question_id"] == scene.answering.asked[1].id


async def test_several_edits_in_a_row_are_one_question(scene: Scene) -> None:
    """Only the last words are asked; each delivery twice changes nothing."""
    ts = scene.workspace.post("maya", "general", "@Game Stats top 5 teams")
    await scene.reply("general", ts)
    for words in ("top 6 teams", "top 7 teams", "top 8 teams"):
        scene.workspace.edit("maya", "general", ts, f"@Game Stats {words}")
        scene.workspace.deliver_again()
    assert await texts(scene, 2) == ["top 5 teams", "top 8 teams"]
    assert len(scene.workspace.replies("general", ts)) == 1


async def test_an_edit_during_the_answer_wins(scene: Scene) -> None:
    """The old question is stopped; its answer, when it comes late, is not shown."""
    gate = scene.answering.answerer = Gate()
    ts = scene.workspace.post("maya", "general", "@Game Stats top 5 teams")
    await gate.reached.wait()
    scene.workspace.edit("maya", "general", ts, "@Game Stats top 3 teams")
    await scene.workspace.until(lambda: len(scene.answering.asked) == 2)
    assert scene.answering.stops[0] == gate.held[0]
    second = scene.answering.asked[1].id

    def shown() -> list[str]:
        return [r["metadata"]["event_payload"]["question_id"] for r in found()]

    def found() -> list[Json]:
        return [r for r in scene.workspace.replies("general", ts) if settled(r)]

    await scene.workspace.until(lambda: shown() == [second])
    gate.open.set()
    await scene.idle()
    assert shown() == [second]
    assert len(scene.workspace.replies("general", ts)) == 1


async def test_same_words_and_unfurled_links_ask_nothing(scene: Scene) -> None:
    """An edit back to what stands, or one that changes no words, is no question."""
    ts = scene.workspace.post("maya", "general", "@Game Stats top 5 teams")
    await scene.reply("general", ts)
    scene.workspace.edit("maya", "general", ts, "@Game Stats  top 5 teams ")
    scene.workspace.edit("maya", "general", ts, "@Game Stats top 5 teams")
    assert await texts(scene, 1) == ["top 5 teams"]
    await scene.ask("winter-cup", "another one")
    assert len(scene.answering.asked) == 2


async def test_a_mention_that_is_added_later_asks(scene: Scene) -> None:
    """Whoever forgot to mention the bot edits it in; other edits are nobody's business."""
    ts = scene.workspace.post("maya", "general", "top 5 teams")
    scene.workspace.edit("maya", "general", ts, "top five teams")
    scene.workspace.edit("maya", "general", ts, "@Game Stats top 5 teams")
    await scene.reply("general", ts)
    assert await texts(scene, 1) == ["top 5 teams"]


async def test_a_direct_question_and_one_in_a_thread_are_edited(scene: Scene) -> None:
    """Neither needs a mention; words that ask nothing any more withdraw the one in the thread."""
    ts = scene.workspace.direct("sam", "top 5 teams")
    place = scene.workspace.state.direct(scene.workspace.person("sam")).id
    await scene.reply(place, ts)
    scene.workspace.edit("sam", place, ts, "top 3 teams")
    await texts(scene, 2)
    reply = scene.workspace.post("sam", place, "and by division?", thread_ts=ts)
    await texts(scene, 3)
    scene.workspace.edit("sam", place, reply, "and by pool?")
    assert (await texts(scene, 4))[2:] == ["and by division?", "and by pool?"]
    root = scene.workspace.post("maya", "general", "@Game Stats top 5 teams")
    await scene.reply("general", root)
    inside = scene.workspace.post("sam", "general", "and by division?", thread_ts=root)
    await texts(scene, 6)
    await scene.workspace.until(lambda: len(scene.workspace.replies("general", root)) == 3)
    scene.workspace.edit("sam", "general", inside, "never mind")
    await scene.workspace.until(lambda: len(scene.workspace.replies("general", root)) == 2)
    scene.workspace.edit("sam", "general", inside, "and by field?")
    await scene.workspace.until(lambda: len(scene.workspace.replies("general", root)) == 3)
    assert (await texts(scene, 7))[-1] == "and by field?"


@pytest.mark.parametrize("threaded", [True, False])
async def test_a_deleted_question_takes_its_answer_with_it(scene: Scene, threaded: bool) -> None:  # noqa: FBT001 (a parameter of the test)
    """Whether Slack leaves a stone in its place (it has replies) or not (a reply in a thread)."""
    ts = scene.workspace.post("maya", "general", "@Game Stats top 5 teams")
    await scene.reply("general", ts)
    asked = ts
    if not threaded:
        asked = scene.workspace.post("maya", "general", "and by division?", thread_ts=ts)
        await scene.workspace.until(lambda: len(scene.workspace.replies("general", ts)) == 3)
    await scene.idle()
    scene.workspace.delete("maya", "general", asked)
    scene.workspace.deliver_again()
    left = 0 if threaded else 1
    await scene.workspace.until(lambda: len(scene.workspace.replies("general", ts)) == left)
    await scene.idle()
    assert set(scene.answering.withdrawn) == {scene.answering.asked[-1].id}


async def test_a_question_deleted_in_the_middle_is_stopped_and_leaves_nothing(
    scene: Scene,
) -> None:
    """The waiting reply goes, and a late answer is not posted."""
    gate = scene.answering.answerer = Gate()
    ts = scene.workspace.post("maya", "general", "@Game Stats top 5 teams")
    await gate.reached.wait()
    assert len(scene.workspace.replies("general", ts)) == 1
    scene.workspace.delete("maya", "general", ts)
    await scene.workspace.until(lambda: not scene.workspace.replies("general", ts))
    assert gate.held[0] in scene.answering.stops
    gate.open.set()
    await scene.idle()
    assert scene.workspace.replies("general", ts) == []


async def test_a_deletion_that_comes_before_its_question_wins(scene: Scene) -> None:
    """Slack repeats events in any order: what is deleted is not asked any more."""
    ts = scene.workspace.post("maya", "general", "@Game Stats top 5 teams")
    await scene.reply("general", ts)
    told = list(scene.workspace.outbox.told)
    gone = f"{float(ts) + 1:.6f}"
    for payload in told[:2]:
        payload["event"] |= {"ts": gone, "text": payload["event"]["text"]}
    deletion = {
        **told[0]["event"],
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "channel_type": "channel",
        "deleted_ts": gone,
        "previous_message": {**told[0]["event"]},
    }
    scene.workspace.state.tell_app("message.channels", deletion)
    await scene.workspace.until(lambda: not scene.workspace.outbox.running)
    for payload in told[:2]:
        scene.workspace.outbox.again(payload)
    await scene.workspace.until(lambda: not scene.workspace.outbox.running)
    await scene.idle()
    assert len(scene.answering.asked) == 1


async def test_two_questions_of_one_message_share_the_first_reply(scene: Scene) -> None:
    """When both placed a reply at the same moment, one of them goes."""
    ts = scene.workspace.post("maya", "general", "a thread")
    place = scene.workspace.channel("general").id
    team = scene.workspace.state.team
    asks = [
        intake.Ask(name, team, place, "U1", "top 5", ts, ts, said_ts=ts) for name in ("q-1", "q-2")
    ]
    placed = [await worker._placed(scene.slack.rooms, ask, again=False) for ask in asks]
    assert placed[0] == placed[1]
    assert [r["ts"] for r in scene.workspace.replies("general", ts)] == placed[:1]


async def test_the_bots_own_messages_are_nobodys_question(scene: Scene) -> None:
    """Edits and deletions of its answers are acknowledged and do nothing."""
    found = await scene.ask()
    calls = len(scene.workspace.requests)
    place = scene.workspace.channel("general")
    scene.workspace.state.tell_app(
        "message.channels",
        {
            "type": "message",
            "subtype": "message_deleted",
            "channel": place.id,
            "channel_type": "channel",
            "deleted_ts": found["ts"],
            "previous_message": found,
            "ts": found["ts"],
        },
    )
    await scene.workspace.until(lambda: not scene.workspace.outbox.running)
    await scene.idle()
    assert len(scene.workspace.requests) == calls
    assert scene.workspace.outbox.undelivered == []
