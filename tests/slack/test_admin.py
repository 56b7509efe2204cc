"""`/stats-admin` through the real app on the real tables."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from bot.demo.workspace import Workspace
from bot.domain import Asker, Dialect, Draft, Question, Source
from tests.slack.conftest import Scene, running
from tests.slack.samples import answer, table


@pytest.fixture
async def scene(
    workspace: Workspace, redis_url: str, fresh_database: Callable[[], Awaitable[str]]
) -> AsyncIterator[Scene]:
    """The bot with a database of its own."""
    url = await fresh_database()
    async with running(workspace, redis_url, database_url=url) as made:
        yield made


async def told(scene: Scene, words: str, user: str = "maya") -> str:
    """What a command tells the person who typed it."""
    before = len(scene.workspace.ephemerals(user, "general"))
    await scene.workspace.command(user, "general", f"/stats-admin {words}".strip())
    seen = await scene.workspace.until(
        lambda: len(found := scene.workspace.ephemerals(user, "general")) > before and found
    )
    return json.dumps(seen[-1], ensure_ascii=False)


async def viewed(scene: Scene, words: str, holding: str = "") -> dict[str, object]:
    """The view that a command opens for Maya, once it holds these words."""
    await scene.workspace.command("maya", "general", f"/stats-admin {words}")
    return await shown(scene, holding)


async def shown(scene: Scene, holding: str) -> dict[str, object]:
    """Maya's view once it holds these words."""

    def found() -> dict[str, object] | None:
        view = scene.workspace.view("maya")
        return view if view and holding in json.dumps(view["blocks"]) else None

    return await scene.workspace.until(found)


async def keep(scene: Scene, number: int, user: str = "sam") -> None:
    """A question in the audit."""
    asker = Asker("slack", scene.workspace.state.team, scene.workspace.person(user))
    place = scene.workspace.channel("general").id
    asked = Question(f"q{number}", f"question {number} <!channel>", asker, place)
    await scene.store.answers.record(asked, answer(table(("Kestrels", 1)), asked=asked))


async def test_help_is_for_everybody_and_the_rest_for_admins(scene: Scene) -> None:
    """A member reads what there is, and is told whom to ask; wrong words get the help."""
    assert "For workspace admins" in await told(scene, "help", "sam")
    for words in ("limits", "usage", "audit", "cache clear", "block @sam", "forget @maya"):
        assert "Only workspace admins" in await told(scene, words, "sam")
    assert scene.workspace.view("sam") is None
    assert "did not understand" in await told(scene, "dance")
    assert "Say who" in await told(scene, "block")


async def test_limits_by_words(scene: Scene) -> None:
    """Set, shown and reset for a person, and for a channel; what is no limit is explained."""
    assert "Saved: 2/hour" in await told(scene, "limits @sam 2/hour")
    assert "2 of 2 left an hour (their own limit)" in await told(scene, "limits @sam")
    assert "written like" in await told(scene, "limits @sam lots")
    assert "Reset: the default again" in await told(scene, "limits @sam reset")
    assert "20 of 20 left an hour (the default)" in await told(scene, "limits @sam")
    assert "Saved: 9/hour" in await told(scene, "limits #general 9/hour")
    assert "That channel's limit: 9/hour" in await told(scene, "limits #general")


async def test_limits_by_the_view(scene: Scene) -> None:
    """The view lists what is set and saves; both or neither of person and channel is an error."""
    view = await viewed(scene, "limits")
    sam = scene.workspace.person("sam")
    assert "rate" in await scene.workspace.submit("maya", view, {"rate": "3/hour"})
    bad = await scene.workspace.submit("maya", view, {"who": sam, "rate": "0/hour"})
    assert "written like" in bad["rate"]
    assert await scene.workspace.submit("maya", view, {"who": sam, "rate": "3/hour"}) == {}
    await shown(scene, ": 3/hour")
    team = scene.workspace.state.team
    assert (await scene.store.rules.of(team, sam, "")).rate == "3/hour"


async def test_the_right_is_asked_for_again_at_submission(scene: Scene) -> None:
    """Whoever is no admin any more changes nothing and sees nothing more."""
    limits = await viewed(scene, "limits")
    forget = await viewed(scene, "forget @sam", "Everything that")
    await keep(scene, 1)
    maya, sam = scene.workspace.person("maya"), scene.workspace.person("sam")
    audit = await viewed(scene, "audit", "question 1")
    person = scene.workspace.state.people[maya]
    scene.workspace.state.people[maya] = replace(person, is_admin=False)
    scene.slack.rooms.people._known.clear()
    bad = await scene.workspace.submit("maya", limits, {"who": sam, "rate": "3/hour"})
    assert "Only workspace admins" in bad["rate"]
    await scene.workspace.submit("maya", forget)
    await scene.workspace.click_in("maya", audit, "audit_go_all")
    await shown(scene, "Only workspace admins")
    team = scene.workspace.state.team
    assert (await scene.store.rules.of(team, sam, "")).rate == ""
    assert await scene.store.answers.get("q1") is not None


async def test_the_audit_is_paged_and_filtered(scene: Scene) -> None:
    """Five a page, older and newer, one person's; nothing in it is markup."""
    for number in range(7):
        await keep(scene, number)
    await keep(scene, 7, "maya")
    view = await viewed(scene, "audit @sam", "question 6 <!channel>")
    assert "question 7" not in json.dumps(view["blocks"])
    assert "SELECT name" in json.dumps(view["blocks"])
    await scene.workspace.click_in("maya", view, "audit_go_older")
    view = await shown(scene, "question 0")
    assert "question 6" not in json.dumps(view["blocks"])
    await scene.workspace.click_in("maya", view, "audit_go_all")
    view = await shown(scene, "question 7")
    maya = scene.workspace.person("maya")
    await scene.workspace.click_in("maya", view, "audit_who", value=maya)
    await scene.workspace.until(
        lambda: "question 6" not in json.dumps((scene.workspace.view("maya") or {})["blocks"])
    )


async def test_usage_names_people_and_channels(scene: Scene) -> None:
    """Counts of two weeks; an empty one says so."""
    assert "Nobody has asked" in await told(scene, "usage")
    for number in range(3):
        await keep(scene, number)
    said = await told(scene, "usage")
    assert "3 questions in 14 days" in said
    assert scene.workspace.person("sam") in said


async def test_the_cache_of_the_workspace_is_cleared(scene: Scene) -> None:
    """What any process has cached for it is gone, and told; another workspace's is not."""
    mine, others = f"{scene.workspace.state.team}:k", "T0OTHER:k"
    for key in (mine, others):
        await scene.store.cache.put(key, Draft("SELECT 1", Dialect.POSTGRES, Source.MODEL))
    assert "the cached SQL of 1 questions" in await told(scene, "cache clear")
    assert await scene.store.cache.get(mine) is None
    assert await scene.store.cache.get(others) is not None
    assert "did not understand" in await told(scene, "cache")


async def test_blocking(scene: Scene) -> None:
    """Blocked and unblocked, each said once; nobody blocks themselves."""
    team, sam = scene.workspace.state.team, scene.workspace.person("sam")
    assert "Blocked" in await told(scene, "block @sam")
    assert (await scene.store.rules.of(team, sam, "")).blocked
    assert "Already blocked" in await told(scene, "block @sam")
    assert "may ask again" in await told(scene, "unblock @sam")
    assert "were not blocked" in await told(scene, "unblock @sam")
    assert "That is you" in await told(scene, "block @maya")


async def test_forgetting_asks_first(scene: Scene) -> None:
    """Nothing is deleted by typing; submitting the view deletes and says how much."""
    await keep(scene, 1)
    view = await viewed(scene, "forget @sam", "Everything that")
    assert await scene.store.answers.get("q1") is not None
    await scene.workspace.submit("maya", view)
    await shown(scene, "Forgotten: 1 question,")
    assert await scene.store.answers.get("q1") is None


async def test_a_database_that_is_down_is_said(workspace: Workspace, redis_url: str) -> None:
    """Every command says what is down, and none waits for ever."""
    async with running(workspace, redis_url) as scene:
        for words in ("limits @sam", "usage", "audit", "block @sam"):
            assert "My own storage is not reachable" in await told(scene, words)


async def test_without_words_an_admin_chooses(scene: Scene) -> None:
    """A view asks what to do and to whom; what it comes to stands in its place."""
    assert "For workspace admins" in await told(scene, "", "sam")
    sam = scene.workspace.person("sam")
    await keep(scene, 1)

    async def choose(task: str, holding: str, **more: str) -> None:
        view = await viewed(scene, "", "What would you like to do?")
        assert await scene.workspace.submit("maya", view, {"admin_task": task, **more}) == {}
        await shown(scene, holding)

    await choose("usage", "1 questions in 14 days")
    await choose("audit", "question 1", admin_who=sam)
    await choose("limits", "Questions")
    await choose("block", "Blocked", admin_who=sam)
    await choose("unblock", "They may ask again", admin_who=sam)
    await choose("cache", "the cached SQL of 0 questions")
    await choose("forget", "Everything that", admin_who=sam)
    assert await scene.store.answers.get("q1") is not None


async def test_the_chooser_asks_for_a_person_and_for_the_right(scene: Scene) -> None:
    """Who is missing is said at that field; whoever is no admin any more does nothing."""
    view = await viewed(scene, "", "What would you like to do?")
    bad = await scene.workspace.submit("maya", view, {"admin_task": "block"})
    assert bad == {"admin_who": "Choose a person."}
    maya, sam = scene.workspace.person("maya"), scene.workspace.person("sam")
    person = scene.workspace.state.people[maya]
    scene.workspace.state.people[maya] = replace(person, is_admin=False)
    scene.slack.rooms.people._known.clear()
    bad = await scene.workspace.submit("maya", view, {"admin_task": "block", "admin_who": sam})
    assert "Only workspace admins" in bad["admin_task"]
    assert not (await scene.store.rules.of(scene.workspace.state.team, sam, "")).blocked
