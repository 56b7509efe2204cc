"""Judging on a second copy, alone, and without the guard: luck, leaks and honest refusals show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.app import elsewhere
from bot.domain import GUARD_SEAL, Answer, GuardedQuery, ResultTable
from bot.evaluation import Case, Expect, Judged, Verdict, evaluate, report
from bot.evaluation.run import _leaked
from tests.plugins.house import House

COUNT = "SELECT count(*) FROM teams"
MISSPELT = "SELECT count(*) FROM team"
WINS = "SELECT goals_for FROM standings WHERE team = 'Tides'"


def case(question: str, *gold: str, **more: object) -> Case:
    """A question about the live event."""
    made = Case("1", question, "spring-classic", gold)
    return replace(made, **more)  # type: ignore[arg-type]


async def judge(house: House, one: Case, sql: str, *earlier: Case) -> Judged:
    """The verdict when the model drafts `sql`."""
    house.ollama.answers[one.question] = sql
    async with elsewhere(house.app) as other:
        (judged,) = [
            each async for each in evaluate(house.app.answering, other, (one,), asked=earlier)
        ]
    return judged


async def rows(house: House, sql: str) -> ResultTable:
    """What `sql` gives in the live event."""
    found = await house.app.answering.query(sql, (house.sample.events[0],))
    assert isinstance(found, ResultTable)
    return found


async def test_right_on_both_copies_is_right(judged_house: House) -> None:
    """Other results there, the same question answered; nothing leaks."""
    judged = await judge(judged_house, case("goals so far by tides", WINS), WINS)
    assert (judged.verdict, judged.leaked) == (Verdict.RIGHT, False)


async def test_a_lucky_constant_is_wrong_on_the_second_copy(judged_house: House) -> None:
    """The number of today is no query for it."""
    number = (await rows(judged_house, WINS)).rows[0][0]
    constant = f"SELECT {number} FROM events"
    judged = await judge(judged_house, case("goals so far by tides", WINS), constant)
    assert judged.verdict is Verdict.LUCKY
    assert not judged.verdict.good


async def test_a_planted_leak_is_found(judged_house: House) -> None:
    """A query that reads another event gives other rows where the event is alone."""
    question = judged_house.question("count teams")
    judged_house.ollama.answers["count teams"] = "SELECT count(*) FROM teams"
    honest = await judged_house.app.answering.answer(question)
    assert isinstance(honest, Answer)
    both = tuple(event.id for event in judged_house.sample.events)
    query = GuardedQuery("SELECT count(*) FROM public.teams", both, ("teams",), "", GUARD_SEAL)
    table = await judged_house.app.answering.warehouse.run(query)
    leaky = replace(honest, query=query, table=table)
    async with elsewhere(judged_house.app) as other:
        assert await _leaked(other, honest, judged_house.sample.events[0]) is False
        assert await _leaked(other, leaky, judged_house.sample.events[0]) is True


@pytest.mark.parametrize(
    ("sql", "honest"),
    [
        ("SELECT count(*) FROM teams WHERE version() <> ''", True),
        ("SELECT count(*) FROM players WHERE version() <> ''", False),
        ("SELECT shoe_size FROM teams", False),
    ],
)
async def test_a_refusal_of_right_sql_is_told_from_a_needed_one(
    judged_house: House,
    sql: str,
    honest: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """The text that was refused is run inside the fences alone, and compared with the gold rows."""
    judged = await judge(judged_house, case("teams?", "SELECT count(*) FROM teams"), sql)
    assert judged.verdict is Verdict.REFUSED
    assert judged.honest is honest


async def test_without_copies_nothing_is_said_of_luck_and_leaks(house: House) -> None:
    """One database is enough to judge on; the report says that it was one."""
    judged = await judge(
        house, case("goals", "SELECT count(*) FROM teams"), "SELECT count(*) FROM teams"
    )
    assert (judged.verdict, judged.leaked) == (Verdict.RIGHT, None)
    assert report("m", (judged,)).leak_rate is None


async def test_a_follow_up_is_asked_after_its_question(judged_house: House) -> None:
    """The earlier question is asked first and not counted; the follow-up is told its SQL."""
    first = case("captain of these Lynxes", "SELECT 1 FROM teams")
    second = replace(case("and hornets as a share", WINS), id="2", after="1")
    judged_house.ollama.answers["captain of these Lynxes"] = "SELECT 1 FROM teams"
    judged = await judge(judged_house, second, WINS, first)
    assert judged.case is second
    said = [each for each in judged_house.ollama.asked if "captain" in each or "hornets" in each]
    assert len(said) == 2
    assert "captain of these Lynxes" in said[0]


async def test_asking_back_is_judged(judged_house: House) -> None:
    """Right where the question means several things, and a miss where it was clear."""
    vague = case("best team?", expect=Expect.CLARIFICATION)
    assert (await judge(judged_house, vague, WINS)).verdict is Verdict.RIGHTLY_ASKED_BACK
    clear = await judge(judged_house, case("best team", WINS), WINS)
    assert clear.verdict is Verdict.ASKED_BACK
    plain = case("team of the year", expect=Expect.CLARIFICATION)
    assert (await judge(judged_house, plain, WINS)).verdict is Verdict.NOT_ASKED_BACK
    found = report("m", (clear,))
    assert (found.clarification_precision, found.right) == (0.0, 0.0)


async def test_corrections_are_counted_by_what_came_of_them(judged_house: House) -> None:
    """A mended answer that is right is a gain; a wrong one would have been better refused."""
    right = await judge(
        judged_house, case("teams", "SELECT count(*) FROM teams"), "SELECT count(*) FROM team"
    )
    wrong = await judge(
        judged_house, case("people", "SELECT count(*) FROM players"), "SELECT count(*) FROM team"
    )
    found = report("m", (right, wrong))
    assert (found.mending.right, found.mending.wrong) == (1, 1)
    assert (found.repair.right, found.repair.wrong) == (0, 0)
    assert found.median_timings.prompt > 0
