"""`/stats-digest`, from its words to what is posted."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from bot.digests import JOB
from bot.jobs import Job, Later
from bot.slack import digest_posts
from bot.store import DigestResult, Scope, StoreDown
from tests.digests.conftest import Stage


def text_of(message: dict[str, Any]) -> str:
    """All that a message says."""
    return json.dumps(message, ensure_ascii=False)


async def test_the_life_of_a_schedule(stage: Stage) -> None:
    """Set in words, shown with the next times, paused, resumed, ended."""
    made = text_of(await stage.say("every match day at 21:00"))
    assert "A digest comes at 21:00 on match days (UTC)." in made
    assert made.count('"type": "date"') == 2  # the event has today and one day more
    assert "results, moved, standings, leaders, spirit, next" in text_of(await stage.say("show"))
    assert "Paused" in text_of(await stage.say("pause"))
    assert "It is paused" in text_of(await stage.say("show", "sam"))
    assert await stage.tick(hours=4) == 0
    resumed = text_of(await stage.say("resume"))
    assert "paused" not in resumed
    assert await stage.tick() == 0  # what was due during the pause stays away
    assert "No more digests here." in text_of(await stage.say("off"))
    assert "There was no digest here." in text_of(await stage.say("off"))
    for words in ("show", "pause", "resume", "sections next"):
        assert "There is no digest here" in text_of(await stage.say(words))


async def test_words_that_say_no_time(stage: Stage) -> None:
    """The answer has examples, nobody is pinged, and what there was stays."""
    await stage.say("18:00")
    told = await stage.say("<!channel> whenever")
    assert "every match day at 18:00" in text_of(told)
    assert "<!channel>" not in told["text"]
    assert "at 18:00 every day" in text_of(await stage.say("show"))


@pytest.mark.parametrize(
    "words",
    ["18:00", "off", "pause", "now", "preview", "sections next", "live on", "language de"],
)
async def test_admins_alone_change_things(stage: Stage, words: str) -> None:
    """Anybody else is told whom to ask, and nothing happens."""
    assert "Only workspace admins" in text_of(await stage.say(words, "sam"))
    assert await stage.digests.show(stage.team, stage.channel) is None
    assert stage.posts() == []


async def test_a_channel_without_an_event(stage: Stage) -> None:
    """The command says what to do first, but lets go of what there is."""
    await stage.say("18:00")
    await stage.house.app.answering.unbind(stage.team, stage.channel, "U9")
    for words in ("19:00", "now", "preview", "sections", "live on"):
        assert "/stats-channel" in text_of(await stage.say(words))
    assert await stage.tick(days=1) == 0
    assert "No more digests" in text_of(await stage.say("off"))


@pytest.mark.usefixtures("unhurried")
async def test_a_channel_chooses_its_language(stage: Stage) -> None:
    """Its digest and a preview are in it for whoever reads; each person is told in their own."""
    which = text_of(await stage.say("language"))
    assert "English (`en`), Spanish (`es`), German (`de`)" in which
    assert "Now it is English." in which
    assert "Now it is English." in text_of(await stage.say("language klingon"))
    assert "in German here" in text_of(await stage.say("language Deutsch"))
    assert "Now it is German." in text_of(await stage.say("language"))
    await stage.say("preview")
    assert "Bester Spirit" in await stage.told("Only you see this.")
    await stage.say("now")
    await stage.idle()
    (posted,) = stage.posts()
    assert posted["text"].startswith("Spring Classic, 16. Mai 2026: Ergebnisse")
    said = text_of(posted)
    for words in ("Tabelle", "Meiste Tore", "Bester Spirit", "S–N", "Pkt"):
        assert words in said
    assert "Standings" not in said
    stage.workspace.speak("maya", "de-DE")
    await stage.workspace.until(lambda: not stage.workspace.outbox.running)
    assert "hier ab jetzt auf Englisch" in text_of(await stage.say("language english"))
    await stage.say("now")
    await stage.idle()
    assert stage.posts()[-1]["text"].startswith("Spring Classic, 16 May 2026: Standings")


async def test_a_digest_that_is_due(stage: Stage) -> None:
    """It is posted once; with nothing new the next is left out, and the admin can see that."""
    await stage.say("every hour on match days")
    assert await stage.tick(hours=1) == 1
    (posted,) = stage.posts()
    assert posted["text"].startswith("Spring Classic")
    for heading in ("Results", "Standings", "Leaders", "Best spirit"):
        assert heading in text_of(posted)
    assert await stage.tick() == 0
    assert await stage.tick(hours=1) == 1
    assert stage.posts() == [posted]
    shown = text_of(await stage.say("show"))
    assert "The last one was left out, since nothing had changed" in shown
    await stage.say("preview")
    await stage.told("the next would be left out")


async def test_after_three_days_off_there_is_one(stage: Stage) -> None:
    """A bot that was down posts the latest digest alone."""
    stage.clock.now -= timedelta(days=2)
    await stage.say("every hour")
    assert await stage.tick(days=2) == 1
    assert len(stage.posts()) == 1


async def test_after_the_last_game(stage: Stage) -> None:
    """The day's digest comes once its last game has ended, as far as is known."""
    await stage.say("30 minutes after the last game")
    (first, *_) = (await stage.digests.show(stage.team, stage.channel)).coming  # type: ignore[union-attr]
    stage.clock.now = first - timedelta(seconds=1)
    assert await stage.tick() == 0
    assert await stage.tick(seconds=2) == 1
    assert await stage.tick(minutes=5) == 0


async def test_quiet_after_the_event(stage: Stage) -> None:
    """Days after the end nothing comes, and the command says that no time is left."""
    await stage.say("18:00")
    assert await stage.tick(days=30) == 0
    assert "No time is left" in text_of(await stage.say("show"))


async def test_sections_are_chosen(stage: Stage) -> None:
    """Some of them, a verified question among them; what is neither is refused with a list."""
    await stage.house.app.answering.store.verified.add(
        stage.team,
        "who are the teams",
        "Who are the teams?",
        "SELECT name FROM teams ORDER BY name LIMIT 3",
        Scope.EVERYWHERE,
        "",
        by="U9",
        name="maya",
    )
    listed = text_of(await stage.say("sections"))
    assert "`moved` teams that went up or down" in listed
    await stage.say("18:00")
    assert "neither a section" in text_of(await stage.say("sections next, gossip"))
    told = text_of(await stage.say("sections Spirit, who are the teams"))
    assert "It tells: spirit, who are the teams." in told
    await stage.say("preview")
    await stage.told("Only you see this")
    digest = text_of(stage.workspace.ephemerals("maya", "general")[-2])
    assert "Best spirit" in digest
    assert "who are the teams" in digest
    assert "Results" not in digest
    assert stage.posts() == []
    assert "results, moved" in text_of(await stage.say("sections usual"))


async def test_a_question_that_is_verified_no_more(stage: Stage) -> None:
    """The rest of the digest comes, and says what is missing."""
    await stage.say("18:00")
    store = stage.house.app.answering.store.digests
    await store.choose(stage.team, stage.channel, ("spirit", "Gone?"))
    await stage.say("now")
    await stage.idle()
    assert "Could not be told: Gone?" in text_of(stage.posts()[0])


async def test_now_posts_though_nothing_changed(stage: Stage) -> None:
    """Who asks gets one, also a second time."""
    await stage.say("now")
    await stage.idle()
    await stage.say("now")
    await stage.idle()
    assert len(stage.posts()) == 2
    assert "Results" not in text_of(stage.posts()[1])  # they were told before


async def test_a_job_that_runs_again(stage: Stage) -> None:
    """After a crash between the post and its note there is still one message."""
    stage.workspace.fail_next("chat.postMessage", "fatal_error")
    payload = {"team": stage.team, "channel": stage.channel, "due": stage.clock.now.isoformat()}
    job = Job("digest:1", JOB, payload, attempt=1)
    with pytest.raises(Later):
        await digest_posts.do(stage.slack.rooms, job)
    await digest_posts.do(stage.slack.rooms, Job("digest:1", JOB, payload, attempt=2))
    await stage.house.app.answering.store.digests.remove(stage.team, stage.channel)  # forgets it
    await digest_posts.do(stage.slack.rooms, Job("digest:1", JOB, payload, attempt=3))
    assert len(stage.posts()) == 1


async def test_what_a_digest_waits_for(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """An outage is waited out for some hours; how it ends is noted for admins."""
    await stage.say("18:00")
    payload = {"team": stage.team, "channel": stage.channel, "due": ""}

    async def result() -> DigestResult | None:
        kept = await stage.house.app.answering.store.digests.get(stage.team, stage.channel)
        assert kept is not None
        return kept.last_result

    stage.workspace.fail_next("chat.postMessage", "is_archived")
    await digest_posts.do(stage.slack.rooms, Job("digest:1", JOB, payload, attempt=1))
    assert await result() is DigestResult.CLOSED

    async def down(*_: object) -> None:
        raise StoreDown("no")

    monkeypatch.setattr(type(stage.digests), "write", down)
    with pytest.raises(Later):
        await digest_posts.do(stage.slack.rooms, Job("digest:2", JOB, payload, 1, age=3_600))
    with pytest.raises(StoreDown):
        await digest_posts.do(stage.slack.rooms, Job("digest:2", JOB, payload, 1, age=86_400))
    assert await result() is DigestResult.FAILED
