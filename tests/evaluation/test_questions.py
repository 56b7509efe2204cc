"""The project's own questions: enough of them, new ones, with gold that says something."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from rapidfuzz import fuzz, process

from bot.app import elsewhere
from bot.evaluation import Case, CasesError, Expect, chosen, read_cases
from bot.evaluation.run import _gold
from bot.semantic import load
from tests.conftest import SEMANTIC_MODEL
from tests.plugins.house import House

FOLDER = Path(__file__).parent
TUNING = read_cases(FOLDER / "questions.jsonl")
HELD_OUT = read_cases(FOLDER / "held_out.jsonl")
CASES = (*TUNING, *HELD_OUT)
GROUPS = frozenset(
    {"easy", "medium", "hard", "follow-up", "refuse", "ambiguous", "misspelt", "languages"}
)
NEAR = 85.0
"""From here on two questions are alike but for a word, by rapidfuzz's ratio."""


def test_there_are_enough_of_every_kind() -> None:
    """At least 150 to tune on and 100 held out, and some of each group in both."""
    assert len(TUNING) >= 150
    assert len(HELD_OUT) >= 100
    for cases, least in ((TUNING, 10), (HELD_OUT, 6)):
        counts = Counter(case.group for case in cases)
        assert set(counts) == GROUPS
        assert min(counts.values()) >= least, counts


def test_groups_can_be_chosen() -> None:
    """All without a group, any of those named, at most so many; an unknown one is said so."""
    assert chosen(CASES, [], None) == CASES
    assert {case.group for case in chosen(CASES, ["hard", "easy"], None)} == {"hard", "easy"}
    assert len(chosen(CASES, ["hard"], 3)) == 3
    with pytest.raises(CasesError, match=r"no group “harder”.* Groups: ambiguous, easy"):
        chosen(CASES, ["hard", "harder"], None)


def test_held_out_questions_are_others_than_those_to_tune_on() -> None:
    """No id and no question stands in both files; at most one in ten is alike but for a word."""
    assert not {case.id for case in TUNING} & {case.id for case in HELD_OUT}
    same, near = _alike(HELD_OUT, [case.question for case in TUNING])
    assert same == []
    assert len(near) <= len(HELD_OUT) / 10, near


def test_questions_are_not_those_the_model_file_answers() -> None:
    """None is an example or a verified question; at most one in ten is alike but for a word."""
    same, near = _alike(TUNING, _answered(near=False))
    assert same == []
    assert len(near) <= len(TUNING) / 10, near


def test_held_out_questions_are_not_those_the_model_file_answers() -> None:
    """The same with near examples, which tuning wrote; ids alone are said, to stay blind."""
    same, near = _alike(HELD_OUT, _answered(near=True))
    assert same == []
    assert len(near) <= len(HELD_OUT) / 10, near


def _answered(*, near: bool) -> list[str]:
    """Every question that the model file holds an answer to."""
    model = load(SEMANTIC_MODEL)
    known = (*model.examples, *model.verified, *(model.near if near else ()))
    return [text for each in known for text in (each.question, *each.also)]


def _alike(cases: tuple[Case, ...], known: list[str]) -> tuple[list[str], list[str]]:
    """Ids of questions that are among `known`, and of those that are alike."""
    texts = [_plain(text) for text in known]
    same = [case.id for case in cases if _plain(case.question) in texts]
    near = [
        case.id
        for case in cases
        if process.extractOne(_plain(case.question), texts, scorer=fuzz.ratio, score_cutoff=NEAR)
    ]
    return same, near


def _plain(text: str) -> str:
    return text.casefold().rstrip("?")


async def test_gold_says_something_on_both_copies(judged_house: House) -> None:
    """Every gold query runs, and gives more than nothing, a zero or a NULL."""
    events = {event.slug: event for event in await judged_house.app.answering.directory()}
    empty = []
    async with elsewhere(judged_house.app) as other:
        for case in CASES:
            for sql in case.gold:
                pair = await _gold(judged_house.app.answering, other, case, sql, events[case.event])
                for table in pair:
                    assert table is not None
                    if table.rows in ((), ((0,),), ((None,),)):
                        empty.append((case.id, sql))
    assert empty == []


def test_only_rows_have_gold() -> None:
    """Refusals and questions to ask back have none."""
    assert all(bool(case.gold) == (case.expect is Expect.ROWS) for case in CASES)
