"""The project's own questions: enough of them, new ones, with gold that says something."""

from __future__ import annotations

from pathlib import Path

from rapidfuzz import fuzz, process

from bot.app import elsewhere
from bot.evaluation import CasesError, Expect, chosen, read_cases
from bot.evaluation.run import _gold
from bot.semantic import load
from tests.conftest import SEMANTIC_MODEL
from tests.plugins.house import House

CASES = read_cases(Path(__file__).with_name("questions.jsonl"))
NEAR = 85.0
"""From here on two questions are alike but for a word, by rapidfuzz's ratio."""


def test_there_are_enough_of_every_kind() -> None:
    """At least 150, and some of each group."""
    assert len(CASES) >= 150
    groups = [case.group for case in CASES]
    for group in (
        "easy",
        "medium",
        "hard",
        "follow-up",
        "refuse",
        "ambiguous",
        "misspelt",
        "languages",
    ):
        assert groups.count(group) >= 10


def test_a_third_is_held_out_of_every_group() -> None:
    """By the id alone, so that it stays the same when questions are added."""
    held = [case for case in CASES if case.held_out]
    assert 0.3 <= len(held) / len(CASES) <= 0.37
    for group in {case.group for case in CASES}:
        of = [case for case in CASES if case.group == group]
        assert 0.2 <= sum(case.held_out for case in of) / len(of) <= 0.5


def test_parts_and_groups_can_be_chosen() -> None:
    """Held-out and tuning are all; a group within a part is both."""
    held, tuning = chosen(CASES, ["held-out"], None), chosen(CASES, ["tuning"], None)
    assert {*held, *tuning} == set(CASES)
    assert not {*held} & {*tuning}
    assert {case.group for case in chosen(CASES, ["tuning", "hard"], 3)} == {"hard"}
    try:
        chosen(CASES, ["harder"], None)
    except CasesError as error:
        assert "Groups: ambiguous, easy" in str(error)  # noqa: PT017 - the text is the point
    else:
        raise AssertionError


def test_questions_are_not_those_the_model_file_answers() -> None:
    """None is an example or a verified question; at most one in ten is alike but for a word."""
    model = load(SEMANTIC_MODEL)
    known = [each.question for each in model.examples]
    known += [text for each in model.verified for text in (each.question, *each.also)]
    known = [text.casefold().rstrip("?") for text in known]
    near = []
    for case in CASES:
        asked = case.question.casefold().rstrip("?")
        assert asked not in known
        if process.extractOne(asked, known, scorer=fuzz.ratio, score_cutoff=NEAR):
            near.append(case.question)
    assert len(near) <= len(CASES) / 10, near


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
