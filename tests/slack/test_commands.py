"""Slash commands: private answers, the model's state, help, and digests."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.digests import Digest, DigestSection
from bot.domain import Column, ColumnKind, Outcome, Question, Report, ResultTable
from bot.slack import delivery
from bot.slack.intake import Reader
from bot.slack.render.digest import digest_messages
from bot.slack.render.pieces import Message
from bot.slack.render.status import status_messages
from bot.store import StoreDown
from tests.slack.conftest import STATUS, Scene, top_teams
from tests.slack.samples import SPRING


async def whispers(scene: Scene, count: int, user: str = "maya") -> list[dict[str, Any]]:
    """The first `count` ephemeral messages in #general."""
    return await scene.workspace.until(
        lambda: len(found := scene.workspace.ephemerals(user, "general")) >= count and found
    )


async def test_stats_answers_the_asker_alone(scene: Scene) -> None:
    """The answer is ephemeral, repeats its question, and nothing is posted."""
    await scene.workspace.command("maya", "general", "/stats top 5 & more")
    second = await scene.whisper("maya")
    assert [block["type"] for block in second["blocks"]] == [
        "rich_text",
        "rich_text",
        "data_table",
        "context",
        "context_actions",
        "actions",
    ]
    assert "top 5 & more" in json.dumps(second["blocks"])
    assert scene.workspace.messages("general") == []
    assert scene.workspace.ephemerals("sam", "general") == []


async def test_a_slow_private_answer_is_announced(scene: Scene) -> None:
    """Whoever waits longer than a moment is told, before the answer."""
    go = asyncio.Event()

    async def slow(question: Question, report: Report) -> Outcome:
        await go.wait()
        return await top_teams(question, report)

    scene.answering.answerer = slow
    await scene.workspace.command("maya", "general", "/stats top 5")
    assert (await whispers(scene, 1))[0]["text"] == "Looking…"
    go.set()
    await scene.whisper("maya")


async def test_a_used_up_response_address_falls_back_to_an_ephemeral(scene: Scene) -> None:
    """The private answer still arrives when Slack no longer takes the response address."""
    scene.workspace.state.response_urls.clear()
    place, maya = scene.workspace.channel("general").id, scene.workspace.person("maya")
    gone = f"{scene.workspace.url}/actions/T/R/gone"
    to = Reader(scene.workspace.state.team, place, maya, response_url=gone)
    await delivery.whisper(scene.slack.rooms.web, to, [Message("Here.")])
    assert (await whispers(scene, 1))[0]["text"] == "Here."
    assert scene.workspace.calls("chat.postEphemeral")


@pytest.mark.parametrize("command", ["/stats", "/stats-model", "/stats-channel", "/stats-digest"])
async def test_every_command_has_help(scene: Scene, command: str) -> None:
    """`help` explains the command to whoever asks, and does nothing else."""
    await scene.workspace.command("sam", "general", f"{command} help")
    (found,) = await whispers(scene, 1, "sam")
    assert f"`{command}" in found["text"]
    assert scene.answering.asked == []


async def test_the_models_state_is_shown(scene: Scene) -> None:
    """`/stats-model` shows server, models, memory, queue, times, errors and circuits."""
    await scene.workspace.command("sam", "general", "/stats-model")
    found = await scene.whisper("sam")
    text = json.dumps(found["blocks"], ensure_ascii=False)
    for part in (
        "sqlcoder:7b is answering",
        "up, version 0.14.1",
        "loaded, 5.2 GB, 4.0 GB VRAM",
        "not installed",
        "circuit open",
        "3 jobs",
        "1 running, 2 waiting",
        "median 3.2 s, 95 % under 9.5 s",
        "errors: model timed out 2",
    ):
        assert part in text


async def test_the_state_says_when_storage_is_down(scene: Scene) -> None:
    """A state that cannot be read is said, not lost."""
    scene.answering.failure = StoreDown("no")
    await scene.workspace.command("sam", "general", "/stats-model")
    (found,) = await whispers(scene, 1, "sam")
    assert found["text"].startswith(":warning: My own storage is not reachable right now.")


def test_a_role_that_can_too_much_is_said_in_one_line() -> None:
    """What the database role can do beyond its needs shows with the command that lists it."""
    mighty = replace(STATUS, role_excess=("It is a superuser", "It can make roles"))
    rich, plain = status_messages(mighty)
    for said in (json.dumps(rich.blocks), plain.text):
        assert "The database role can do more than it needs: It is a superuser. And 1 more" in said
        assert "game-stats-bot database harden --check" in said
    assert "database role" not in json.dumps([m.blocks for m in status_messages(STATUS)])


def test_lines_of_the_state_fit_a_phone() -> None:
    """No line of the state is longer than a phone's fixed-width line."""
    best = status_messages(STATUS)[0]
    lines = best.blocks[-1]["elements"][0]["elements"][0]["text"].splitlines()
    assert max(map(len, lines)) <= 46


async def test_only_admins_change_a_digest(scene: Scene) -> None:
    """Another person is told who can; nothing is scheduled."""
    scene.bind("general", SPRING)
    await scene.workspace.command("sam", "general", "/stats-digest 18:30")
    assert "Only workspace admins" in (await whispers(scene, 1, "sam"))[0]["text"]


async def test_a_digest_needs_an_event(scene: Scene) -> None:
    """In a channel without an event the command says what to do first."""
    await scene.workspace.command("maya", "general", "/stats-digest now")
    assert "/stats-channel" in (await whispers(scene, 1))[0]["text"]


def test_a_long_digest_keeps_slacks_limits() -> None:
    """Many long sections are cut so that the message stays within the limits."""
    wide = tuple(Column(f"column {i}", ColumnKind.TEXT) for i in range(20))
    rows = tuple(tuple("x" * 200 for _ in wide) for _ in range(50))
    sections = tuple(DigestSection(f"Part {i}", ResultTable(wide, rows)) for i in range(8))
    best = digest_messages(Digest(SPRING, date(2026, 5, 2), sections))[0]
    assert len(json.dumps(best.blocks)) < 13_000
    assert len(best.blocks) <= 50
