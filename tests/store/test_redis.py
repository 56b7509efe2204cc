"""What Redis keeps: cached SQL, limits, claims, shared generations."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace

import pytest
from redis import exceptions as redis_errors

from bot.domain import Asker, Dialect, Draft, Source
from bot.store import Cache, Flights, Said, Standing, Store, StoreDown, StoreError, open_store
from bot.store.errors import translated

DRAFT = Draft("SELECT 1", Dialect.DUCKDB, Source.MODEL, "m", 10, 20, 3.5, fell_back=True)


def key(question: str = "top teams", **changed: object) -> str:
    """A key of the cache."""
    parts: dict[str, object] = {
        "team": "T1",
        "fingerprint": "f",
        "language_model": "m",
        "prompt_version": "1",
        "linked": ("today is Friday",),
    }
    return Cache.key(question=question, **{**parts, **changed})  # type: ignore[arg-type]


async def test_a_draft_is_cached(store: Store) -> None:
    """A draft comes back as cached, having taken no time."""
    assert await store.cache.get(key()) is None
    await store.cache.put(key(), DRAFT)
    assert await store.cache.get(key()) == replace(DRAFT, source=Source.CACHE, seconds=0.0)
    assert 3500 < await store.redis.ttl(f"gamestats:sql:{key()}") <= 3600


async def test_a_workspace_forgets_its_own_drafts_alone(store: Store) -> None:
    """One that has the other's id as its beginning keeps what it has."""
    mine, others = key(), key(team="T12")
    for each in (mine, others):
        await store.cache.put(each, DRAFT)
    assert await store.cache.clear("T1") == 1
    assert [await store.cache.get(each) is None for each in (mine, others)] == [True, False]


def test_what_makes_a_key() -> None:
    """Case, blanks and the mark at the end change no key; everything that decides the SQL does."""
    assert key("  Top   TEAMS ?") == key("top teams")
    assert key("top teams\u3000！") == key("top teams")
    others = [
        key("top team"),
        key(team="T2"),
        key(fingerprint="g"),
        key(language_model="n"),
        key(prompt_version="2"),
        key(linked=()),
        key(linked=("today is", "Friday")),
    ]
    assert len({key(), *others}) == len(others) + 1


async def test_a_draft_of_another_version_is_no_draft(store: Store) -> None:
    """What another version of the bot has cached is a miss, not an error."""
    for text in ("not json", "[]", "{}", '{"dialect": "klingon", "source": "model"}', "null"):
        await store.redis.set(f"gamestats:sql:{key()}", text)
        assert await store.cache.get(key()) is None


async def test_no_cache_when_it_is_switched_off(url: str, redis_url: str) -> None:
    """With 0 seconds nothing is kept."""
    async with open_store(url, redis_url, cache_seconds=0) as store:
        await store.cache.put(key(), DRAFT)
        assert await store.redis.keys("*") == []


async def test_limits(store: Store) -> None:
    """Each person may ask so often, and is told how long to wait; others are not touched."""
    one, two = Asker("slack", "T", "U1"), Asker("slack", "T", "U2")
    assert [await store.limits.hit(one) for _ in range(3)] == [None] * 3
    wait = await store.limits.hit(one)
    assert wait is not None
    assert 3500 < wait <= 3600
    assert await store.limits.hit(two) is None


async def test_limits_count_over_processes(url: str, redis_url: str) -> None:
    """Of many questions at once through two stores, as many pass as may."""
    asker = Asker("slack", "T", "U")
    async with (
        open_store(url, redis_url, rate="5/hour;100/day") as one,
        open_store(url, redis_url, rate="5/hour;100/day") as two,
    ):
        waits = await asyncio.gather(
            *[store.limits.hit(asker) for store in (one, two) for _ in range(10)]
        )
    assert waits.count(None) == 5


async def test_claims(store: Store) -> None:
    """A claim is for the first who asks, until it is over or given back."""
    claims = await asyncio.gather(*[store.claims.claim("event", 60) for _ in range(10)])
    assert sorted(claims) == [False] * 9 + [True]
    await store.claims.release("event")
    assert await store.claims.claim("event", 0.05)
    async with asyncio.timeout(30):
        while not await store.claims.claim("event", 60):  # noqa: ASYNC110 - Redis sets no Event
            await asyncio.sleep(0.02)


async def test_the_latest_version_of_a_message_stands(store: Store) -> None:
    """Edits may arrive in any order and twice; a deleted message asks nothing ever again."""
    said = Said("T1", "C1", "1.0")

    async def note(version: float, name: str) -> tuple[str, str]:
        return await store.asked.note(said, version=version, question_id=name, text=name)

    assert await store.asked.standing(said) is None
    assert await note(0, "first") == ("first", "")
    assert await note(7.5, "third") == ("third", "first")
    assert await note(3.5, "second") == ("third", "first")
    assert await note(7.5, "third") == ("third", "first")
    assert await store.asked.reply(said, "9.0") == "9.0"
    assert await store.asked.reply(said, "9.1") == "9.0"
    assert await store.asked.standing(said) == Standing("third", "third", "9.0")
    assert await store.asked.withdraw(said) == "third"
    assert await store.asked.withdraw(said) == "third"
    assert await note(8.5, "late") == ("", "third")
    await store.asked.reply_removed(said)
    assert await store.asked.standing(said) == Standing("", "")


async def test_redis_down(down_store: Store) -> None:
    """Without Redis the cache is empty and nobody shares; limits and claims are an outage."""
    await down_store.cache.put(key(), DRAFT)
    assert await down_store.cache.get(key()) is None
    assert await down_store.flights.once("k", _draft, seconds=30) == DRAFT
    with pytest.raises(StoreDown):
        await down_store.limits.hit(Asker("slack", "T", "U"))
    with pytest.raises(StoreDown):
        await down_store.claims.claim("event", 60)


async def test_equal_questions_share_one_generation(url: str, redis_url: str) -> None:
    """Of ten equal questions in two stores one is drafted, and all get its draft."""
    made = []

    async def produce() -> Draft:
        made.append(1)
        await asyncio.sleep(0.3)
        return DRAFT

    async with open_store(url, redis_url) as one, open_store(url, redis_url) as two:
        drafts = await asyncio.gather(
            *[s.flights.once("k", produce, seconds=30) for s in (one, two) for _ in range(5)]
        )
        assert drafts == [DRAFT] * 10
        assert made == [1]
        await one.flights.once("k", produce, seconds=30)
    assert made == [1, 1]  # a later question is no follower


async def test_a_failure_is_not_shared(store: Store) -> None:
    """When the leader fails, it alone gets its error, and a follower leads."""
    tries = []

    async def produce() -> Draft:
        tries.append(1)
        await asyncio.sleep(0.2)
        if len(tries) == 1:
            raise ValueError("no model")
        return DRAFT

    outcomes = await asyncio.gather(
        *[store.flights.once("k", produce, seconds=30) for _ in range(4)], return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes].count(ValueError) == 1
    assert outcomes.count(DRAFT) == 3
    assert len(tries) == 2


async def test_a_cancelled_leader_hands_over(store: Store) -> None:
    """When the leader is stopped, a follower leads at once, well before the lease is over."""
    flights = Flights(store.redis, "gamestats:flight:", lease=600)
    started = asyncio.Event()

    async def never() -> Draft:
        started.set()
        await asyncio.Event().wait()
        raise AssertionError

    leader = asyncio.create_task(flights.once("k", never, seconds=30))
    await started.wait()
    follower = asyncio.create_task(flights.once("k", _draft, seconds=30))
    await asyncio.sleep(0.2)
    assert not follower.done()
    leader.cancel()
    assert await follower == DRAFT
    with pytest.raises(asyncio.CancelledError):
        await leader


async def test_a_killed_leader_is_replaced(store: Store, url: str, redis_url: str) -> None:
    """A process that is killed while it leads holds its followers up for a lease, no longer."""
    code = """
import asyncio, sys
from redis.asyncio import Redis
from bot.store import Flights

async def produce():
    print("leading", flush=True)
    await asyncio.sleep(600)

async def main():
    async with Redis.from_url(sys.argv[1], decode_responses=True) as redis:
        await Flights(redis, "gamestats:flight:", lease=1).once("k", produce, seconds=30)

asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, redis_url, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"leading\n"
    follower = asyncio.create_task(store.flights.once("k", _draft, seconds=60))
    await asyncio.sleep(1.5)  # longer than the lease, which the leader renews
    assert not follower.done()
    process.kill()
    await process.wait()
    assert await follower == DRAFT


async def test_a_follower_does_not_wait_for_ever(store: Store) -> None:
    """A follower whose time is up gets TimeoutError; the leader goes on."""
    go = asyncio.Event()

    async def slow() -> Draft:
        await go.wait()
        return DRAFT

    leader = asyncio.create_task(store.flights.once("k", slow, seconds=0.3))
    await asyncio.sleep(0.2)
    with pytest.raises(TimeoutError):
        await store.flights.once("k", _draft, seconds=0.3)
    go.set()
    assert await leader == DRAFT


async def test_redis_lost_its_data_in_mid_flight(store: Store) -> None:
    """A follower whose leader has vanished from Redis drafts for itself."""
    started, go = asyncio.Event(), asyncio.Event()

    async def slow() -> Draft:
        started.set()
        await go.wait()
        return DRAFT

    leader = asyncio.create_task(store.flights.once("k", slow, seconds=30))
    await started.wait()
    follower = asyncio.create_task(store.flights.once("k", _draft, seconds=30))
    await asyncio.sleep(0.2)
    await store.redis.flushall()
    assert await follower == DRAFT
    go.set()
    assert await leader == DRAFT


def test_every_error_of_redis_becomes_one_of_ours() -> None:
    """Each exception of redis-py is translated: what keeps it from answering is an outage."""
    kinds = [kind for kind in vars(redis_errors).values() if isinstance(kind, type)]
    # Without __init__, since some want arguments of their own.
    made: list[Exception] = [
        kind.__new__(kind, "text") for kind in kinds if issubclass(kind, redis_errors.RedisError)
    ]
    for error in made:
        with pytest.raises(StoreError) as caught, translated():
            raise error
        assert "text" not in str(caught.value)
        down = isinstance(error, redis_errors.ConnectionError | redis_errors.TimeoutError)
        assert isinstance(caught.value, StoreDown) or not down


async def _draft() -> Draft:
    return DRAFT
