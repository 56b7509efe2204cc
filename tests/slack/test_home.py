"""The App Home through the real app on the real tables."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.demo.workspace import Workspace
from bot.domain import Asker, Code, Question, Refusal
from bot.slack.render.home import Spot, Tab, spot_from, spot_text
from bot.store import StoreDown
from tests.slack.conftest import Scene, running, stored
from tests.slack.samples import SPRING, answer, table


@pytest.fixture
async def scene(
    workspace: Workspace, redis_url: str, fresh_database: Callable[[], Awaitable[str]]
) -> AsyncIterator[Scene]:
    """The bot with a database of its own; #general is about Spring Classic."""
    url = await fresh_database()
    async with running(workspace, redis_url, database_url=url) as made:
        made.bind("general", SPRING)
        yield made


async def seen(scene: Scene, user: str, words: str, without: str = "") -> dict[str, Any]:
    """The Home of `user` once it holds these words."""

    def found() -> dict[str, Any] | None:
        home = scene.workspace.home(user)
        text = json.dumps(home, ensure_ascii=False) if home else ""
        return home if words in text and not (without and without in text) else None

    return await scene.workspace.until(found)


async def opened(scene: Scene, user: str, words: str) -> dict[str, Any]:
    """Open the Home and see these words."""
    scene.workspace.gestures.open_home(scene.workspace.person(user))
    return await seen(scene, user, words)


async def click(scene: Scene, home: dict[str, Any], action: str, value: str = "") -> None:
    """Click in Maya's Home: the first of this action, or the one that carries `value`."""
    await clicked(scene, "maya", home, action, value)


async def clicked(
    scene: Scene, user: str, home: dict[str, Any], action: str, value: str = ""
) -> None:
    """The same for anybody."""
    container = {"view": str(home["id"])}
    block = next(
        block["block_id"]
        for block in home["blocks"]
        for one in block.get("elements", ())
        if one.get("action_id") == action and value in json.dumps(one)
    )
    person = scene.workspace.person(user)
    chosen = value if action == "home_verify" else None
    clicks = scene.workspace.clicks
    await clicks.click(person, container, action, block_id=block, value=chosen)


async def keep(scene: Scene, number: int, user: str = "sam", *, good: bool = True) -> None:
    """A question in #general, as the audit and the buttons know it."""
    asker = Asker("slack", scene.workspace.state.team, scene.workspace.person(user))
    place = scene.workspace.channel("general").id
    asked = Question(f"q{number}", f"question {number} <!here>", asker, place)
    rows = answer(table(("Kestrels", 1)), asked=asked)
    await scene.store.answers.record(asked, rows if good else Refusal(Code.NOT_SQL, "Sorry."))
    scene.answering.known[asked.id] = stored(asked)


async def test_a_member_sees_how_to_ask_and_nothing_of_admins(scene: Scene) -> None:
    """Channels with their events and examples, what is left, and no tabs."""
    home = await opened(scene, "sam", "is about Spring Classic")
    text = json.dumps(home, ensure_ascii=False)
    assert "Questions left: 20 of 20 an hour" in text
    assert "Nothing yet" in text
    assert "home_go" not in text


async def test_my_questions_are_mine_and_paged(scene: Scene) -> None:
    """Five a page, of nobody else; the pages go both ways."""
    for number in range(7):
        await keep(scene, number)
    await keep(scene, 9, "maya")
    home = await opened(scene, "sam", "question 6")
    assert "question 1" not in json.dumps(home)
    assert "question 9" not in json.dumps(home)
    await clicked(scene, "sam", home, "home_go_next")
    home = await seen(scene, "sam", "question 0", "question 6")
    await clicked(scene, "sam", home, "home_go_previous")
    await seen(scene, "sam", "question 6")


async def test_ask_again_answers_in_direct_messages(scene: Scene) -> None:
    """The question is asked about its channel, for whoever is still in it."""
    await keep(scene, 1)
    home = await opened(scene, "sam", "question 1")
    await clicked(scene, "sam", home, "home_ask")
    await seen(scene, "sam", "Asked again")
    await scene.workspace.until(lambda: scene.answering.asked)
    (asked,) = scene.answering.asked
    assert asked.channel.startswith("D")
    assert (asked.text, asked.scope) == (
        "question 1 <!here>",
        scene.workspace.channel("general").id,
    )


async def test_nobody_asks_again_for_another_or_from_outside(scene: Scene) -> None:
    """Another person's question and a channel that one has left are not reached."""
    await keep(scene, 1)
    home = await opened(scene, "sam", "question 1")
    scene.answering.known["q1"] = replace(
        scene.answering.known["q1"], asker=Asker("slack", "T", "U-OTHER")
    )
    await clicked(scene, "sam", home, "home_ask")
    home = await seen(scene, "sam", "gone already")
    await keep(scene, 1)
    scene.workspace.channel("general").members.discard(scene.workspace.person("sam"))
    scene.slack.rooms.people._inside.clear()
    await clicked(scene, "sam", home, "home_ask")
    await seen(scene, "sam", "not in that channel any more")
    assert scene.answering.asked == []


async def test_one_click_turns_an_answer_into_a_verified_question(scene: Scene) -> None:
    """Feedback shows the SQL and who said it; verified it leaves the list, and can be withdrawn."""
    await keep(scene, 1)
    team, sam = scene.workspace.state.team, scene.workspace.person("sam")
    await scene.store.feedback.give(team, "q1", sam, good=False, expected="<@U1> more")
    home = await opened(scene, "maya", "Ask about")
    await click(scene, home, "home_go_feedback")
    home = await seen(scene, "maya", "expected: <@U1> more")
    text = json.dumps(home)
    assert sam in text
    assert "SELECT name" in text
    await click(scene, home, "home_verify", "event q1")
    home = await seen(scene, "maya", "Verified for this event")
    assert "Nothing to review" in json.dumps(home)
    (one,) = await scene.store.verified.all(team, limit=9)
    assert (one.key, one.place) == ("question 1 < here>", str(SPRING.id))
    assert one.approved_name == "Maya Ortiz"
    await click(scene, home, "home_go_verified")
    home = await seen(scene, "maya", "Verified questions")
    await click(scene, home, "home_withdraw")
    await seen(scene, "maya", "Withdrawn")
    assert await scene.store.verified.all(team, limit=9) == ()


async def test_feedback_is_put_aside_and_its_sql_looked_at(scene: Scene) -> None:
    """Done takes it off the list; SQL opens in a view."""
    await keep(scene, 1)
    team = scene.workspace.state.team
    await scene.store.feedback.give(team, "q1", "U1", good=True)
    await opened(scene, "maya", "Ask about")
    await click(scene, await seen(scene, "maya", "home_go"), "home_go_feedback")
    home = await seen(scene, "maya", "Good")
    await click(scene, home, "home_sql")
    view = await scene.workspace.until(lambda: scene.workspace.view("maya"))
    assert "SELECT name" in json.dumps(view["blocks"])
    await click(scene, home, "home_done")
    await seen(scene, "maya", "Nothing to review")


async def test_channels_are_changed_disconnected_and_their_digests_ended(scene: Scene) -> None:
    """What the commands do can be done here for every channel."""
    team, place = scene.workspace.state.team, scene.workspace.channel("general").id
    await scene.digests.schedule(team, place, "18:00", "U1")
    await opened(scene, "maya", "Ask about")
    await click(scene, await seen(scene, "maya", "home_go"), "home_go_channels")
    home = await seen(scene, "maya", "digest at 18:00")
    await click(scene, home, "home_bind")
    view = await scene.workspace.until(lambda: scene.workspace.view("maya"))
    assert "#general" in json.dumps(view["blocks"])
    await click(scene, home, "home_digest_off")
    await seen(scene, "maya", "No more digests there.")
    await click(scene, await seen(scene, "maya", "home_unbind"), "home_unbind")
    await seen(scene, "maya", "No channel is connected yet")
    assert scene.answering.bindings_kept == {}


async def test_problems_and_the_model(scene: Scene) -> None:
    """What went unanswered is listed, and the state of the model stands in its tab."""
    await keep(scene, 1, good=False)
    await keep(scene, 2)
    await opened(scene, "maya", "Ask about")
    await click(scene, await seen(scene, "maya", "home_go"), "home_go_problems")
    home = await seen(scene, "maya", "not sql · Sorry.")
    assert "question 2" not in json.dumps(home)
    await click(scene, home, "home_go_model")
    await seen(scene, "maya", "sqlcoder:7b is answering")
    scene.answering.failure = StoreDown("no")
    await click(scene, await seen(scene, "maya", "home_go"), "home_go_model")
    await seen(scene, "maya", "My own storage is not reachable")


async def test_the_right_is_asked_for_again_at_each_click(scene: Scene) -> None:
    """Whoever is no admin any more is told so, sees no tab, and changes nothing."""
    await keep(scene, 1)
    team = scene.workspace.state.team
    await scene.store.feedback.give(team, "q1", "U1", good=False)
    await opened(scene, "maya", "Ask about")
    await click(scene, await seen(scene, "maya", "home_go"), "home_go_feedback")
    home = await seen(scene, "maya", "Feedback to review")
    maya = scene.workspace.person("maya")
    person = scene.workspace.state.people[maya]
    scene.workspace.state.people[maya] = replace(person, is_admin=False)
    scene.slack.rooms.people._known.clear()
    await click(scene, home, "home_done")
    await seen(scene, "maya", "Only workspace admins can do that", "home_go")
    assert len(await scene.store.feedback.open(team, limit=9)) == 1


async def test_a_dead_database_leaves_the_rest(workspace: Workspace, redis_url: str) -> None:
    """The Home opens, shows what it can, and says what is down in its place."""
    async with running(workspace, redis_url) as scene:
        scene.bind("general", SPRING)
        home = await opened(scene, "sam", "is about Spring Classic")
        assert "My own storage is not reachable" in json.dumps(home)
        home = await opened(scene, "maya", "Spring Classic")
        for tab in ("feedback", "verified", "problems"):
            await click(scene, home, f"home_go_{tab}")
            home = await seen(scene, "maya", "My own storage is not reachable")


async def test_everything_at_its_longest_fits(scene: Scene) -> None:
    """Ten pieces of feedback with long words stay under Slack's limits; a page has five."""
    team = scene.workspace.state.team
    for number in range(10):
        await keep(scene, number)
        await scene.store.feedback.give(team, f"q{number}", "U1", good=False, expected="🥏" * 900)
    await opened(scene, "maya", "Ask about")
    await click(scene, await seen(scene, "maya", "home_go"), "home_go_feedback")
    home = await seen(scene, "maya", "Feedback to review")
    assert len(home["blocks"]) <= 100
    assert json.dumps(home).count('"home_done"') == 5


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"tab": "x", "page": 1}'])
def test_a_spot_that_is_none_is_the_beginning(text: str) -> None:
    """What another version of the bot wrote does no harm."""
    assert spot_from(text) == Spot()
    assert spot_from(spot_text(Spot(Tab.VERIFIED, 3))) == Spot(Tab.VERIFIED, 3)
