"""Rows as JSON: nothing lost, nothing that JSON cannot say."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from bot.http.render import answer_body, plain, to_json, unique
from bot.texts import speaking
from tests.slack.samples import answer, table


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (2**60, str(2**60)),
        (1.5, 1.5),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (Decimal("12.50"), 12.5),
        (Decimal(14), 14),
        (Decimal("1E+1000"), "1E+1000"),
        (Decimal("NaN"), "NaN"),
        (date(2026, 5, 1), "2026-05-01"),
        (datetime(2026, 5, 1, 9, tzinfo=UTC), "2026-05-01T09:00:00+00:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ([Decimal("1.5"), None], [1.5, None]),
    ],
)
def test_each_value_is_said_as_json_can(value: object, said: object) -> None:
    """Numbers as numbers while they keep their digits, times as ISO 8601."""
    assert plain(value) == said
    assert json.loads(to_json(plain(value))) == said


def test_columns_of_one_name_are_both_there() -> None:
    """A row is an object, so the second gets a number, and never that of a third."""
    assert unique(["name", "name", "name_2", "name"]) == ["name", "name_2", "name_2_2", "name_3"]


def test_half_a_character_does_not_break_the_answer() -> None:
    """A model may write what UTF-8 cannot."""
    assert to_json({"a": "x\ud800"}) == b'{"a":"x?"}'


def test_warnings_are_in_the_reader_s_language() -> None:
    """What a person should know of an answer is for a person; its rows are not."""
    given = answer(table(("Kestrels", 12.5), truncated=True), repaired=True)
    with speaking("de"):
        said = json.loads(answer_body(given))
    assert said["warning"] == (
        "Die erste Abfrage ging nicht; das ist die zweite. Nur die erste Zeile ist hier."
    )
    assert said["results"] == [{"team_name": "Kestrels", "spirit_total": 12.5}]
    assert json.loads(answer_body(given))["warning"].startswith("The first query failed")
