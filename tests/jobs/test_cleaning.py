"""The daily cleaning of the audit."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

from bot.domain import Asker, Code, Question, Refusal
from bot.jobs import Pace, cleaning, open_jobs
from bot.store import open_store

NOON = datetime(2026, 5, 2, 12, tzinfo=UTC)


async def test_a_day_has_one_job(redis_url: str) -> None:
    """Many clocks tick, one job is put; the next day has its own."""
    async with open_jobs(redis_url) as one, open_jobs(redis_url) as two:
        put = await asyncio.gather(*[cleaning.put_due(jobs, NOON) for jobs in (one, two) * 3])
        assert sorted(put) == [False] * 5 + [True]
        assert await cleaning.put_due(two, NOON + timedelta(days=1))


async def test_the_job_deletes_what_is_old(redis_url: str, fresh_database: object) -> None:
    """A worker does it on the real tables."""
    url = await fresh_database()  # type: ignore[operator]
    async with open_store(url, redis_url) as store, open_jobs(redis_url, Pace()) as jobs:
        question = Question("q1", "old", Asker("slack", "T", "U"), "C", (UUID(int=1),))
        await store.answers.record(question, Refusal(Code.NOT_SQL, "no"))
        async with store.database.connection() as connection:
            await connection.execute("UPDATE bot.answers SET created_at = now() - interval '9 d'")
        cleaning.register(jobs, store, 8)
        await cleaning.put_due(jobs, NOON)
        working = asyncio.create_task(jobs.work())
        async with asyncio.timeout(20):
            while await store.answers.get("q1"):  # noqa: ASYNC110 - PostgreSQL has no event for this
                await asyncio.sleep(0.05)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
