"""Once a day the audit loses what is older than the operator wants it kept.

However many processes tick, a day has one job; a worker that dies over it leaves it to another.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import structlog

from bot.jobs.jobs import Job, Jobs
from bot.store import Store, StoreError
from bot.store.tasks import check_cancelled

log = structlog.get_logger()

CLEAN = "clean_audit"
TICK_SECONDS = 600.0


def register(jobs: Jobs, store: Store, days: int) -> None:
    """Take the job; the audit is kept for `days`."""

    async def clean(_job: Job) -> None:
        log.info("audit cleaned", questions=await store.audit.clean(days), days=days)

    jobs.register(CLEAN, clean)


async def put_due(jobs: Jobs, now: datetime) -> bool:
    """Queue the job of this day; False if it is known. Raises StoreError."""
    return await jobs.put(CLEAN, {}, f"{CLEAN}:{now.astimezone(UTC).date()}")


async def keep_clean(jobs: Jobs) -> None:
    """Queue each day's job, until cancelled."""
    while True:
        try:
            await put_due(jobs, datetime.now(UTC))
        except StoreError as error:
            log.warning("cleaning waits", error=repr(error))
        check_cancelled()
        await asyncio.sleep(TICK_SECONDS)
