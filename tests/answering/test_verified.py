"""Verified questions that an admin has approved, and who may ask, through the whole pipeline."""

from __future__ import annotations

from dataclasses import replace

from bot.answering import verified
from bot.domain import Answer, Asker, Code, Outcome, Question, Refusal, Source
from bot.store import Scope, StoredAnswer, Subject
from tests.plugins.house import House

SQL = "SELECT name FROM teams ORDER BY name LIMIT 2"


async def ask(house: House, text: str, *, channel: str = "C1", user: str = "U1") -> Outcome:
    """Ask about the first event."""
    question = replace(house.question(text, user=user), channel=channel)
    return await house.app.answering.answer(question)


async def first(house: House, text: str, sql: str = SQL) -> StoredAnswer:
    """The audit's line on a question that the model has answered."""
    house.ollama.answers[text] = sql
    outcome = await ask(house, text)
    assert isinstance(outcome, Answer), outcome
    stored = await house.app.answering.stored(outcome.question.id)
    assert stored is not None
    return stored


async def test_an_approved_answer_needs_no_model_from_then_on(house: House) -> None:
    """Its equal question is answered by the approved SQL while the model is down, with its name."""
    stored = await first(house, "top 2 of Sharks")
    store = house.app.answering.store
    assert stored.explanation
    assert not await verified.approve(store, stored, Scope.EVENT, "U9", "Maya")
    house.ollama.down = True
    outcome = await ask(house, "Top 2 of SHARKS, please!", user="U2")
    assert isinstance(outcome, Answer)
    assert (outcome.draft.source, outcome.draft.verified_by) == (Source.VERIFIED, "Maya")
    near = await ask(house, "top 2 of Tides", user="U3")
    assert isinstance(near, Refusal)
    assert near.code is Code.MODEL_DOWN


async def test_it_answers_within_its_scope_only(house: House) -> None:
    """A channel's verified question is not another channel's; withdrawn it is nobody's."""
    stored = await first(house, "list two")
    store = house.app.answering.store
    await verified.approve(store, stored, Scope.CHANNEL, "U9", "Maya")
    house.ollama.answers.clear()
    here, there = await ask(house, "list two"), await ask(house, "list two", channel="C2")
    assert isinstance(here, Answer)
    assert isinstance(there, Answer)
    assert [one.draft.source for one in (here, there)] == [Source.VERIFIED, Source.CACHE]
    (one,) = await store.verified.all("T1", limit=9)
    await store.verified.withdraw("T1", one.id)
    again = await ask(house, "list two", user="U2")
    assert isinstance(again, Answer)
    assert again.draft.source is Source.CACHE


async def test_the_guard_reads_the_approved_sql_each_time(house: House) -> None:
    """SQL that the guard does not let through any more is not run: the model is asked instead."""
    store = house.app.answering.store
    for number, sql in enumerate(["SELECT * FROM users", "SELECT pg_sleep(9) FROM teams"]):
        text = f"secret {number}"
        await store.verified.add("T1", text, text, sql, Scope.EVERYWHERE, "", by="U9", name="Maya")
        house.ollama.answers[text] = SQL
        outcome = await ask(house, text)
        assert isinstance(outcome, Answer)
        assert outcome.draft.source is Source.MODEL


async def test_what_must_not_be_verified(house: House) -> None:
    """No answer, a question that goes on from another, and dates that will be wrong."""
    good = await first(house, "list two")
    dated = replace(good, shown="SELECT name FROM games WHERE d >= '2026-05-02'")
    bad = (
        (replace(good, code=Code.NOT_SQL), Scope.EVENT, "got rows"),
        (replace(good, source=Source.REFINED), Scope.EVENT, "in full"),
        (replace(dated, text="games today"), Scope.EVENT, "wrong tomorrow"),
        (replace(dated, text="games on day 2"), Scope.EVERYWHERE, "this event only"),
    )
    for stored, scope, words in bad:
        assert words in verified.why_not(stored, scope)
        assert await verified.approve(house.app.answering.store, stored, scope, "U9", "M")
    assert await house.app.answering.store.verified.all("T1", limit=9) == ()
    assert not verified.why_not(replace(dated, text="games on day 2"), Scope.EVENT)
    assert not verified.why_not(replace(good, text="who plays today"), Scope.EVERYWHERE)


async def test_a_blocked_person_is_told_so_and_an_unblocked_one_answered(house: House) -> None:
    """A block is a refusal of its own, for that person in that workspace alone."""
    house.ollama.answers["list two"] = SQL
    rules = house.app.answering.store.rules
    await rules.block("T1", "U1", "U9")
    held = await ask(house, "list two")
    assert isinstance(held, Refusal)
    assert (held.code, "workspace admin" in held.message) == (Code.BLOCKED, True)
    assert isinstance(await ask(house, "list two", user="U2"), Answer)
    other = Question(
        "x1", "list two", Asker("slack", "T2", "U1"), "C1", (house.sample.events[0].id,)
    )
    assert isinstance(await house.app.answering.answer(other), Answer)
    await rules.block("T1", "U1", "U9", blocked=False)
    assert isinstance(await ask(house, "list two"), Answer)


async def test_an_admins_limit_holds_for_person_and_channel(house: House) -> None:
    """One question an hour for the person, two for the channel, whoever asks."""
    house.ollama.answers["list two"] = SQL
    rules = house.app.answering.store.rules
    await rules.limit("T1", Subject.PERSON, "U1", "1/hour", "U9")
    await rules.limit("T1", Subject.CHANNEL, "C1", "2/hour", "U9")
    outcomes = [await ask(house, "list two", user=user) for user in ("U1", "U1", "U2", "U3")]
    codes = [one.code if isinstance(one, Refusal) else None for one in outcomes]
    assert codes == [None, Code.RATE_LIMITED, None, Code.RATE_LIMITED]
    assert isinstance(await ask(house, "list two", channel="C2", user="U3"), Answer)
