"""An evaluation through the real pipeline, with a model whose words are written here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.app import elsewhere
from bot.evaluation import Case, CasesError, Judged, Verdict, evaluate, read_cases, report
from tests.plugins.house import House

QUESTIONS = Path(__file__).with_name("questions.jsonl")


def case(number: str, question: str, *gold: str, **more: Any) -> dict[str, Any]:
    """A line of a file of questions."""
    expect = "rows" if gold else "refusal"
    return {
        "id": number,
        "question": question,
        "event": "spring-classic",
        "gold": list(gold),
        "expect": expect,
        **more,
    }


def written(folder: Path, *lines: object) -> Path:
    """A file of questions."""
    path = folder / "questions.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines))
    return path


async def all_judged(house: House, cases: tuple[Case, ...]) -> tuple[Judged, ...]:
    """The verdicts, judged on all the databases that the house's settings name."""
    async with elsewhere(house.app) as other:
        return tuple([each async for each in evaluate(house.app.answering, other, cases)])


async def test_each_verdict_is_told_apart(house: House, tmp_path: Path) -> None:
    """Right, right with more, wrong, refused, rightly refused, and not refused."""
    house.ollama.answers.update(
        {
            "right one": "SELECT count(*) FROM teams",
            "more of it": "SELECT name, division FROM teams",
            "wrong one": "SELECT count(*) FROM players",
            "bad one": "DELETE FROM teams",
            "secret": "SELECT name FROM players",
        }
    )
    count = "SELECT count(*) FROM teams"
    cases = read_cases(
        written(
            tmp_path,
            case("1", "right one", "SELECT 1 AS no FROM teams", count),
            case("2", "more of it", "SELECT name FROM teams"),
            case("3", "wrong one", count, group="hard"),
            case("4", "bad one", count, group="hard"),
            case("5", "weather"),
            case("6", "secret"),
        )
    )
    judged = await all_judged(house, cases)
    assert [each.verdict for each in judged] == [
        Verdict.RIGHT,
        Verdict.RIGHT_AND_MORE,
        Verdict.WRONG,
        Verdict.REFUSED,
        Verdict.RIGHTLY_REFUSED,
        Verdict.NOT_REFUSED,
    ]
    found = report("scripted", judged)
    assert found.execution_accuracy == 0.5
    assert found.valid_rate == 0.75
    assert (found.refusal_precision, found.refusal_recall) == (0.5, 0.5)
    assert found.groups["hard"] == (0, 2)
    assert json.loads(json.dumps(found.as_json()))["questions"][3]["code"] == "not_a_query"


async def test_an_outage_is_no_wrong_answer(house: House, tmp_path: Path) -> None:
    """A model that is down fails the question; it does not count as a refusal."""
    house.ollama.down = True
    cases = read_cases(written(tmp_path, case("1", "weather")))
    (judged,) = await all_judged(house, cases)
    assert judged.verdict is Verdict.FAILED


async def test_a_gold_query_that_does_not_hold_is_named(house: House, tmp_path: Path) -> None:
    """The file is at fault, not the model."""
    cases = read_cases(written(tmp_path, case("7", "x", "SELECT e_mail FROM players")))
    with pytest.raises(CasesError, match=r"^7: "):
        await all_judged(house, cases)


@pytest.mark.parametrize(
    "line",
    [
        {"id": 1},
        {"id": 1, "question": "q", "event": "e", "expect": "rows"},
        {"id": 1, "question": "q", "event": "e", "expect": "refusal", "gold": ["SELECT 1"]},
        {"id": 1, "question": "q", "event": "e", "expect": "perhaps", "gold": ["SELECT 1"]},
        ["a list"],
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: object) -> None:
    """File and line number."""
    good = case("0", "q", "SELECT 1 FROM teams")
    with pytest.raises(CasesError, match=r"questions\.jsonl:2: "):
        read_cases(written(tmp_path, good, line))


async def test_our_own_questions_have_gold_that_runs(house: House) -> None:
    """Every gold query of the project's questions gives rows or says why there are none."""
    cases = read_cases(QUESTIONS)
    events = {event.slug: event for event in await house.app.answering.directory()}
    for each in cases:
        for sql in each.gold:
            table = await house.app.answering.query(sql, (events[each.event],))
            assert getattr(table, "rows", None) is not None, (each.id, table)
