"""Asking by shortcut: a message's text in its thread, a modal from anywhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.demo.workspace.state import Channel, named_id
from bot.domain import Code, Outcome, Question, Refusal, Report
from bot.slack.render.ask import ASK, ASK_ABOUT, EVENT, QUESTION
from tests.slack.conftest import Scene, settled, top_teams
from tests.slack.samples import SPRING, WINTER

Json = dict[str, Any]


def add_channel(scene: Scene, name: str, *people: str, bot: bool, private: bool = False) -> Channel:
    """A channel with these people in it, and the bot if told so."""
    members = {scene.workspace.person(one) for one in people}
    members |= {scene.workspace.bot_user} if bot else set()
    made = Channel(named_id("C", name), name, "private" if private else "public", members)
    scene.workspace.state.channels[made.id] = made
    return made


def direct(scene: Scene, user: str) -> str:
    """The conversation of a person with the bot."""
    return scene.workspace.state.direct(scene.workspace.person(user)).id


async def test_a_message_is_asked_in_its_thread(scene: Scene) -> None:
    """Anybody may ask what somebody else wrote; it is answered for all, for whoever clicked."""
    ts = scene.workspace.post("maya", "general", "who has the best spirit?")
    await scene.workspace.message_shortcut("sam", "general", ts, ASK_ABOUT)
    await scene.reply("general", ts)
    (asked,) = scene.answering.asked
    assert asked.text == "who has the best spirit?"
    assert asked.asker.user == scene.workspace.person("sam")
    assert asked.thread == ts


async def test_where_the_bot_is_not_the_answer_is_private(scene: Scene) -> None:
    """In a channel that the bot is not in only who clicked sees it."""
    place = add_channel(scene, "elsewhere", "maya", "sam", bot=False)
    ts = scene.workspace.post("maya", "elsewhere", "who has the best spirit?")
    await scene.workspace.message_shortcut("sam", "elsewhere", ts, ASK_ABOUT)
    found = await scene.whisper("sam", "elsewhere")
    assert "who has the best spirit?" in json.dumps(found["blocks"])
    assert list(place.messages) == [ts]


async def test_a_message_without_a_question_in_it(scene: Scene) -> None:
    """The bot's own answer, and one that is only a file, are told apart and not asked."""
    found = await scene.ask()
    await scene.workspace.message_shortcut("sam", "general", found["ts"], ASK_ABOUT)
    ts = scene.workspace.post("maya", "general", "x")
    message = scene.workspace.channel("general").messages[ts]
    message |= {"text": "", "subtype": "file_share", "files": [{"id": "F1"}]}
    await scene.workspace.message_shortcut("sam", "general", ts, ASK_ABOUT)
    said = await scene.workspace.until(
        lambda: (whispers := scene.workspace.ephemerals("sam", "general"))[1:] and whispers
    )
    assert [one["text"] for one in said] == [
        "That message is mine. Ask about one of yours, or write me a new question.",
        "There is no text in that message that I could answer.",
    ]
    await scene.idle()
    assert len(scene.answering.asked) == 1


async def test_anything_is_asked_in_a_modal_and_answered_directly(scene: Scene) -> None:
    """The only event is chosen already; the answer's thread goes on about the same channel."""
    scene.bind("general", SPRING)
    await scene.workspace.shortcut("sam", ASK)
    view = await scene.workspace.until(lambda: scene.workspace.view("sam"))
    place = scene.workspace.channel("general").id
    assert view["blocks"][1]["element"]["initial_option"]["value"] == place
    assert await scene.workspace.submit("sam", view, {QUESTION: "top 5 teams"}) == {}
    here = direct(scene, "sam")
    found = await scene.workspace.until(
        lambda: [one for one in scene.workspace.messages(here) if settled(one)]
    )
    assert "top 5 teams" in json.dumps(found[0]["blocks"])
    scene.workspace.post("sam", here, "and by division?", thread_ts=found[0]["ts"])
    await scene.workspace.until(lambda: len(scene.answering.asked) == 2)
    await scene.idle()
    assert [(one.channel, one.scope, one.thread) for one in scene.answering.asked] == [
        (here, place, found[0]["ts"])
    ] * 2
    assert scene.workspace.view("sam") is None


async def test_only_channels_that_one_is_in_are_offered(scene: Scene) -> None:
    """By the names of events and channels; another's private channel is not among them."""
    scene.bind("general", SPRING)
    scene.bind("winter-cup", WINTER)
    add_channel(scene, "secret", "maya", bot=True, private=True)
    scene.bind("secret", SPRING, WINTER)
    await scene.workspace.shortcut("sam", ASK)
    view = await scene.workspace.until(lambda: scene.workspace.view("sam"))
    every = await scene.workspace.suggest("sam", view, EVENT, "")
    assert [one["description"]["text"] for one in every["options"]] == ["#general", "#winter-cup"]
    some = await scene.workspace.suggest("sam", view, EVENT, "#WINTER")
    assert [one["text"]["text"] for one in some["options"]] == [WINTER.name]


async def test_a_channel_that_was_left_is_not_asked_about(scene: Scene) -> None:
    """What is sent is checked again when it is submitted, and when it is answered."""
    secret = add_channel(scene, "secret", "maya", bot=True, private=True)
    scene.bind("secret", SPRING)
    scene.bind("general", WINTER)
    await scene.workspace.shortcut("sam", ASK)
    view = await scene.workspace.until(lambda: scene.workspace.view("sam"))
    forged = {"text": {"type": "plain_text", "text": "x"}, "value": secret.id}
    faults = await scene.workspace.submit("sam", view, {QUESTION: "top 5", EVENT: {EVENT: forged}})
    assert list(faults) == [EVENT]
    assert scene.answering.asked == []
    assert scene.workspace.view("sam") is not None


async def test_without_a_channel_the_modal_says_what_to_do(scene: Scene) -> None:
    """Nothing can be asked where nothing is bound."""
    await scene.workspace.shortcut("sam", ASK)
    view = await scene.workspace.until(lambda: scene.workspace.view("sam"))
    assert "/stats-channel" in json.dumps(view["blocks"])
    assert view.get("submit") is None


async def test_a_modal_that_is_submitted_twice_asks_once(scene: Scene) -> None:
    """A submission that comes again is the same question."""
    scene.bind("general", SPRING)
    await scene.workspace.shortcut("sam", ASK)
    view = await scene.workspace.until(lambda: scene.workspace.view("sam"))
    kept = scene.workspace.state.views[view["id"]]
    for _ in range(2):
        scene.workspace.state.views[view["id"]] = kept
        assert await scene.workspace.submit("sam", view, {QUESTION: "top 5"}) == {}
    here = direct(scene, "sam")
    await scene.workspace.until(lambda: any(map(settled, scene.workspace.messages(here))))
    await scene.idle()
    assert len(scene.answering.asked) == 1


@pytest.mark.parametrize("text", ["?", "top teams " * 101])
async def test_what_is_no_question_is_said_in_the_modal(scene: Scene, text: str) -> None:
    """Nothing, and a thousand characters: the modal stays with what was typed."""
    scene.bind("general", SPRING)
    await scene.workspace.shortcut("sam", ASK)
    view = await scene.workspace.until(lambda: scene.workspace.view("sam"))
    faults = await scene.workspace.submit("sam", view, {QUESTION: text})
    assert list(faults) == [QUESTION]
    assert scene.workspace.view("sam") is not None


async def test_a_long_message_is_refused_in_its_thread(scene: Scene) -> None:
    """A message of a thousand characters is asked as it is; the pipeline says what is wrong."""
    ts = scene.workspace.post("maya", "general", "top teams " * 101)
    await scene.workspace.message_shortcut("sam", "general", ts, ASK_ABOUT)
    await scene.reply("general", ts)
    assert len(scene.answering.asked[0].text) == 1009


async def test_a_question_without_an_event_in_private_says_how_to_choose(scene: Scene) -> None:
    """There is no channel to connect in a direct message."""

    async def unbound(question: Question, report: Report) -> Outcome:
        if question.channel.startswith("D"):
            return Refusal(Code.NOT_BOUND, "This channel is not connected.")
        return await top_teams(question, report)

    scene.answering.answerer = unbound
    ts = scene.workspace.direct("sam", "top 5 teams")
    here = direct(scene, "sam")
    found = await scene.workspace.until(
        lambda: [r for r in scene.workspace.replies(here, ts) if "Ask about" in r["text"]]
    )
    assert len(found) == 1


async def test_rows_are_shown_only_to_who_is_in_the_channel(scene: Scene) -> None:
    """An answer in private about a channel is not read anew once its reader has left that."""
    scene.bind("general", SPRING)
    await scene.workspace.shortcut("sam", ASK)
    view = await scene.workspace.until(lambda: scene.workspace.view("sam"))
    await scene.workspace.submit("sam", view, {QUESTION: "top 5"})
    here = direct(scene, "sam")
    found = await scene.workspace.until(
        lambda: [one for one in scene.workspace.messages(here) if settled(one)]
    )
    await scene.idle()
    scene.workspace.channel("general").members.discard(scene.workspace.person("sam"))
    scene.slack.rooms.people._inside.clear()  # a minute later
    await scene.workspace.click("sam", here, found[0], "csv")
    said = await scene.workspace.until(lambda: scene.workspace.ephemerals("sam", here))
    assert said[0]["text"] == "You are no longer in the channel that this answer was about."
    await scene.idle()
    assert scene.workspace.files == []
