"""Choices that were asked back, as buttons in the reply."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.domain import Choice, Clarification, Code, Outcome, Question, Refusal, Report
from bot.slack.render.choices import choice_messages
from tests.slack.conftest import Scene, top_teams
from tests.slack.samples import question

BACK = Clarification(
    "Which one do you mean?",
    (Choice("Spirit", "team by spirit?"), Choice("Wins <!here>", "team by <!here> & wins?")),
)


async def vaguely(asked: Question, report: Report) -> Outcome:
    """Ask back what is vague, answer the rest."""
    return BACK if "best" in asked.text else await top_teams(asked, report)


async def offered(scene: Scene) -> tuple[str, dict[str, Any]]:
    """The ts of a vague question, and the reply with its choices."""
    scene.answering.answerer = vaguely
    ts = scene.workspace.post("maya", "general", "@Game Stats best team?")
    return ts, await scene.reply("general", ts)


async def test_a_choice_is_answered_in_the_same_reply(scene: Scene) -> None:
    """Another person in the thread chooses; the buttons become the answer, asked in their name."""
    ts, found = await offered(scene)
    labels = [element["text"]["text"] for element in found["blocks"][1]["elements"]]
    assert labels == ["Spirit", "Wins <!here>"]
    await scene.workspace.click("sam", "general", found, "choose_1")
    await scene.workspace.until(lambda: len(scene.answering.asked) == 2)
    done = await scene.workspace.until(
        lambda: next(
            (
                one
                for one in scene.workspace.replies("general", ts)
                if any(block["type"] in {"table", "data_table"} for block in one.get("blocks", ()))
            ),
            None,
        )
    )
    assert done["ts"] == found["ts"]
    assert len(scene.workspace.replies("general", ts)) == 1
    assert scene.answering.asked[1].text == "team by <!here> & wins?"
    assert scene.answering.asked[1].asker.user == scene.workspace.person("sam")


async def test_of_two_clicks_the_first_counts(scene: Scene) -> None:
    """Two people choose at once; one answer comes."""
    _ts, found = await offered(scene)
    await asyncio.gather(
        scene.workspace.click("sam", "general", found, "choose_0"),
        scene.workspace.click("maya", "general", found, "choose_1"),
    )
    await scene.workspace.until(lambda: len(scene.answering.asked) == 2)
    await scene.ask("winter-cup", "top 5 another")
    assert len(scene.answering.asked) == 3


async def test_a_private_choice_is_answered_in_private(scene: Scene) -> None:
    """What was asked with /stats stays with the asker."""
    scene.answering.answerer = vaguely
    await scene.workspace.command("sam", "general", "/stats best team")
    found = await scene.whisper("sam")
    await scene.workspace.click("sam", "general", found, "choose_0")
    await scene.workspace.until(lambda: len(scene.workspace.ephemerals("sam", "general")) == 2)
    assert scene.workspace.messages("general") == []


async def test_an_outage_after_a_choice_can_be_asked_again(scene: Scene) -> None:
    """A choice that met an outage leaves “Ask again”, with the chosen question."""

    async def down(asked: Question, _report: Report) -> Outcome:
        return BACK if "best" in asked.text else Refusal(Code.MODEL_DOWN, "Not reachable.")

    _ts, found = await offered(scene)
    scene.answering.answerer = down
    await scene.workspace.click("sam", "general", found, "choose_0")
    again = await scene.workspace.until(
        lambda: next(
            (
                one
                for one in scene.workspace.replies("general", _ts)
                if "Not reachable." in one["text"]
            ),
            None,
        )
    )
    scene.answering.answerer = top_teams
    await scene.workspace.click("sam", "general", again, "ask_again")
    await scene.workspace.until(lambda: len(scene.answering.asked) == 3)
    assert scene.answering.asked[2].text == "team by spirit?"


def test_without_blocks_the_questions_are_a_list() -> None:
    """Where Slack takes no blocks people read what to ask; nothing in it is markup."""
    _rich, bare = choice_messages(BACK, question(), quoted=True)
    assert bare.text == (
        "Which one do you mean?\n• team by spirit?\n• team by &lt;!here&gt; &amp; wins?"
    )
