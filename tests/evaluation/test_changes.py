"""Runs that are kept, go on where they stopped, and are held side by side."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.domain import Code, Timings
from bot.evaluation import (
    Case,
    CasesError,
    Judged,
    Saved,
    Verdict,
    compare_runs,
    read_verdicts,
    report,
    sign_test,
)

CASES = tuple(Case(str(number), f"question {number}", "e", ("SELECT 1",)) for number in range(4))
ABOUT = {"model": "m", "parts": {"shape": "full"}}


def judged(number: int, verdict: Verdict) -> Judged:
    """A question that ended so."""
    timings = Timings(prompt=0.5, database=0.25)
    code = Code.UNKNOWN_TABLE if verdict is Verdict.REFUSED else None
    return Judged(CASES[number], verdict, sql="SELECT 2", code=code, timings=timings, seconds=1.5)


def test_a_run_that_was_killed_goes_on(tmp_path: Path) -> None:
    """Whole lines are kept, half of one is asked again."""
    saved = Saved(tmp_path / "run.jsonl", ABOUT)
    assert saved.read(CASES) == {}
    one, two = judged(0, Verdict.RIGHT), judged(1, Verdict.REFUSED)
    saved.add(one)
    saved.add(two)
    with saved.path.open("a") as file:
        file.write('{"id": "2", "verd')
    assert saved.read(CASES) == {"0": one, "1": two}
    saved.add(judged(2, Verdict.WRONG))
    assert list(saved.read(CASES)) == ["0", "1", "2"]


def test_another_run_is_not_mixed_in(tmp_path: Path) -> None:
    """Another model or prompt is another file."""
    Saved(tmp_path / "run.jsonl", ABOUT).read(CASES)
    with pytest.raises(CasesError, match="holds another run"):
        Saved(tmp_path / "run.jsonl", {**ABOUT, "model": "n"}).read(CASES)


def test_a_question_that_was_reworded_is_asked_again(tmp_path: Path) -> None:
    """Its old verdict says nothing of the new words."""
    saved = Saved(tmp_path / "run.jsonl", ABOUT)
    saved.read(CASES)
    saved.add(judged(0, Verdict.RIGHT))
    assert saved.read((Case("0", "other words", "e", ("SELECT 1",)),)) == {}


def test_two_runs_are_compared_question_by_question(tmp_path: Path) -> None:
    """A saved run and a report's JSON; questions that one lacks do not count."""
    before = Saved(tmp_path / "before.jsonl", ABOUT)
    before.read(CASES)
    for number, verdict in enumerate((Verdict.RIGHT, Verdict.WRONG, Verdict.WRONG)):
        before.add(judged(number, verdict))
    after = tmp_path / "after.json"
    run = (judged(0, Verdict.REFUSED), judged(1, Verdict.RIGHT), judged(3, Verdict.RIGHT))
    after.write_text(json.dumps([report("m", run).as_json()]))
    found = compare_runs(read_verdicts(before.path), read_verdicts(after))
    assert (found.common, found.better, found.worse, found.p) == (2, 1, 1, 1.0)
    assert [(each.id, each.before, each.after) for each in found.changes] == [
        ("0", Verdict.RIGHT, Verdict.REFUSED),
        ("1", Verdict.WRONG, Verdict.RIGHT),
    ]


@pytest.mark.parametrize("text", ["", "{", "[]", "[{}, {}]", '[{"questions": [{"id": 1}]}]'])
def test_what_is_no_run_is_said_so(tmp_path: Path, text: str) -> None:
    """With the file's name."""
    path = tmp_path / "no.json"
    path.write_text(text)
    with pytest.raises(CasesError, match=r"no\.json"):
        read_verdicts(path)


@pytest.mark.parametrize(
    ("better", "worse", "p"),
    [(0, 0, 1.0), (5, 5, 1.0), (6, 0, 0.03125), (0, 6, 0.03125), (9, 1, 0.021484375)],
)
def test_the_sign_test_is_exact(better: int, worse: int, p: float) -> None:
    """Two-sided, from the binomial distribution by hand."""
    assert sign_test(better, worse) == p
