"""Answers and refusals as messages: what a reader sees, and that no odd result breaks a message."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from bot.demo.workspace.blocks import check_message
from bot.domain import (
    Code,
    Column,
    ColumnKind,
    Progress,
    Refinement,
    Refusal,
    ResultTable,
    Shape,
    Source,
    Stage,
)
from bot.slack.render.answer import Setting, answer_messages
from bot.slack.render.cells import NOTHING
from bot.slack.render.csv import to_csv
from bot.slack.render.pieces import Message, size
from bot.slack.render.refusal import refusal_messages
from bot.slack.render.stages import stage_message
from tests.oracle.check import check
from tests.slack.nasty import LITERAL, NASTY, Long, Rows, elements, results
from tests.slack.samples import answer, columns, question, table


def blocks(message: Message, kind: str) -> list[dict[str, Any]]:
    """The blocks of one type."""
    return [block for block in message.blocks if block["type"] == kind]


def cells(message: Message) -> list[list[str]]:
    """The texts of the table, instants by what clients show that do not know them."""
    (native,) = [block for block in message.blocks if block["type"] in {"table", "data_table"}]
    return [[reading(cell) for cell in row] for row in native["rows"]]


def reading(cell: dict[str, Any]) -> str:
    """What a cell reads."""
    if cell["type"] != "rich_text":
        return str(cell["text"])
    return str(cell["elements"][0]["elements"][0]["fallback"])


def native_form(message_forms: tuple[Message, ...]) -> Message:
    """The form with Slack's `table` block."""
    return next(form for form in message_forms if blocks(form, "table"))


def small_print(message: Message) -> str:
    """All context lines."""
    return "\n".join(block["elements"][0]["text"] for block in blocks(message, "context"))


def test_a_table_has_readable_headers_and_numbers_to_the_right() -> None:
    """Names lose their underscores; a column of numbers aligns right and shares its decimals."""
    forms = answer_messages(answer(table(("Kestrels", 12.5), ("Otters", Decimal(11)))))
    (sortable,) = blocks(forms[0], "data_table")
    assert sortable["rows"][2][1] == {"type": "raw_number", "value": 11.0, "text": "11.0"}
    assert sortable["caption"] == "top 5 teams by spirit score"
    plain = native_form(forms)
    assert cells(plain) == [["Team name", "Spirit total"], ["Kestrels", "12.5"], ["Otters", "11.0"]]
    assert blocks(plain, "table")[0]["column_settings"][1] == {"align": "right"}


def test_uuids_are_hidden_unless_nothing_else_remains() -> None:
    """A UUID column gives way to any other column, and is shown where it is alone."""
    number = UUID(int=7)
    both = ResultTable(columns(id=ColumnKind.UUID, name=ColumnKind.TEXT), ((number, "Otters"),))
    alone = ResultTable(columns(id=ColumnKind.UUID), ((number,),))
    assert cells(answer_messages(answer(both))[0]) == [["Name"], ["Otters"]]
    assert cells(answer_messages(answer(replace(alone, rows=((number,), (number,)))))[0]) == [
        ["Id"],
        [str(number)],
        [str(number)],
    ]


def test_values_read_as_people_write_them() -> None:
    """NULL, booleans, dates, times, arrays and JSON each have a short form in the event's zone."""
    values: dict[ColumnKind, list[tuple[object, str]]] = {
        ColumnKind.TEXT: [(None, NOTHING), ("", " "), ("a\nb\x00", "a b")],
        ColumnKind.BOOLEAN: [(True, "yes"), (False, "no")],
        ColumnKind.DATE: [(date(2026, 5, 2), "2 May 2026")],
        ColumnKind.DATETIME: [
            (datetime(2026, 5, 2, 7, 30, tzinfo=UTC), "2 May 2026 09:30"),
            (datetime(2026, 5, 2, 7, 30), "2 May 2026 07:30"),  # noqa: DTZ001 (without a zone on purpose)
        ],
        ColumnKind.OTHER: [
            ([1, None, "x"], f"1, {NOTHING}, x"),
            ({"a": 1}, '{"a": 1}'),
            (time(14, 5), "14:05"),
            (timedelta(minutes=90), "1:30:00"),
        ],
    }
    for kind, pairs in values.items():
        result = ResultTable((Column("v", kind),), tuple((value,) for value, _ in pairs))
        for form in answer_messages(answer(replace(result, rows=result.rows * 2)))[:2]:
            assert cells(form)[1:] == [[text] for _, text in pairs] * 2


def test_numbers_have_sensible_digits() -> None:
    """Years keep no comma, thousands do; fractions are short; odd numbers have a sign or a word."""
    for value, text in [
        (2026, "2026"),
        (12345, "12,345"),
        (3.14159, "3.14"),
        (0.3333, "0.333"),
        (-0.0, "0"),
        (Decimal("7.00"), "7"),
        (float("nan"), "NaN"),
        (float("-inf"), "-∞"),
        (1e300, "1.00e+300"),
        (10**400, "1.00e+400"),
    ]:
        assert cells(answer_messages(answer(table(("x", value))))[0])[1][1] == text


def test_the_trust_line_says_what_an_answer_rests_on() -> None:
    """Event, tables, rows, model, repair, fallback, note and seconds are all named."""
    fallen = answer(table(("x", 1)), fell_back=True, repaired=True, note="“Oters” read as “Otters”")
    line = small_print(answer_messages(fallen)[0])
    assert line == (
        "Spring Classic · from teams · 1 row · fell back to sqlcoder:7b · SQL mended once · "
        "3.2 s · “Oters” read as “Otters”"
    )
    verified = small_print(answer_messages(answer(table(("x", 1)), source=Source.VERIFIED))[0])
    cached = small_print(answer_messages(answer(table(("x", 1)), source=Source.CACHE))[0])
    assert "verified question" in verified
    assert "sqlcoder:7b (cached SQL)" in cached


def test_times_name_their_zone() -> None:
    """Instants are in each reader's zone where Slack can, else in the asker's, and it says so."""
    when = datetime(2026, 5, 2, 7, 30, tzinfo=UTC)
    result = ResultTable(
        columns(game=ColumnKind.TEXT, starts=ColumnKind.DATETIME),
        (("Final", when), ("Third", when)),
    )
    sortable, native, fixed, bare = answer_messages(
        answer(result), Setting(reader=ZoneInfo("Asia/Tokyo"))
    )
    for form, kind in ((sortable, "data_table"), (native, "table")):
        cell = blocks(form, kind)[0]["rows"][1][1]["elements"][0]["elements"][0]
        assert (cell["type"], cell["timestamp"]) == ("date", when.timestamp())
        assert cell["fallback"] == "2 May 2026 16:30"
        assert "times in your time zone" in small_print(form)
    assert "times in Asia/Tokyo" in small_print(fixed)
    assert "2 May 2026 16:30" in json.dumps(fixed.blocks)
    assert "2 May 2026 16:30" in bare.text
    assert "times in Europe/Madrid" in small_print(answer_messages(answer(result))[2])


def test_a_finding_has_the_times_of_its_table() -> None:
    """Instants of one row are each reader's own in blocks; a text names the zone that it is in."""
    when = datetime(2026, 5, 2, 7, 30, tzinfo=UTC)
    row = ResultTable(
        columns(game=ColumnKind.TEXT, starts=ColumnKind.DATETIME, ends=ColumnKind.DATETIME),
        (("Final", when, when + timedelta(hours=1)),),
    )
    native, fixed, bare = answer_messages(answer(row))
    said = native.blocks[0]["elements"][0]["elements"]
    assert [one.get("timestamp") or one["text"] for one in said] == [
        "Final: starts ",
        when.timestamp(),
        ", ends ",
        when.timestamp() + 3600,
        ".",
    ]
    spoken = "Final: starts 2 May 2026 09:30, ends 2 May 2026 10:30."
    assert native.text == f"{spoken} (times in Europe/Madrid)"
    assert spoken in json.dumps(fixed.blocks[0])
    assert "times in Europe/Madrid" in small_print(fixed)
    assert spoken in bare.text

    only = ResultTable(columns(starts=ColumnKind.DATETIME), ((when,),))
    best, text = answer_messages(answer(only), Setting(reader=ZoneInfo("Asia/Tokyo")))
    assert "times in your time zone" in small_print(best)
    assert text.text == "Starts: 2 May 2026 16:30."


def test_no_rows_is_an_answer() -> None:
    """An empty result says so kindly, offers the SQL and no CSV, and shows no table."""
    best = answer_messages(answer(table()))[0]
    assert blocks(best, "table") == []
    assert "Nothing in Spring Classic matches" in json.dumps(best.blocks)
    (actions,) = blocks(best, "actions")
    assert [element["action_id"] for element in actions["elements"]] == ["show_sql", "more"]


def test_too_many_rows_are_counted() -> None:
    """The first rows are shown; how many there are and where the rest is is said."""
    many = table(*((f"Team {i}", i) for i in range(2340)))
    for form in answer_messages(answer(many))[:2]:
        assert "of 2,340 rows; the CSV has all." in small_print(form)
    endless = table(*((f"Team {i}", i) for i in range(200)), truncated=True)
    assert "of more than 10,000 rows" in small_print(answer_messages(answer(endless))[0])


def test_a_private_answer_repeats_its_question() -> None:
    """Where the question is not on the screen, the answer starts with it."""
    best = answer_messages(
        answer(table(("x", 1)), asked=question("who <won>?")), Setting(quoted=True)
    )[0]
    assert best.blocks[0]["elements"][0]["elements"][0]["text"] == "who <won>?"


def test_kinds_of_refusal_never_look_alike() -> None:
    """A refusal has no sign, an outage a warning and a retry, a bug its own sign."""
    plain, outage, bug = (
        refusal_messages(Refusal(code, "Words & <more>."), question())[0]
        for code in (Code.TOO_COSTLY, Code.MODEL_DOWN, Code.BUG)
    )
    assert plain.text == "Words &amp; &lt;more&gt;."
    assert outage.text.startswith(":warning: ")
    assert bug.text.startswith(":x: ")
    assert blocks(plain, "actions") == []
    assert blocks(outage, "actions")[0]["elements"][0]["action_id"] == "ask_again"


def test_commands_in_a_refusal_read_as_code() -> None:
    """What stands between backticks is set as code, the rest as it is."""
    refusal = Refusal(Code.NOT_BOUND, "An admin can run `/stats-channel` here.")
    best = refusal_messages(refusal, question())[0]
    assert best.blocks[0]["elements"][0]["elements"] == [
        {"type": "text", "text": "An admin can run "},
        {"type": "text", "text": "/stats-channel", "style": {"code": True}},
        {"type": "text", "text": " here."},
    ]


def test_a_refused_draft_can_be_seen() -> None:
    """A refusal that carries SQL offers to show it."""
    refusal = Refusal(Code.UNKNOWN_TABLE, "There is no table users.", sql="SELECT * FROM users")
    (actions,) = blocks(refusal_messages(refusal, question())[0], "actions")
    assert actions["elements"][0]["action_id"] == "show_sql"


def test_every_stage_has_words() -> None:
    """Each stage reads as a short line with its detail, escaped."""
    lines = {stage_message(Progress(stage), "q1", "U1").text for stage in Stage}
    assert len(lines) == len(Stage)
    assert (
        "(2nd in line &lt;!here&gt;)"
        in stage_message(Progress(Stage.QUEUED, "2nd in line <!here>"), "q1", "U1").text
    )


SETTINGS = st.builds(
    Setting,
    quoted=st.booleans(),
    reader=st.sampled_from([None, ZoneInfo("Asia/Tokyo"), ZoneInfo("America/St_Johns")]),
    view=st.sampled_from(["", "chart", "table"]),
    again=st.none() | st.just(datetime(2026, 5, 2, tzinfo=UTC)),
    shared_by=st.just("") | NASTY,
)

FULLEST = ResultTable(
    (Column("w" * 10, ColumnKind.TEXT),) * 10, Rows([("w" * 10,) * 10] * 100), truncated=True
)
SHARED = Setting(quoted=True, again=datetime(2026, 5, 2, tzinfo=UTC), shared_by="w" * 600)


@settings(
    max_examples=50,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@example(FULLEST, Long("w" * 9_999), SHARED, Shape(sorted_by=0, descending=True))
@example(FULLEST, Long("😀" * 9_999), SHARED, Shape(sorted_by=0, descending=True))
@given(results(), NASTY, SETTINGS, st.builds(Shape, st.none() | st.integers(0, 3), st.booleans()))
def test_no_result_breaks_a_message_or_pings_anybody(
    result: ResultTable, text: str, setting: Setting, shape: Shape
) -> None:
    """Every form passes Slack's types and limits and holds data in literal elements only."""
    offers = tuple(Refinement(text, text[:60]) for _ in range(len(text) % 8))
    found = replace(
        answer(result, asked=question(text or "x"), note=text),
        shape=shape if (shape.sorted_by or 0) < len(result.columns) else Shape(),
        explanation=text,
        refinements=offers,
    )
    for form in answer_messages(found, setting):
        assert 0 < size(form.text) <= 4_000
        assert "<" not in form.text
        assert len(form.blocks) <= 50
        assert "mrkdwn" not in {element.get("type") for element in elements(form.blocks)}
        texts = [e for e in elements(form.blocks) if e.get("type") in LITERAL]
        assert all(isinstance(e["text"], str) and e["text"] for e in texts if "text" in e)
        assert sum(size(e["text"]) for e in texts if isinstance(e["text"], str)) <= 10_000
        json.dumps(form.blocks).encode("utf-8")
        sent = {"channel": "C1", "text": form.text, "blocks": list(form.blocks)}
        check("chat.postMessage", sent)
        check_message(sent)
        for native in blocks(form, "table"):
            assert 1 <= len(native["rows"]) <= 100
            assert all(1 <= len(row) <= 20 for row in native["rows"])
            assert len({len(row) for row in native["rows"]}) == 1
            assert len(native["column_settings"]) <= 20


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(results())
def test_everything_is_in_the_csv_and_no_cell_is_a_formula(result: ResultTable) -> None:
    """All rows and columns are there; what a spreadsheet would run is a text."""
    read = list(csv.reader(io.StringIO(to_csv(result).decode("utf-8-sig"), newline="")))
    if result.columns:
        assert len(read) == len(result.rows) + 1
        assert {len(row) for row in read} == {len(result.columns)}
    for cell in (cell for row in read for cell in row if not is_number(cell)):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def is_number(text: str) -> bool:
    """Whether a cell is a plain number, such as -5 or 1E+400."""
    try:
        Decimal(text.replace(",", "."))
    except InvalidOperation:
        return False
    return True
