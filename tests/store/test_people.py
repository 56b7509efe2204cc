"""What people and admins leave behind: feedback, verified questions, limits and blocks."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from bot.domain import Asker, Code, Question, Refusal
from bot.store import Reason, Scope, Store, Subject, event_place, open_store, readable

ONE, TWO = UUID(int=1), UUID(int=2)


async def asked(store: Store, number: str, text: str = "top 5") -> None:
    """A line in the audit."""
    question = Question(number, text, Asker("slack", "T", "U9"), "C", (ONE,))
    await store.answers.record(question, Refusal(Code.NOT_SQL, "no"))


async def test_a_second_verdict_replaces_the_first(store: Store) -> None:
    """One person has one word on an answer; a new one is to be reviewed again."""
    await asked(store, "q1")
    await store.feedback.give("T", "q1", "U1", good=True)
    assert await store.feedback.review("T", "q1", "U2")
    assert await store.feedback.open("T", limit=9) == ()
    await store.feedback.give("T", "q1", "U1", good=False, reason=Reason.ROWS, expected="9\0")
    (one,) = await store.feedback.open("T", limit=9)
    assert (one.verdict.good, one.verdict.reason, one.verdict.expected) == (False, "rows", "9")
    assert (one.verdict.person, one.answer.asker.user) == ("U1", "U9")


async def test_complaints_come_first_and_pages_do_not_overlap(store: Store) -> None:
    """What is wrong is reviewed before what is right; another workspace sees nothing of it."""
    for number in range(5):
        await asked(store, f"q{number}")
        await store.feedback.give("T", f"q{number}", "U1", good=number % 2 == 0)
    pages = [await store.feedback.open("T", limit=2, skip=skip) for skip in (0, 2, 4)]
    seen = [one.answer.question_id for page in pages for one in page]
    assert seen == ["q3", "q1", "q4", "q2", "q0"]
    assert await store.feedback.open("OTHER", limit=9) == ()
    assert not await store.feedback.review("OTHER", "q1", "U2")


async def add(store: Store, sql: str, scope: Scope, place: str = "", key: str = "top 5") -> str:
    """A verified question."""
    return await store.verified.add("T", key, "Top 5?", sql, scope, place, by="U1", name="Maya")


async def test_the_narrowest_verified_question_answers(store: Store) -> None:
    """A channel's own comes before the event's, and that before the one for all."""
    await add(store, "all", Scope.EVERYWHERE)
    await add(store, "event", Scope.EVENT, event_place((TWO, ONE)))
    await add(store, "channel", Scope.CHANNEL, "C1")

    async def sql(channel: str, *events: UUID, key: str = "top 5", team: str = "T") -> str | None:
        found = await store.verified.find(team, channel, events, key)
        return found.sql if found else None

    assert await sql("C1", ONE) == "channel"
    assert await sql("C2", ONE, TWO) == "event"
    assert await sql("C2", ONE) == "all"
    assert await sql("C1", ONE, key="top 6") is None
    assert await sql("C1", ONE, team="OTHER") is None


async def test_a_verified_question_is_replaced_and_withdrawn(store: Store) -> None:
    """The same question at the same place is one; it is withdrawn once, by its own workspace."""
    first = await add(store, "old", Scope.CHANNEL, "C1")
    assert await add(store, "new", Scope.CHANNEL, "C1") == first
    (one,) = await store.verified.all("T", limit=9)
    assert (one.sql, one.approved_name) == ("new", "Maya")
    assert await store.verified.withdraw("OTHER", first) is None
    assert await store.verified.withdraw("T", first) == "Top 5?"
    assert await store.verified.withdraw("T", first) is None


async def test_a_rule_holds_in_every_process_at_once(
    store: Store, url: str, redis_url: str
) -> None:
    """What one process sets another finds with the next question."""
    async with open_store(url, redis_url) as other:
        await store.rules.limit("T", Subject.PERSON, "U1", "2/hour", "U9")
        await store.rules.limit("T", Subject.CHANNEL, "C1", "1/hour", "U9")
        assert await store.rules.block("T", "U1", "U9")
        assert not await store.rules.block("T", "U1", "U9")
        ruled = await other.rules.of("T", "U1", "C1")
        assert (ruled.rate, ruled.channel_rate, ruled.blocked) == ("2/hour", "1/hour", True)
        assert len(await other.rules.all("T")) == 2
        assert await other.rules.block("T", "U1", "U9", blocked=False)
        assert not await other.rules.block("T", "U1", "U9", blocked=False)
        assert not (await store.rules.of("T", "U1", "C2")).blocked
        assert not (await store.rules.of("OTHER", "U1", "C1")).rate


async def test_an_own_limit_replaces_the_default(store: Store) -> None:
    """The default is three an hour; whoever has one of their own is held to that."""
    one, two = Asker("slack", "T", "U1"), Asker("slack", "T", "U2")
    assert [await store.limits.hit(one, rate="1/hour") is None for _ in range(2)] == [True, False]
    assert [await store.limits.hit(two, rate="9/hour") is None for _ in range(4)] == [True] * 4
    (left,) = await store.limits.left(two, "9/hour")
    assert (left.remaining, left.amount, left.per) == (5, 9, "1 hour")
    await store.limits.clear(one, "1/hour")
    assert await store.limits.hit(one, rate="1/hour") is None


async def test_a_channels_limit_is_over_everybody(store: Store) -> None:
    """Five people at once get two answers, and the held up have used none of their own."""
    people = [Asker("slack", "T", f"U{number}") for number in range(5)]
    waits = await asyncio.gather(
        *[store.limits.hit(one, channel="C1", channel_rate="2/hour") for one in people]
    )
    assert sorted(wait is None for wait in waits) == [False] * 3 + [True] * 2
    late = Asker("slack", "T", "U9")
    assert await store.limits.hit(late, channel="C1", channel_rate="2/hour") is not None
    assert (await store.limits.left(late))[0].remaining == 3
    await store.limits.clear_channel("T", "C1", "2/hour")
    assert await store.limits.hit(late, channel="C1", channel_rate="2/hour") is None


@pytest.mark.parametrize("rate", ["", "many", "0/hour", "5", "5/fortnight", "9/hour;" * 20])
def test_a_limit_that_is_none_is_refused(rate: str) -> None:
    """What would stop everybody or mean nothing is not taken."""
    with pytest.raises(ValueError, match=r"couldn|granularity"):
        readable(rate)
