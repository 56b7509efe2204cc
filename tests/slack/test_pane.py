"""The pane: prompts for the phase, the event of the channel beside it, the session and its Stop."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain import Outcome, Progress, Question, Report, Stage
from bot.slack import pane
from bot.slack.render.prompts import prompts
from tests.slack.conftest import Scene, top_teams
from tests.slack.samples import SPRING, WINTER
from tests.slack.test_shortcuts import add_channel, direct


async def prompted(scene: Scene, count: int) -> list[str]:
    """The titles of the last prompts, once they were set so often."""
    method = "assistant.threads.setSuggestedPrompts"
    await scene.workspace.until(lambda: len(scene.workspace.calls(method)) == count)
    return [one["title"] for one in scene.workspace.calls(method)[-1].args["prompts"]]


@pytest.mark.parametrize(
    ("days", "first"), [(-3, "First games"), (0, "Latest scores"), (9, "Winners")]
)
def test_prompts_follow_the_phase(days: int, first: str) -> None:
    """Before an event the schedule is asked for, during it scores, after it winners."""
    event = replace(SPRING, ends_at=SPRING.starts_at + timedelta(days=2))
    found = prompts([event], event.starts_at + timedelta(days=days, hours=1))
    assert found[0]["title"] == first
    assert len(found) <= 4


def test_an_event_that_is_on_decides() -> None:
    """Of several events the one that is being played counts; without any it is the manifest's."""
    now = SPRING.starts_at + timedelta(hours=1)
    late = replace(WINTER, starts_at=now + timedelta(days=90), ends_at=now + timedelta(days=91))
    assert prompts([late, SPRING], now)[0]["title"] == "Latest scores"
    manifest = [
        ("Spirit leaders", "Top 5 teams by spirit score"),
        ("Next games", "Which games are next?"),
    ]
    assert [(one["title"], one["message"]) for one in prompts([], now)] == manifest


async def test_the_pane_suggests_what_suits_the_channel_beside_it(scene: Scene) -> None:
    """Opened alone it suggests anything; beside a channel what suits its event, if one is in it."""
    sam = scene.workspace.person("sam")
    scene.workspace.gestures.open_home(sam, "messages")
    assert await prompted(scene, 1) == ["Spirit leaders", "Next games"]
    past = replace(SPRING, starts_at=datetime(2020, 1, 1, tzinfo=UTC))
    scene.answering.events = (replace(past, ends_at=datetime(2020, 1, 2, tzinfo=UTC)), WINTER)
    scene.bind("general", SPRING)
    scene.workspace.gestures.look(sam, scene.workspace.channel("general").id)
    assert (await prompted(scene, 2))[0] == "Winners"


async def test_the_channel_beside_the_pane_is_what_is_asked_about(scene: Scene) -> None:
    """Its events answer, and go on answering in the thread, unless the person is not in it."""
    scene.bind("general", SPRING)
    sam, place = scene.workspace.person("sam"), scene.workspace.channel("general").id
    scene.workspace.gestures.look(sam, place)
    ts = scene.workspace.direct("sam", "top 5 teams")
    here = direct(scene, "sam")
    await scene.reply(here, ts)
    secret = add_channel(scene, "secret", "maya", bot=True, private=True)
    scene.bind("secret", WINTER)
    scene.workspace.state.viewing[sam] = secret.id  # a forged context
    scene.workspace.direct("sam", "and by division?", thread_ts=ts)
    second = scene.workspace.direct("sam", "top 3 teams")
    await scene.reply(here, second)
    await scene.idle()
    assert {one.text: one.scope for one in scene.answering.asked} == {
        "top 5 teams": place,
        "and by division?": place,
        "top 3 teams": "",
    }


async def test_events_of_the_conversation_itself_come_first(scene: Scene) -> None:
    """Whoever connected the direct conversation asks about that, whatever they look at."""
    scene.bind("general", SPRING)
    here = direct(scene, "sam")
    scene.bind(here, WINTER)
    scene.workspace.gestures.look(
        scene.workspace.person("sam"), scene.workspace.channel("general").id
    )
    ts = scene.workspace.direct("sam", "top 5 teams")
    await scene.reply(here, ts)
    assert scene.answering.asked[0].scope == ""


async def test_a_session_shows_work_and_is_stopped_by_slacks_button(scene: Scene) -> None:
    """It is processing with the question as its title, then active; Stop ends the question."""

    async def stopped(question: Question, report: Report) -> Outcome:
        scene.workspace.gestures.stop_session(
            scene.workspace.person("sam"), question.channel, question.thread
        )
        await scene.workspace.until(lambda: not scene.workspace.outbox.running)
        return await top_teams(question, report)

    scene.answering.answerer = stopped
    ts = scene.workspace.direct("sam", "top 5 teams")
    await scene.reply(direct(scene, "sam"), ts)
    await scene.idle()
    calls = scene.workspace.calls("agents.sessions.setStatus")
    assert [one.args["status"] for one in calls] == ["processing", "active"]
    assert {(one.args["title"], one.args["thread_ts"]) for one in calls} == {("top 5 teams", ts)}
    assert scene.answering.stops == [scene.answering.asked[0].id]


async def test_the_status_follows_the_stages(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the pane Slack's own status says what is being done, and nothing when it is done."""
    monkeypatch.setattr(pane, "_PACE", 0.01)
    method = "assistant.threads.setStatus"

    async def staged(question: Question, report: Report) -> Outcome:
        await report(Progress(Stage.DRAFTING, "2nd <try>"))
        await scene.workspace.until(lambda: scene.workspace.calls(method))
        return await top_teams(question, report)

    scene.answering.answerer = staged
    ts = scene.workspace.direct("sam", "top 5 teams")
    await scene.reply(direct(scene, "sam"), ts)
    await scene.idle()
    first, last = scene.workspace.calls(method)
    assert first.args["loading_messages"] == ["Writing the query (2nd <try>)…"]
    assert first.args["status"] == "is working on it…"
    assert (last.args["status"], last.args["thread_ts"]) == ("", ts)
    assert scene.workspace.state.statuses == {}


async def test_without_sessions_questions_are_answered(scene: Scene) -> None:
    """An app that is no agent is told so once and does not ask again."""
    scene.workspace.fail_next("agents.sessions.setStatus", "not_allowed")
    for words in ("top 5 teams", "top 3 teams"):
        await scene.reply(direct(scene, "sam"), scene.workspace.direct("sam", words))
    await scene.idle()
    assert len(scene.workspace.calls("agents.sessions.setStatus")) == 1
