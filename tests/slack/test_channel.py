"""`/stats-channel`: admins connect a channel to events, and every step asks who it is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from bot.slack.render.channel import event_options
from bot.warehouse import DatabaseDown
from tests.slack.conftest import Scene
from tests.slack.samples import SPRING, WINTER


async def opened(scene: Scene, channel: str = "general") -> dict[str, object]:
    """Maya's view for a channel."""
    await scene.workspace.command("maya", channel, "/stats-channel")
    return await scene.workspace.until(lambda: scene.workspace.view("maya"))


def chosen(*events: object) -> dict[str, list[str]]:
    """What a person picks in the view."""
    return {"bound_events": [str(event.id) for event in events]}  # type: ignore[attr-defined]


async def test_an_admin_connects_a_channel(scene: Scene) -> None:
    """Typing finds the event, saving binds it, and the channel is told."""
    view = await opened(scene)
    found = await scene.workspace.suggest("maya", view, "bound_events", "spr cla")
    (option,) = found["options"]
    assert option["text"]["text"] == "Spring Classic"
    assert await scene.workspace.submit("maya", view, {"bound_events": [option]}) == {}
    team, place = scene.workspace.state.team, scene.workspace.channel("general").id
    assert scene.answering.bindings_kept == {(team, place): (SPRING.id,)}
    (told,) = await scene.workspace.until(lambda: scene.workspace.messages("general"))
    assert told["text"].startswith("This channel now answers about Spring Classic.")


async def test_somebody_else_is_told_who_can(scene: Scene) -> None:
    """A member sees no view, and may still look."""
    await scene.workspace.command("sam", "general", "/stats-channel")
    (told,) = await scene.workspace.until(lambda: scene.workspace.ephemerals("sam", "general"))
    assert "Only workspace admins" in told["text"]
    assert scene.workspace.view("sam") is None
    scene.bind("general", WINTER)
    await scene.workspace.command("sam", "general", "/stats-channel show")
    seen = await scene.workspace.until(
        lambda: len(found := scene.workspace.ephemerals("sam", "general")) == 2 and found
    )
    assert seen[1]["text"] == "This channel is about Winter Cup &lt;b&gt; &amp; Friends."


async def test_the_right_is_asked_for_again_at_submission(scene: Scene) -> None:
    """Whoever is no admin any more when saving changes nothing."""
    view = await opened(scene)
    maya = scene.workspace.state.people[scene.workspace.person("maya")]
    scene.workspace.state.people[maya.id] = replace(maya, is_admin=False)
    scene.slack.rooms.people._known.clear()
    options = event_options((SPRING,), "")
    errors = await scene.workspace.submit("maya", view, {"bound_events": options})
    assert "Only workspace admins" in errors["bound_events"]
    assert scene.answering.bindings_kept == {}


async def test_the_operators_list_makes_admins(scene: Scene) -> None:
    """A listed person may connect a channel without being a Slack admin."""
    sam = scene.workspace.person("sam")
    scene.slack.rooms.people._admins = frozenset({sam})
    await scene.workspace.command("sam", "general", "/stats-channel")
    await scene.workspace.until(lambda: scene.workspace.view("sam"))


async def test_the_view_starts_with_what_is_connected_and_can_disconnect(scene: Scene) -> None:
    """The present events are chosen already; a button disconnects, and the channel is told."""
    scene.bind("general", SPRING)
    view = await opened(scene)
    assert "Spring Classic" in json.dumps(view["blocks"])
    await scene.workspace.click_in("maya", view, "unbind_channel")
    await scene.workspace.until(lambda: scene.workspace.messages("general"))
    assert scene.answering.bindings_kept == {}
    await scene.workspace.until(
        lambda: "Disconnected." in json.dumps((scene.workspace.view("maya") or {})["blocks"])
    )


async def test_unbind_by_command(scene: Scene) -> None:
    """`unbind` disconnects; where nothing is connected it says so."""
    scene.bind("general", SPRING)
    for number, words in enumerate(["Disconnected.", "This channel is not connected"], start=1):
        await scene.workspace.command("maya", "general", "/stats-channel unbind")
        seen = await scene.workspace.until(
            lambda count=number: (
                len(found := scene.workspace.ephemerals("maya", "general")) == count and found
            )
        )
        assert seen[-1]["text"].startswith(words)


async def test_an_event_that_is_gone_is_not_bound(scene: Scene) -> None:
    """An event that was deleted while the view was open is an error at the field."""
    view = await opened(scene)
    options = event_options((SPRING,), "")
    scene.answering.events = (WINTER,)
    errors = await scene.workspace.submit("maya", view, {"bound_events": options})
    assert "is gone" in errors["bound_events"]


async def test_a_database_that_is_down_gives_no_choices_and_a_sentence(scene: Scene) -> None:
    """The select stays empty; saving says what is down."""
    view = await opened(scene)
    scene.answering.failure = DatabaseDown("no")
    assert await scene.workspace.suggest("maya", view, "bound_events", "") == {"options": []}
    options = event_options((SPRING,), "")
    errors = await scene.workspace.submit("maya", view, {"bound_events": options})
    assert "event's database is not reachable" in errors["bound_events"]


async def test_a_channel_without_the_bot_gets_an_invitation_hint(scene: Scene) -> None:
    """Binding works before the bot is invited, and the view says how to invite it."""
    view = await opened(scene)
    scene.workspace.fail_next("chat.postMessage", "not_in_channel")
    await scene.workspace.submit("maya", view, {"bound_events": event_options((SPRING,), "")})
    await scene.workspace.until(
        lambda: "/invite" in json.dumps((scene.workspace.view("maya") or {})["blocks"])
    )


def test_options_are_filtered_ordered_and_short() -> None:
    """All typed words must be there; what is on comes first, then what is newer; 100 at most."""
    during = SPRING.starts_at + timedelta(hours=5)
    many = [
        replace(
            WINTER,
            id=UUID(int=i),
            name=f"Cup {i} " + "x" * 100,
            starts_at=WINTER.starts_at + timedelta(days=i),
        )
        for i in range(150)
    ]
    options = event_options([*many, SPRING], "", during)
    assert len(options) == 100
    assert options[0]["value"] == str(SPRING.id)
    assert options[1]["value"] == str(UUID(int=149))
    assert options[0]["description"]["text"] == "2 May 2026 · in progress"
    assert all(len(option["text"]["text"]) <= 75 for option in options)
    assert event_options([*many, SPRING], "CLASSIC spring", during) == [options[0]]
