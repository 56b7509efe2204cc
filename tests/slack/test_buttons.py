"""The buttons under an answer: SQL, CSV and ask again, each for the person who clicks."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.domain import ColumnKind, ResultTable
from bot.slack.render.csv import to_csv
from bot.store import StoreDown
from tests.slack.conftest import Scene
from tests.slack.samples import columns


async def test_the_sql_opens_for_whoever_clicks(scene: Scene) -> None:
    """A view shows the question and its SQL, literally, to the clicker."""
    found = await scene.ask()
    await scene.workspace.click("sam", "general", found, "show_sql")
    view = await scene.workspace.until(lambda: scene.workspace.view("sam"))
    assert "name <> '<!channel>'" in json.dumps(view["blocks"])
    assert scene.workspace.view("maya") is None


async def test_a_late_click_still_shows_the_sql(scene: Scene) -> None:
    """When Slack no longer opens a view the SQL comes as an ephemeral message."""
    found = await scene.ask()
    scene.workspace.fail_next("views.open", "expired_trigger_id")
    await scene.workspace.click("sam", "general", found, "show_sql")
    (shown,) = await scene.workspace.until(lambda: scene.workspace.ephemerals("sam", "general"))
    assert "SELECT name" in json.dumps(shown["blocks"])


async def test_an_answer_of_another_channel_is_not_shown(scene: Scene) -> None:
    """A button only reaches what was asked where it is."""
    found = await scene.ask()
    (known,) = scene.answering.known.values()
    scene.answering.known[known.question_id] = replace(known, channel="C-ELSEWHERE")
    for action in ("show_sql", "ask_again"):
        await scene.workspace.click("sam", "general", found, action)
    shown = await scene.workspace.until(
        lambda: len(seen := scene.workspace.ephemerals("sam", "general")) == 2 and seen
    )
    assert {one["text"] for one in shown} == {"I no longer have that answer. Please ask again."}
    assert scene.workspace.view("sam") is None


async def test_the_csv_comes_into_the_thread(scene: Scene) -> None:
    """The rows, read anew, are a file under the question."""
    ts = scene.workspace.post("maya", "general", "@Game Stats top 5 teams?")
    found = await scene.reply("general", ts)
    await scene.workspace.click("sam", "general", found, "csv")
    (stored,) = await scene.workspace.until(lambda: scene.workspace.files)
    assert stored.name == "top-5-teams.csv"
    assert stored.body is not None
    assert stored.body.decode("utf-8-sig").splitlines() == [
        "team_name,spirit_total",
        "Kestrels,12.5",
        "'=SUM(A1),11",
    ]
    await scene.workspace.until(
        lambda: any(one.get("files") for one in scene.workspace.replies("general", ts))
    )


async def test_a_csv_that_is_not_to_be_had_is_said_to_the_clicker(scene: Scene) -> None:
    """The pipeline's refusal is told to who clicked, escaped."""
    found = await scene.ask()
    scene.answering.known.clear()
    await scene.workspace.click("sam", "general", found, "csv")
    (shown,) = await scene.workspace.until(lambda: scene.workspace.ephemerals("sam", "general"))
    assert shown["text"] == "I no longer have that &lt;answer&gt;."


async def test_the_csv_of_a_private_answer_stays_private(scene: Scene) -> None:
    """It comes as a direct message."""
    await scene.workspace.command("sam", "general", "/stats top 5")
    found = await scene.whisper("sam")
    await scene.workspace.click("sam", "general", found, "csv")
    await scene.workspace.until(lambda: scene.workspace.files)
    home = scene.workspace.state.direct(scene.workspace.person("sam"))
    await scene.workspace.until(lambda: scene.workspace.messages(home.id))
    assert scene.workspace.messages("general") == []


async def test_ask_again_is_a_new_question_of_the_clicker(scene: Scene) -> None:
    """The same words are asked in the same thread, counted for who clicked."""
    ts = scene.workspace.post("maya", "general", "@Game Stats top 5 teams")
    found = await scene.reply("general", ts)
    await scene.workspace.click("sam", "general", found, "ask_again")
    await scene.workspace.until(
        lambda: len([r for r in scene.workspace.replies("general", ts) if r.get("blocks")]) == 2
    )
    first, second = scene.answering.asked
    assert second.text == first.text
    assert second.id != first.id
    assert second.asker.user == scene.workspace.person("sam")


async def test_ask_again_in_private_stays_private(scene: Scene) -> None:
    """The new answer to a private one is seen by its asker alone."""
    await scene.workspace.command("sam", "general", "/stats top 5")
    found = await scene.whisper("sam")
    await scene.workspace.click("sam", "general", found, "ask_again")
    await scene.workspace.until(lambda: len(scene.workspace.ephemerals("sam", "general")) == 2)
    assert scene.workspace.messages("general") == []


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (StoreDown("no"), ":warning: My own storage is not reachable"),
        (RuntimeError("no"), ":x: Something went wrong on my side"),
    ],
)
async def test_a_click_that_fails_is_told_to_the_clicker(
    scene: Scene, failure: Exception, words: str
) -> None:
    """An outage and a bug each get their own sentence, and the click is acknowledged."""
    found = await scene.ask()
    scene.answering.failure = failure
    await scene.workspace.click("sam", "general", found, "show_sql")
    (shown,) = await scene.workspace.until(lambda: scene.workspace.ephemerals("sam", "general"))
    assert shown["text"].startswith(words)


def test_a_csv_opens_safely_in_a_spreadsheet() -> None:
    """Formulas are defused, numbers stay numbers, and every value survives the round trip."""
    kinds = columns(**{"=name": ColumnKind.TEXT, "n": ColumnKind.NUMBER, "at": ColumnKind.DATETIME})
    rows = (
        ("=cmd|' /C calc'!A0", -5, datetime(2026, 5, 2, 7, tzinfo=UTC)),
        ("+44", Decimal("1.50"), None),
        ("@x", 0.25, None),
        ('say "hi",\nü', None, None),
        ("-5", True, None),
        ([1, None], {"a": date(2026, 5, 2)}, None),
    )
    read = list(csv.reader(io.StringIO(to_csv(ResultTable(kinds, rows)).decode("utf-8-sig"))))
    assert read == [
        ["'=name", "n", "at"],
        ["'=cmd|' /C calc'!A0", "-5", "2026-05-02T07:00:00+00:00"],
        ["+44", "1.50", ""],
        ["'@x", "0.25", ""],
        ['say "hi",\nü', "", ""],
        ["-5", "true", ""],
        ["[1, null]", '{"a": "2026-05-02"}', ""],
    ]
