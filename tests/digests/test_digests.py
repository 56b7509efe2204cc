"""Digests: what they say, and that a day's is queued once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta

from bot.jobs import Job
from tests.plugins.house import House

PLAYED_ON = datetime(2026, 5, 16, 18, 5, tzinfo=UTC)
"""A moment of the sample's live day."""


async def test_a_match_day_has_results_leaders_and_spirit(house: House) -> None:
    """Each section's rows are this event's."""
    await house.app.answering.bind("T1", "C1", (house.sample.events[0].id,), "U9")
    (digest,) = await house.app.digests.write("T1", "C1", PLAYED_ON.date())
    headings = [section.heading for section in digest.sections]
    assert "Results" in headings
    assert "Leaders" in headings
    assert "Best spirit" in headings
    assert all(section.table.rows for section in digest.sections)
    assert digest.event.id == house.sample.events[0].id


async def test_an_event_to_come_has_no_results(house: House) -> None:
    """Sections without rows are left out."""
    await house.app.answering.bind("T1", "C1", (house.sample.events[2].id,), "U9")
    (digest,) = await house.app.digests.write("T1", "C1", PLAYED_ON.date())
    assert "Results" not in [section.heading for section in digest.sections]


async def test_a_due_digest_is_queued_once_by_two_clocks(house: House) -> None:
    """Two replicas tick at once, and again later: one job."""
    digests = house.app.digests
    before = datetime.now(UTC) - timedelta(days=2)
    await house.app.answering.store.digests.set(
        "T1", "C1", time(18, 0), "UTC", "U9", now=before.replace(hour=1)
    )
    posted: list[str] = []
    one = asyncio.Event()

    async def post(job: Job) -> None:
        posted.append(str(job.payload["day"]))
        one.set()

    house.app.jobs.register("digest", post)
    now = datetime.now(UTC).replace(hour=18, minute=5)
    await asyncio.gather(digests.put_due(now), digests.put_due(now))
    await digests.put_due(now + timedelta(minutes=1))
    assert await house.app.jobs.depth() == 1
    working = asyncio.create_task(house.app.jobs.work())
    await one.wait()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert posted == [now.date().isoformat()]


async def test_nothing_is_due_before_its_time(house: House) -> None:
    """At 17:59 there is nothing to post at 18:00."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    await house.app.answering.store.digests.set(
        "T1", "C1", time(18, 0), "UTC", "U9", now=yesterday.replace(hour=19)
    )
    early = datetime.now(UTC).replace(hour=17, minute=59)
    assert await house.app.digests.put_due(early) == 0
