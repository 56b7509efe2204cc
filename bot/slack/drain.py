"""Knows which of Bolt's listeners are running, so that a stop can wait for them; Bolt does not.

Questions are in the queue before the ack, so what is waited for is small: a view, a short message.
"""

from __future__ import annotations

import asyncio

from slack_bolt.async_app import AsyncApp
from slack_bolt.listener.async_listener_completion_handler import (
    AsyncCustomListenerCompletionHandler,
)
from slack_bolt.listener.async_listener_start_handler import AsyncCustomListenerStartHandler


class Drain:
    """Counts the running listeners of one app."""

    def __init__(self, app: AsyncApp) -> None:
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()

        async def started() -> None:
            self._running += 1
            self._idle.clear()

        async def completed() -> None:
            self._running -= 1
            if self._running == 0:
                self._idle.set()

        runner = app.listener_runner
        runner.listener_start_handler = AsyncCustomListenerStartHandler(app.logger, started)
        runner.listener_completion_handler = AsyncCustomListenerCompletionHandler(
            app.logger, completed
        )

    async def wait(self, seconds: float) -> bool:
        """Wait until no listener runs; False if some still do after `seconds`."""
        # Bolt starts a listener as a task of its own, just after the ack.
        await asyncio.sleep(0)
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            return False
        return True
