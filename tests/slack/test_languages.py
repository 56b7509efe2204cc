"""Each person is answered in the language of their Slack, wherever an answer meets them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.domain import ColumnKind, Outcome, Question, Report, ResultTable
from bot.slack import people
from bot.slack.intake import Reader
from bot.slack.rows import reader_zone
from bot.texts import Tongue
from tests.slack.conftest import Scene
from tests.slack.samples import SPRING, answer, columns, table

WHERE = "general"


async def speak(scene: Scene, user: str, locale: str) -> None:
    """Choose a person's language, and wait until the bot has heard of it."""
    scene.workspace.speak(user, locale)
    await scene.workspace.until(lambda: not scene.workspace.outbox.running)


@pytest.fixture
async def german(scene: Scene, unhurried: None) -> Scene:
    """Maya's Slack is German, Sam's English; each has asked nothing yet."""

    async def uneven(question: Question, _report: Report) -> Outcome:
        return answer(table(("Kestrels", 1234.5), ("Otters", 11)), asked=question)

    scene.answering.answerer = uneven
    await speak(scene, "maya", "de-DE")
    return scene


def words(message: dict[str, Any]) -> str:
    """Everything that a message or a view says."""
    return json.dumps(message, ensure_ascii=False)


async def menu(scene: Scene, user: str, message: dict[str, Any], action: str) -> None:
    """Choose from the menu under an answer."""
    options = message["blocks"][-1]["elements"][-1]["options"]
    value = next(one["value"] for one in options if one["value"].startswith(action))
    await scene.workspace.click(user, WHERE, message, "more", value=value)


async def test_two_people_are_answered_in_two_languages(german: Scene) -> None:
    """At the same moment, from the placeholder to the numbers and the buttons."""
    hers = german.workspace.post("maya", WHERE, "@Game Stats top 5 teams")
    his = german.workspace.post("sam", WHERE, "@Game Stats top 5 teams")
    first, second = await german.reply(WHERE, hers), await german.reply(WHERE, his)
    assert "Kestrels (spirit total 1234,5)" in words(first)
    assert "SQL zeigen" in words(first)
    assert "Show SQL" in words(second)
    assert "1234.5" in words(second)
    placed = [call.args["text"] for call in german.workspace.calls("chat.postMessage")]
    assert sorted(placed) == ["Ich sehe nach…", "Looking…"]


async def test_a_click_of_another_leaves_the_message_in_its_language(german: Scene) -> None:
    """What all see stays as it was asked for; what one person is shown is in theirs."""
    ts = german.workspace.post("maya", WHERE, "@Game Stats top 5 teams")
    found = await german.reply(WHERE, ts)
    await menu(german, "sam", found, "run_again")
    again = await german.workspace.until(
        lambda: next(
            (one for one in german.workspace.replies(WHERE, ts) if "Neu gelesen" in words(one)),
            None,
        )
    )
    assert "SQL zeigen" in words(again)
    await german.workspace.click("sam", WHERE, again, "show_sql")
    view = await german.workspace.until(lambda: german.workspace.view("sam"))
    assert view["title"]["text"] == "SQL of this answer"
    await german.workspace.click("maya", WHERE, again, "show_sql")
    view = await german.workspace.until(lambda: german.workspace.view("maya"))
    assert view["title"]["text"] == "SQL dieser Antwort"
    await menu(german, "sam", again, "ask_again")
    anew = await german.workspace.until(
        lambda: next(
            (one for one in german.workspace.replies(WHERE, ts)[1:] if len(one["blocks"]) > 2), None
        )
    )
    assert "Show SQL" in words(anew)


async def test_a_shared_copy_is_in_the_words_of_who_shares(german: Scene) -> None:
    """It is their message to the channel."""
    found = await german.ask()
    await menu(german, "sam", found, "share")
    shared = await german.workspace.until(
        lambda: next(
            (one for one in german.workspace.messages(WHERE) if "Shared by" in words(one)), None
        )
    )
    assert "Show SQL" in words(shared)


async def test_a_private_answer_a_command_and_home_are_in_the_persons_language(
    german: Scene,
) -> None:
    """What nobody else sees is never in anybody else's."""
    await german.workspace.command("maya", WHERE, "/stats help")
    await german.workspace.command("sam", WHERE, "/stats help")
    (hers,) = german.workspace.ephemerals("maya", WHERE)
    (his,) = german.workspace.ephemerals("sam", WHERE)
    assert "Frag zum Turnier" in hers["text"]
    assert "Ask about this channel's event" in his["text"]
    await german.workspace.command("maya", WHERE, "/stats top 5 teams")
    assert "SQL zeigen" in words(await german.whisper("maya"))
    german.workspace.gestures.open_home(german.workspace.person("maya"))
    home = await german.workspace.until(lambda: german.workspace.home("maya"))
    assert "Frag zu deinem Turnier" in words(home)
    await german.workspace.shortcut("maya", "ask_anything")
    view = await german.workspace.until(lambda: german.workspace.view("maya"))
    assert view["title"]["text"] == "Game Stats fragen"


async def test_who_changes_their_language_is_answered_in_it_at_once(german: Scene) -> None:
    """An edited question is answered in the language that its asker has by then."""
    ts = german.workspace.post("maya", WHERE, "@Game Stats top 5 teams")
    assert "SQL zeigen" in words(await german.reply(WHERE, ts))
    await speak(german, "maya", "es-LA")
    german.workspace.edit("maya", WHERE, ts, "@Game Stats top 6 teams")
    reply = await german.workspace.until(
        lambda: next(
            (one for one in german.workspace.replies(WHERE, ts) if "Ver SQL" in words(one)), None
        )
    )
    assert "En cabeza: Kestrels (spirit total 1234.5)" in words(reply)  # as in Mexico


@pytest.mark.parametrize("error", ["missing_scope", "user_not_found", "fatal_error"])
async def test_whose_language_is_not_known_is_answered_in_english(
    german: Scene, error: str
) -> None:
    """A question is not lost to it, and the next one is asked for anew."""
    german.workspace.fail_next("users.info", error)
    assert "Show SQL" in words(await german.ask())
    assert "SQL zeigen" in words(await german.ask())


async def test_a_slack_that_does_not_say_holds_nobody_up(
    german: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a moment it is English, or the language of before."""
    found = german.slack.rooms.people
    team, maya = german.workspace.state.team, german.workspace.person("maya")
    monkeypatch.setattr(people, "ACK_SECONDS", 0.0)
    assert (await found.tongue(team, maya, ack=True)).language == "en"
    assert await found.tongue(team, maya) == Tongue("de", "de_DE")
    monkeypatch.setattr(people, "_SECONDS", 0.0)  # what is known is out of date
    assert (await found.tongue(team, maya, ack=True)).language == "de"
    assert (await found.tongue(team, "")).language == "en"


async def test_times_are_the_readers_own_where_they_alone_read(scene: Scene) -> None:
    """In a channel there are many readers, whose clock is the event's."""
    team, maya = scene.workspace.state.team, scene.workspace.person("maya")
    times = answer(ResultTable(columns(starts=ColumnKind.DATETIME), ((SPRING.starts_at,),)))
    rooms = scene.slack.rooms
    there = Reader(team, scene.workspace.channel(WHERE).id, maya)
    assert await reader_zone(rooms, there, times) is None
    assert str(await reader_zone(rooms, replace(there, private=True), times)) == "Europe/Madrid"
    direct = replace(there, channel=scene.workspace.state.direct(maya).id)
    assert str(await reader_zone(rooms, direct, times)) == "Europe/Madrid"
    assert await reader_zone(rooms, direct, answer(table(("Kestrels", 1)))) is None
