"""The audit as admins see it, and how it is emptied."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from bot.domain import Asker, Code, Question, Refusal
from bot.store import Scope, Store
from tests.slack.samples import answer, table


async def keep(store: Store, number: str, user: str = "U1", *, good: bool = True) -> None:
    """A question that was asked in channel C1."""
    asked = Question(number, f"words of {user}", Asker("slack", "T", user), "C1", (UUID(int=1),))
    rows = answer(table(("Kestrels", 1)), asked=asked)
    await store.answers.record(asked, rows if good else Refusal(Code.NOT_SQL, "no"), 2.0)


async def age(store: Store, number: str, days: float) -> None:
    """Make a question older."""
    sql = "UPDATE bot.answers SET created_at = now() - $2::interval WHERE question_id = $1"
    async with store.database.connection() as connection:
        await connection.execute(sql, number, timedelta(days=days))


async def everything(store: Store) -> str:
    """All rows of all tables of ours, as text."""
    async with store.database.connection() as connection:
        names = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'bot'")
        found = [
            await connection.fetch(f"SELECT t::text FROM bot.{name['tablename']} AS t")
            for name in names
        ]
    return str(found)


async def test_the_audit_is_filtered_and_paged(store: Store) -> None:
    """By person, by channel, and only what failed; never another workspace's."""
    for number in range(4):
        await keep(store, f"q{number}", f"U{number % 2}", good=number < 3)
    audit = store.audit
    assert [one.question_id for one in await audit.page("T", limit=2)] == ["q3", "q2"]
    assert [one.question_id for one in await audit.page("T", limit=2, skip=2)] == ["q1", "q0"]
    assert len(await audit.page("T", person="U1", limit=9)) == 2
    assert len(await audit.page("T", channel="C2", limit=9)) == 0
    assert [one.question_id for one in await audit.page("T", failed=True, limit=9)] == ["q3"]
    assert await audit.page("OTHER", limit=9) == ()


async def test_usage_counts(store: Store) -> None:
    """Questions and people by day, who and where most, and how fast."""
    assert (await store.audit.usage("T")).median is None
    for number in range(3):
        await keep(store, f"q{number}", f"U{number % 2}")
    await age(store, "q2", 1)
    usage = await store.audit.usage("T")
    assert [(day.questions, day.people) for day in usage.days] == [(2, 2), (1, 1)]
    assert usage.people == (("U0", 2), ("U1", 1))
    assert usage.channels == (("C1", 3),)
    assert (usage.answered, usage.cached, usage.verified) == (3, 0, 0)
    assert usage.median is not None


async def test_whoever_is_forgotten_leaves_no_trace_but_counts(store: Store) -> None:
    """No table has their id or their words any more; how much was asked stays the same."""
    await keep(store, "q1", "UGONE")
    await keep(store, "q2", "USTAYS")
    await store.feedback.give("T", "q2", "UGONE", good=False, expected="secret")
    await store.feedback.give("T", "q1", "USTAYS", good=False)
    await store.bindings.bind("T", "C1", (UUID(int=1),), "UGONE")
    await store.verified.add("T", "k", "q", "s", Scope.CHANNEL, "C1", by="UGONE", name="Gone")
    assert await store.audit.forget("OTHER", "UGONE") == 0
    assert await store.audit.forget("T", "UGONE") == 1
    left = await everything(store)
    for trace in ("UGONE", "Gone", "secret", "words of UGONE", "'q1'", "q1,"):
        assert trace not in left
    usage = await store.audit.usage("T")
    assert usage.days[0].questions == 2
    assert usage.people == (("USTAYS", 1),)
    assert len(await store.audit.page("T", limit=9)) == 1


async def test_a_block_outlives_being_forgotten(store: Store) -> None:
    """Nobody gets round a block by asking to be forgotten."""
    await store.rules.block("T", "U1", "U9")
    await store.audit.forget("T", "U1")
    assert (await store.rules.of("T", "U1", "C1")).blocked


async def test_old_questions_go_with_what_was_said_of_them(store: Store) -> None:
    """What is older than the setting is deleted, and nothing else."""
    await keep(store, "old")
    await keep(store, "new")
    for number in ("old", "new"):
        await store.feedback.give("T", number, "U1", good=False)
    await age(store, "old", 90.1)
    await age(store, "new", 89.9)
    assert await store.audit.clean(90) == 1
    assert await store.audit.clean(90) == 0
    assert await store.answers.get("old") is None
    assert [one.answer.question_id for one in await store.feedback.open("T", limit=9)] == ["new"]
