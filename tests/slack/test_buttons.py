"""The buttons under an answer: SQL, CSV and ask again, each for the person who clicks."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from bot.domain import ColumnKind, Outcome, Question, Refinement, Report, ResultTable
from bot.jobs import Job, Later
from bot.slack import rows
from bot.slack.intake import Reader
from bot.slack.render.csv import to_csv
from bot.slack.render.stages import STOP
from bot.store import StoreDown
from tests.slack.conftest import Scene, settled, top_teams
from tests.slack.samples import answer, columns, table


async def choose(scene: Scene, message: dict[str, Any], action: str) -> None:
    """Choose from the menu as Sam."""
    options = message["blocks"][-1]["elements"][-1]["options"]
    value = next(one["value"] for one in options if one["value"].startswith(action))
    await scene.workspace.click("sam", "general", message, "more", value=value)


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
    await scene.workspace.click("sam", "general", found, "show_sql")
    await choose(scene, found, "ask_again")
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
    await choose(scene, found, "ask_again")
    await scene.workspace.until(
        lambda: len([r for r in scene.workspace.replies("general", ts) if settled(r)]) == 2
    )
    first, second = scene.answering.asked
    assert second.text == first.text
    assert second.id != first.id
    assert second.asker.user == scene.workspace.person("sam")


async def test_ask_again_in_private_stays_private(scene: Scene) -> None:
    """The new answer to a private one is seen by its asker alone."""
    await scene.workspace.command("sam", "general", "/stats top 5")
    found = await scene.whisper("sam")
    await choose(scene, found, "ask_again")
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
    data = (
        ("=cmd|' /C calc'!A0", -5, datetime(2026, 5, 2, 7, tzinfo=UTC)),
        ("+44", Decimal("1.50"), None),
        ("@x", 0.25, None),
        ('say "hi",\nü', None, None),
        ("-5", True, None),
        ([1, None], {"a": date(2026, 5, 2)}, None),
    )
    read = list(csv.reader(io.StringIO(to_csv(ResultTable(kinds, data)).decode("utf-8-sig"))))
    assert read == [
        ["'=name", "n", "at"],
        ["'=cmd|' /C calc'!A0", "-5", "2026-05-02T07:00:00+00:00"],
        ["+44", "1.50", ""],
        ["'@x", "0.25", ""],
        ['say "hi",\nü', "", ""],
        ["-5", "true", ""],
        ["[1, null]", '{"a": "2026-05-02"}', ""],
    ]


def named(message: dict[str, Any]) -> list[str]:
    """The actions under an answer, those of the menu after "more"."""
    row = message["blocks"][-1]["elements"]
    options = row[-1]["options"]
    return [one["action_id"] for one in row] + [one["value"].split()[0] for one in options]


async def test_the_row_of_buttons_is_short(scene: Scene) -> None:
    """Five at most; the rest is in the menu."""

    async def narrowed(question: Question, _report: Report) -> Outcome:
        made = answer(table(("Kestrels", 12.5), ("Otters", 11)), asked=question)
        offers = tuple(Refinement(f"Only {n}", f"only {n}") for n in range(amount))
        return replace(made, refinements=offers, explanation="Sums spirit.")

    scene.answering.answerer = narrowed
    more = ["run_again", "ask_again", "share", "explain"]
    amount = 1
    assert named(await scene.ask()) == ["chart", "show_sql", "csv", "only_0", "more", *more]
    amount = 4
    assert named(await scene.ask()) == ["chart", "show_sql", "csv", "only", "more", *more]


async def test_a_refinement_asks_a_narrower_question(scene: Scene) -> None:
    """Its words are added to the question, for who clicks, in the same thread."""

    async def narrowed(question: Question, _report: Report) -> Outcome:
        made = answer(table(("Kestrels", 12.5), ("Otters", 11)), asked=question)
        return replace(made, refinements=(Refinement("Only Open", "only the Open division"),))

    scene.answering.answerer = narrowed
    found = await scene.ask(text="top 5 teams?")
    await scene.workspace.click("sam", "general", found, "only_0")
    await scene.workspace.until(lambda: len(scene.answering.asked) == 2)
    await scene.idle()
    asked = scene.answering.asked[1]
    assert asked.text == "top 5 teams, only the Open division"
    assert asked.asker.user == scene.workspace.person("sam")


async def test_chart_and_table_take_each_others_place(scene: Scene) -> None:
    """The same message shows the chart, then the table, with the question's mark kept."""
    ts = scene.workspace.post("maya", "general", "@Game Stats top 5 teams")
    found = await scene.reply("general", ts)
    for button, kind in (("chart", "data_visualization"), ("table", "data_table")):
        await scene.workspace.click("sam", "general", found, button)

        def shown(kind: str = kind) -> dict[str, Any] | None:
            (one,) = scene.workspace.replies("general", ts)
            return one if kind in [block["type"] for block in one["blocks"]] else None

        found = await scene.workspace.until(shown)
    (known,) = scene.answering.known
    assert found["metadata"]["event_payload"] == {"question_id": known}


async def test_where_charts_are_refused_a_picture_comes(scene: Scene) -> None:
    """An older workspace gets the chart as a PNG with words for it, and keeps the table."""
    scene.workspace.state.lacking = frozenset({"data_visualization"})
    ts = scene.workspace.post("maya", "general", "@Game Stats top 5 teams")
    found = await scene.reply("general", ts)
    await scene.workspace.click("sam", "general", found, "chart")
    (drawn,) = await scene.workspace.until(lambda: scene.workspace.files)
    assert drawn.body is not None
    assert drawn.body.startswith(b"\x89PNG")
    assert drawn.alt.startswith("Bar chart: Spirit total by team name. Kestrels 12.5")
    await scene.workspace.until(
        lambda: any(one.get("files") for one in scene.workspace.replies("general", ts))
    )
    await scene.idle()
    kinds = [block["type"] for block in scene.workspace.replies("general", ts)[0]["blocks"]]
    assert "data_table" in kinds


async def test_run_again_shows_fresh_rows(scene: Scene) -> None:
    """The message has the rows of now, and says when that was."""
    ts = scene.workspace.post("maya", "general", "@Game Stats top 5 teams")
    found = await scene.reply("general", ts)
    await choose(scene, found, "run_again")
    await scene.workspace.until(
        lambda: "Read again" in json.dumps(scene.workspace.replies("general", ts))
    )
    (fresh,) = scene.workspace.replies("general", ts)
    assert "=SUM(A1)" in json.dumps(fresh["blocks"])
    assert len(scene.answering.asked) == 1


async def test_an_answer_is_shared_once(scene: Scene) -> None:
    """It stands in the channel with who shared it and the question; a second click says so."""
    found = await scene.ask()
    await choose(scene, found, "share")
    shared = await scene.workspace.until(
        lambda: next((m for m in scene.workspace.messages("general") if m.get("blocks")
                      and "thread_ts" not in m), None)
    )  # fmt: skip
    assert "Shared by Sam Lindqvist" in json.dumps(shared["blocks"][0])
    assert shared["blocks"][1]["elements"][0]["type"] == "rich_text_quote"
    assert named(shared) == ["show_sql", "csv", "more", "ask_again"]
    await scene.idle()
    await choose(scene, found, "share")
    (told,) = await scene.workspace.until(lambda: scene.workspace.ephemerals("sam", "general"))
    assert told["text"] == "That answer is in the channel already."
    posted = [m for m in scene.workspace.messages("general") if "thread_ts" not in m]
    assert len([m for m in posted if "bot_id" in m]) == 1


async def test_a_shared_job_that_runs_twice_posts_once(scene: Scene) -> None:
    """A worker that died after posting does not post again."""
    found = await scene.ask()
    await choose(scene, found, "share")
    await scene.idle()
    (known,) = scene.answering.known
    place = scene.workspace.channel("general").id
    reader = Reader(
        team=scene.workspace.state.team,
        channel=place,
        user=scene.workspace.person("sam"),
        question_id=known,
        how="share",
    )
    again = Job(id=rows.once(known), name=rows.ROWS, payload=reader.payload(), attempt=2)
    await rows.show(scene.slack.rooms, again)
    posted = [m for m in scene.workspace.messages("general") if "thread_ts" not in m]
    assert len([m for m in posted if "bot_id" in m]) == 1


async def test_two_who_share_at_once_share_once(scene: Scene) -> None:
    """The second waits for the first, who may still be at it."""
    found = await scene.ask()
    (known,) = scene.answering.known
    reader = Reader(
        team=scene.workspace.state.team,
        channel=scene.workspace.channel("general").id,
        user=scene.workspace.person("sam"),
        question_id=known,
        how="share",
    )
    second = Job(id="rows:other", name=rows.ROWS, payload=reader.payload(), attempt=1, age=0.1)
    with pytest.raises(Later):
        await rows.show(scene.slack.rooms, second)
    assert found["ts"]


async def test_explain_says_it_to_the_clicker(scene: Scene) -> None:
    """The sentence and what the answer rests on, for who asked alone."""

    async def explained(question: Question, _report: Report) -> Outcome:
        made = answer(table(("Kestrels", 12.5), ("Otters", 11)), asked=question)
        return replace(made, explanation="Lists teams <by> spirit.")

    scene.answering.answerer = explained
    found = await scene.ask()
    await choose(scene, found, "explain")
    (told,) = await scene.workspace.until(lambda: scene.workspace.ephemerals("sam", "general"))
    assert "Spring Classic · from teams" in json.dumps(told["blocks"], ensure_ascii=False)


async def test_a_private_answer_stays_private_in_every_view(scene: Scene) -> None:
    """Chart and fresh rows of a private answer come to its reader alone."""
    await scene.workspace.command("sam", "general", "/stats top 5")
    found = await scene.whisper("sam")
    await scene.workspace.click("sam", "general", found, "chart")
    await scene.workspace.until(lambda: len(scene.workspace.ephemerals("sam", "general")) == 2)
    await choose(scene, found, "run_again")
    await scene.workspace.until(lambda: len(scene.workspace.ephemerals("sam", "general")) == 3)
    assert scene.workspace.messages("general") == []


async def test_a_view_of_rows_that_are_not_to_be_had_leaves_the_message(scene: Scene) -> None:
    """A refusal is told to who clicked; what is there stays."""
    ts = scene.workspace.post("maya", "general", "@Game Stats top 5 teams")
    found = await scene.reply("general", ts)
    scene.answering.known.clear()
    for action in ("chart", "csv"):
        await scene.workspace.click("sam", "general", found, action)
    shown = await scene.workspace.until(
        lambda: len(seen := scene.workspace.ephemerals("sam", "general")) == 2 and seen
    )
    assert {one["text"] for one in shown} == {"I no longer have that &lt;answer&gt;."}
    assert scene.workspace.replies("general", ts)[0]["blocks"] == found["blocks"]


def stoppable(waiting: dict[str, Any]) -> str:
    """The id of the question that a waiting reply can stop."""
    (actions,) = (block for block in waiting["blocks"] if block["type"] == "actions")
    return str(actions["elements"][0]["value"]).partition(" ")[0]


async def test_the_asker_or_an_admin_stops_a_question(scene: Scene) -> None:
    """The button is on the waiting reply; another member is told whose it is."""
    go = asyncio.Event()

    async def slow(question: Question, report: Report) -> Outcome:
        await go.wait()
        return await top_teams(question, report)

    scene.answering.answerer = slow
    mine = scene.workspace.post("maya", "general", "@Game Stats top 5")
    waiting = await scene.reply("general", mine, blocks=False)
    await scene.workspace.click("sam", "general", waiting, STOP)
    (told,) = await scene.workspace.until(lambda: scene.workspace.ephemerals("sam", "general"))
    assert told["text"] == "Only who asked, or a workspace admin, can stop this."
    assert scene.answering.stops == []
    await scene.workspace.click("maya", "general", waiting, STOP)
    theirs = scene.workspace.post("sam", "general", "@Game Stats top 3")
    other = await scene.reply("general", theirs, blocks=False)
    await scene.workspace.click("sam", "general", other, STOP)
    await scene.workspace.click("maya", "general", other, STOP)
    async with asyncio.timeout(30):
        while len(scene.answering.stops) < 3:  # noqa: ASYNC110 (no event tells of it)
            await asyncio.sleep(0.01)
    assert Counter(scene.answering.stops) == {stoppable(waiting): 1, stoppable(other): 2}
    go.set()
    assert settled(await scene.reply("general", mine))
