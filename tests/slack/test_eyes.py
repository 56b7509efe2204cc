"""Eyes on a question in a channel while it is being worked on."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain import Outcome, Question, Report
from bot.slack import eyes
from tests.slack.conftest import Scene, top_teams


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eyes, "PATIENCE", 0.0)


def reactions(scene: Scene, ts: str) -> list[str]:
    """The names of what stands under a message in #general."""
    message = scene.workspace.channel("general").messages[ts]
    return [one["name"] for one in message.get("reactions", [])]


async def looked_at(scene: Scene, text: str = "top 5 teams") -> str:
    """Ask in #general, and see that the question has its eyes before it is answered."""
    go = asyncio.Event()

    async def slow(question: Question, report: Report) -> Outcome:
        await go.wait()
        return await top_teams(question, report)

    scene.answering.answerer = slow
    ts = scene.workspace.post("maya", "general", f"@Game Stats {text}")
    await scene.workspace.until(lambda: reactions(scene, ts) == ["eyes"])
    go.set()
    await scene.reply("general", ts)
    await scene.idle()
    return ts


async def test_a_question_has_eyes_until_it_is_answered(scene: Scene) -> None:
    """They come while it is worked on and go with the answer."""
    assert reactions(scene, await looked_at(scene)) == []


async def test_what_is_answered_quickly_has_none(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that comes at once makes no calls; nor does the pane, which has a status."""
    scene.workspace.direct("sam", "top 5 teams")
    await scene.workspace.until(lambda: scene.answering.asked)
    await scene.idle()
    monkeypatch.setattr(eyes, "PATIENCE", 60.0)
    await scene.ask()
    await scene.idle()
    assert len(scene.answering.asked) == 2
    assert not scene.workspace.calls("reactions.add")
    assert not scene.workspace.calls("reactions.remove")


async def test_eyes_that_slack_would_not_take_away_go_with_the_next_run(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a worker left there when it died, the one that goes on takes away."""

    async def broken(_question: Question, _report: Report) -> Outcome:
        await scene.workspace.until(lambda: reactions(scene, ts) == ["eyes"])
        monkeypatch.setattr(eyes, "PATIENCE", 60.0)
        scene.answering.answerer = top_teams
        raise RuntimeError("the worker dies")

    scene.workspace.fail_next("reactions.remove", "bad_timestamp")
    scene.answering.answerer = broken
    ts = scene.workspace.post("maya", "general", "@Game Stats top 5")
    await scene.reply("general", ts)
    await scene.idle()
    assert len(scene.workspace.calls("reactions.add")) == 1
    assert reactions(scene, ts) == []


async def test_without_the_scope_questions_are_answered(scene: Scene) -> None:
    """An app that may not react is told so once, and does not try again."""
    scene.workspace.fail_next("reactions.add", "missing_scope")

    async def refused(question: Question, report: Report) -> Outcome:
        await scene.workspace.until(lambda: "reactions.add" in scene.slack.rooms.web.unsupported)
        return await top_teams(question, report)

    scene.answering.answerer = refused
    await scene.ask()
    await scene.ask(text="top 3 teams")
    await scene.idle()
    assert len(scene.workspace.calls("reactions.add")) == 1
