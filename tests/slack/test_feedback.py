"""Thumbs under an answer, through the real app on the real tables."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from bot.demo.workspace import Workspace
from bot.slack.render.answer import answer_messages
from bot.store import Reason, StoredAnswer, Verdict
from tests.slack.conftest import MANIFEST, Scene, running
from tests.slack.samples import answer, table


@pytest.fixture
async def scene(
    workspace: Workspace, redis_url: str, fresh_database: Callable[[], Awaitable[str]]
) -> AsyncIterator[Scene]:
    """The bot with a database of its own."""
    url = await fresh_database()
    async with running(workspace, redis_url, database_url=url) as made:
        yield made


async def keep(scene: Scene) -> StoredAnswer:
    """Put what was answered into the audit, as the real pipeline does; gives it."""
    (known,) = scene.answering.known.values()
    (asked,) = scene.answering.asked
    await scene.store.answers.record(asked, answer(table(("Kestrels", 12.5)), asked=asked))
    return known


async def said(scene: Scene) -> list[Verdict]:
    """Everything said of answers that nobody has dealt with."""
    found = await scene.store.feedback.open(scene.workspace.state.team, limit=9)
    return [one.verdict for one in found]


async def thumb(scene: Scene, message: dict[str, Any], which: str, user: str = "sam") -> None:
    """Press one of Slack's own thumbs."""
    pair = next(block for block in message["blocks"] if block["type"] == "context_actions")
    side = "positive_button" if which == "up" else "negative_button"
    value = pair["elements"][0][side]["value"]
    await scene.workspace.click(user, "general", message, "feedback", value=value)


async def test_a_thumbs_down_is_kept_and_then_explained(scene: Scene) -> None:
    """The click counts at once; the view adds what was wrong."""
    found = await scene.ask()
    await keep(scene)
    await thumb(scene, found, "down")
    view = await scene.workspace.until(lambda: scene.workspace.view("sam"))
    (verdict,) = await said(scene)
    assert (verdict.person, verdict.good) == (scene.workspace.person("sam"), False)
    given = {"feedback_reason": "meaning", "feedback_expected": "goals <!channel>"}
    assert await scene.workspace.submit("sam", view, given) == {}
    (verdict,) = await said(scene)
    assert (verdict.reason, verdict.expected) == (Reason.MEANING, "goals <!channel>")


async def test_a_second_click_changes_it(scene: Scene) -> None:
    """Up after down is up, and each of two people has one word."""
    found = await scene.ask()
    await keep(scene)
    await thumb(scene, found, "down")
    view = await scene.workspace.until(lambda: scene.workspace.view("sam"))
    await scene.workspace.submit("sam", view, {"feedback_reason": "slow"})
    await thumb(scene, found, "up")
    await thumb(scene, found, "up", user="maya")
    await scene.workspace.until(lambda: scene.workspace.ephemerals("sam", "general"))
    await scene.workspace.until(lambda: scene.workspace.ephemerals("maya", "general"))
    assert {(one.good, one.reason) for one in await said(scene)} == {(True, Reason.NONE)}
    assert len(await said(scene)) == 2


async def test_a_view_that_comes_too_late_loses_nothing(scene: Scene) -> None:
    """When Slack opens no view the thumbs-down is kept and acknowledged."""
    found = await scene.ask()
    await keep(scene)
    scene.workspace.fail_next("views.open", "expired_trigger_id")
    await thumb(scene, found, "down")
    (told,) = await scene.workspace.until(lambda: scene.workspace.ephemerals("sam", "general"))
    assert "An admin will look" in told["text"]
    assert len(await said(scene)) == 1


async def test_a_database_that_is_down_is_said(workspace: Workspace, redis_url: str) -> None:
    """Nothing is claimed to be noted that was not."""
    async with running(workspace, redis_url) as scene:
        found = await scene.ask()
        await thumb(scene, found, "up")
        (told,) = await workspace.until(lambda: workspace.ephemerals("sam", "general"))
        assert "My own storage is not reachable" in told["text"]


async def test_a_workspace_without_thumbs_gets_two_buttons(
    redis_url: str, fresh_database: Callable[[], Awaitable[str]]
) -> None:
    """The table stays, and the buttons do the same."""
    lacking = ("context_actions",)
    url = await fresh_database()
    async with (
        Workspace(manifest=MANIFEST, limited=False, lacking=lacking) as workspace,
        running(workspace, redis_url, database_url=url) as scene,
    ):
        found = await scene.ask()
        kinds = [block["type"] for block in found["blocks"]]
        assert kinds == ["rich_text", "data_table", "context", "actions", "actions"]
        await keep(scene)
        await workspace.click("sam", "general", found, "feedback_up")
        await workspace.until(lambda: workspace.ephemerals("sam", "general"))
        assert [one.good for one in await said(scene)] == [True]


async def test_only_an_answer_of_this_place_can_be_judged(scene: Scene) -> None:
    """A made-up id reaches nothing."""
    found = await scene.ask()
    scene.answering.known.clear()
    await thumb(scene, found, "up")
    (told,) = await scene.workspace.until(lambda: scene.workspace.ephemerals("sam", "general"))
    assert "no longer have that answer" in told["text"]
    assert await said(scene) == []


def test_every_form_with_blocks_has_thumbs() -> None:
    """Whichever form a workspace takes, people can say what they think of it."""
    forms = answer_messages(answer(table(("Kestrels", 12.5), ("Otters", 11))))
    assert all('"context_actions"' in json.dumps(form.blocks) for form in forms if form.blocks)
