"""The live message: posted and pinned once, edited once a minute when something changed."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from bot.digests import LIVE_JOB
from bot.jobs import Job
from bot.slack import live as surface
from bot.store import LiveMessage
from tests.digests.conftest import Stage


async def on(stage: Stage) -> dict[str, Any]:
    """The message after it was turned on."""
    told = await stage.say("live on")
    assert "appears here in a moment" in told["text"]
    await stage.idle()
    (posted,) = stage.posts()
    return posted


async def kept(stage: Stage) -> LiveMessage | None:
    """What is noted of it."""
    return await stage.digests.live.get(stage.team, stage.channel)


async def outdate(stage: Stage) -> None:
    """Make what is shown look like another score."""
    live = stage.house.app.answering.store.database
    async with live.connection() as connection:
        await connection.execute("UPDATE bot.live SET shown = 'other'")


async def test_it_is_posted_and_pinned_once(stage: Stage) -> None:
    """Scores and standings in one pinned message; with nothing new it is left alone."""
    posted = await on(stage)
    said = json.dumps(posted, ensure_ascii=False)
    for words in ("Spring Classic, live", "Last results", "Standings", "Times in UTC"):
        assert words in said
    assert posted["pinned_to"] == [stage.channel]
    await stage.look()
    await stage.look()
    assert stage.workspace.calls("chat.update") == []
    assert len(stage.posts()) == 1
    assert "on already" in (await stage.say("live on"))["text"]
    assert "The live message is on." in json.dumps(await stage.say("show", "sam"))


async def test_it_is_edited_once_a_minute_by_one(stage: Stage) -> None:
    """Of many looks at once one edits, and within the minute none."""
    await on(stage)
    await outdate(stage)
    await stage.look()
    assert len(stage.workspace.calls("chat.update")) == 1
    await outdate(stage)
    job = Job("live:1", LIVE_JOB, {"team": stage.team, "channel": stage.channel}, 1)
    await asyncio.gather(*[surface.do(stage.slack.rooms, job) for _ in range(4)])
    assert len(stage.workspace.calls("chat.update")) == 1
    await stage.look()
    assert len(stage.workspace.calls("chat.update")) == 2


async def test_it_is_in_the_language_of_its_channel(stage: Stage) -> None:
    """A channel that chooses another has the message edited at the next look."""
    await on(stage)
    await stage.say("language es")
    await stage.look()
    (edited,) = stage.posts()
    said = json.dumps(edited, ensure_ascii=False)
    for words in ("Spring Classic, en directo", "Últimos resultados", "Horas de UTC", "G–P"):
        assert words in said
    assert "Standings" not in said
    await stage.look()
    assert len(stage.workspace.calls("chat.update")) == 1


async def test_pinning_refused(stage: Stage) -> None:
    """It goes on unpinned, and tells who turned it on."""
    stage.workspace.fail_next("pins.add", "missing_scope")
    await on(stage)
    await stage.told("Please pin it yourself")
    assert "not pinned" in json.dumps(await stage.say("show"))
    await outdate(stage)
    await stage.look()
    assert len(stage.workspace.calls("chat.update")) == 1


async def test_a_try_that_was_broken_off(stage: Stage) -> None:
    """A process killed after it posted, before it noted that: the next one finds the message."""
    posted = await on(stage)
    store = stage.house.app.answering.store.database
    async with store.connection() as connection:
        await connection.execute("UPDATE bot.live SET ts = '', shown = '', pinned = false")
    await stage.look()
    assert [one["ts"] for one in stage.posts()] == [posted["ts"]]
    found = await kept(stage)
    assert found is not None
    assert (found.ts, found.pinned) == (posted["ts"], True)


async def test_slack_down_for_a_while(stage: Stage) -> None:
    """The next look makes up for it."""
    await on(stage)
    await outdate(stage)
    stage.workspace.fail_next("chat.update", "fatal_error")
    await stage.look()
    await stage.look()
    assert len(stage.posts()) == 1
    found = await kept(stage)
    assert found is not None
    assert found.shown != "other"


async def test_a_deleted_message_turns_it_off(stage: Stage) -> None:
    """Who deletes it wants no more of it."""
    await on(stage)
    await outdate(stage)
    stage.workspace.fail_next("chat.update", "message_not_found")
    await stage.look()
    assert await kept(stage) is None
    assert "no live message" in (await stage.say("live off"))["text"]


async def test_a_closed_channel(stage: Stage) -> None:
    """Who turned it on is told why it is off."""
    stage.workspace.fail_next("chat.postMessage", "not_in_channel")
    await stage.say("live on")
    await stage.idle()
    await stage.told("Invite me with /invite first")
    assert await kept(stage) is None


async def test_turned_off(stage: Stage) -> None:
    """It stays as it is, off the pins."""
    await on(stage)
    assert "is off" in (await stage.say("live off"))["text"]
    (left,) = stage.posts()
    assert "pinned_to" not in left
    await stage.look()
    assert await kept(stage) is None


@pytest.mark.parametrize("days", [-30, -3])
async def test_before_the_event(stage: Stage, days: int) -> None:
    """Nothing is posted until a match day."""
    stage.clock.now += timedelta(days=days)
    assert "next match day" in (await stage.say("live on"))["text"]
    await stage.look()
    assert stage.posts() == []
    assert await kept(stage) is not None


async def test_it_ends_after_the_event(stage: Stage) -> None:
    """Days later it is off by itself, and cannot be turned on."""
    await on(stage)
    stage.clock.now += timedelta(days=5)
    await stage.look()
    assert await kept(stage) is None
    (left,) = stage.posts()
    assert "pinned_to" not in left
    assert "over" in (await stage.say("live on"))["text"]
