"""Doing a piece of work until somebody stops it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from bot.store import Stops
from bot.store.tasks import end

T = TypeVar("T")


async def unless_stopped(stops: Stops, what: str, work: Coroutine[Any, Any, T]) -> T | None:
    """What `work` gives, or raises; None if `what` was stopped first: then it is cancelled.

    Cancelling this cancels the work. What is done when the wish to stop arrives, is kept.
    """
    working, watching = asyncio.create_task(work), asyncio.create_task(stops.asked(what))
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        await end(watching)
        await end(working)
