"""Ending tasks that use Redis. On Python 3.11 one cancellation may not be enough.

redis-py sends commands through asyncio.wait_for, which before Python 3.12 can lose a cancellation
that arrives as the sending ends (https://github.com/python/cpython/issues/86296). A lost one still
counts in `Task.cancelling()`; so a loop that uses Redis until it is cancelled calls
`check_cancelled` before each pause, and ends even if nobody is left to cancel it again.
"""

from __future__ import annotations

import asyncio

_AGAIN_SECONDS = 1.0


async def end(task: asyncio.Task[object]) -> None:
    """Cancel `task`, again if need be, until it has ended; its result and its error are left."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=_AGAIN_SECONDS)


def check_cancelled() -> None:
    """Raise CancelledError if the current task was cancelled, even if that was lost."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
