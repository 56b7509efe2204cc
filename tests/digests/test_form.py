"""`/stats-digest` without more: the view in which an admin sets a digest."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from bot.slack.render.digest_form import FORM, option
from bot.store import Scope
from tests.digests.conftest import Stage


async def opened(stage: Stage) -> dict[str, Any]:
    """Maya's view for #general."""
    await stage.workspace.command("maya", "general", "/stats-digest")

    def shown() -> dict[str, Any] | None:
        view = stage.workspace.view("maya")
        return view if view and view.get("callback_id") == FORM else None

    return dict(await stage.workspace.until(shown))


async def verify(stage: Stage, text: str) -> None:
    """Make a verified question of this workspace."""
    add = stage.house.app.answering.store.verified.add
    sql = "SELECT name FROM teams ORDER BY name LIMIT 3"
    key = text.lower().replace(",", "").strip("?")
    await add(stage.team, key, text, sql, Scope.EVERYWHERE, "", by="U9", name="maya")


def seen(view: dict[str, Any] | None) -> str:
    """All that a view says."""
    return json.dumps((view or {}).get("blocks"), ensure_ascii=False)


async def demote(stage: Stage) -> None:
    """Maya is no admin any more."""
    people = stage.workspace.state.people
    maya = people[stage.workspace.person("maya")]
    people[maya.id] = replace(maya, is_admin=False)
    stage.slack.rooms.people._known.clear()


async def test_a_digest_is_set_and_changed_in_the_view(stage: Stage) -> None:
    """Typing finds sections and verified questions; the view opens with what was saved."""
    await verify(stage, "Who are the teams, by name?")
    view = await opened(stage)
    found = await stage.workspace.suggest("maya", view, "digest_sections", "games")
    assert [one["text"]["text"] for one in found["options"]][:2] == ["results", "next"]
    asked = await stage.workspace.suggest("maya", view, "digest_sections", "who TEAMS")
    (question,) = [one for one in asked["options"] if "by name" in one["text"]["text"]]
    given = {
        "digest_when": "every match day at 21:00",
        "digest_sections": [question, option("next")],
    }
    assert await stage.workspace.submit("maya", view, given) == {}
    done = seen(stage.workspace.view("maya"))
    assert "A digest comes at 21:00 on match days (UTC)." in done
    assert "It tells: Who are the teams, by name?, next." in done

    again = await opened(stage)
    assert "every match day at 21:00" in seen(again)
    assert await stage.workspace.submit("maya", again, {"digest_when": "18:00"}) == {}
    kept = await stage.digests.show(stage.team, stage.channel)
    assert kept is not None
    assert kept.words == "at 18:00 every day"
    assert kept.schedule.sections == ("Who are the teams, by name?", "next")


async def test_what_is_wrong_is_said_at_its_field(stage: Stage) -> None:
    """No clear time, a question that is gone, a channel without an event: nothing changes."""
    await verify(stage, "Who are the teams?")
    view = await opened(stage)
    gone = [option("Who are the teams?")]
    bad = await stage.workspace.submit("maya", view, {"digest_when": "whenever"})
    assert "every match day at 18:00" in bad["digest_when"]
    assert "`" not in bad["digest_when"]
    store = stage.house.app.answering.store.verified
    for one in await store.all(stage.team, limit=10):
        await store.withdraw(stage.team, one.id)
    given = {"digest_when": "18:00", "digest_sections": gone}
    assert "no more" in (await stage.workspace.submit("maya", view, given))["digest_sections"]
    await stage.house.app.answering.unbind(stage.team, stage.channel, "U9")
    bad = await stage.workspace.submit("maya", view, {"digest_when": "18:00"})
    assert "not connected" in bad["digest_when"]
    assert await stage.digests.show(stage.team, stage.channel) is None


async def test_a_digest_is_ended_in_the_view(stage: Stage) -> None:
    """The button ends it, and says so in place of the form."""
    await stage.say("18:00")
    view = await opened(stage)
    await stage.workspace.click_in("maya", view, "digest_stop")
    await stage.workspace.until(
        lambda: "No more digests here." in seen(stage.workspace.view("maya"))
    )
    assert await stage.digests.show(stage.team, stage.channel) is None


async def test_rights_are_asked_for_at_every_step(stage: Stage) -> None:
    """Whoever is no admin any more is offered nothing, saves nothing and ends nothing."""
    await stage.say("18:00")
    view = await opened(stage)
    await demote(stage)
    assert await stage.workspace.suggest("maya", view, "digest_sections", "") == {"options": []}
    bad = await stage.workspace.submit("maya", view, {"digest_when": "19:00"})
    assert "Only workspace admins" in bad["digest_when"]
    await stage.workspace.click_in("maya", view, "digest_stop")
    await stage.workspace.until(
        lambda: "Only workspace admins" in seen(stage.workspace.view("maya"))
    )
    kept = await stage.digests.show(stage.team, stage.channel)
    assert kept is not None
    assert kept.schedule.schedule == "18:00"


async def test_others_see_what_there_is(stage: Stage) -> None:
    """Who is no admin gets the schedule in words, and no view."""
    assert "There is no digest here" in json.dumps(await stage.say("", "sam"))
    assert stage.workspace.view("sam") is None
