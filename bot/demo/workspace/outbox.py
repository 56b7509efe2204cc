"""What goes to the app: events with their retries, and the interactions that a person waits on.

An event is told at once and again after one and five minutes if the app does not acknowledge it
within three seconds; an interaction or a command is told once, and its failure is the person's to
see. How it travels (Socket Mode or signed HTTP) is a Courier's business.
Source: docs.slack.dev/apis/events-api, "Responding to events".
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.demo.workspace.errors import NotDelivered
from bot.demo.workspace.state import Json, State, new_id

KEPT = 1_000
"""How many events are remembered, to be delivered again."""

EVENTS, INTERACTIVE, COMMANDS = "events_api", "interactive", "slash_commands"


@dataclass(frozen=True, slots=True)
class Retry:
    """Which delivery of an event this is (0 is the first), and why it is repeated."""

    number: int = 0
    reason: str = ""


class Courier(Protocol):
    """Takes one payload to the app."""

    async def deliver(self, kind: str, payload: Json, retry: Retry) -> Json:
        """Return what the app acknowledged with. Raises NotDelivered."""


@dataclass(slots=True)
class Outbox:
    """Deliveries under way. `waits` are seconds before the first, second, … try of an event."""

    state: State
    courier: Courier
    waits: tuple[float, ...] = (0.0, 0.0, 60.0, 300.0)
    events: frozenset[str] | None = None
    told: deque[Json] = field(default_factory=lambda: deque(maxlen=KEPT))
    undelivered: list[Json] = field(default_factory=list)
    running: set[asyncio.Task[None]] = field(default_factory=set)

    def tell(self, kind: str, event: Json) -> None:
        """Tell the app about an event if it subscribed to `kind` (as in its manifest)."""
        if self.events is not None and kind not in self.events:
            return
        payload: Json = {
            "token": "local",
            "team_id": self.state.team,
            "context_team_id": self.state.team,
            "api_app_id": self.state.app,
            "event": event,
            "type": "event_callback",
            "event_id": new_id("Ev"),
            "event_time": int(self.state.clock()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": self.state.team,
                    "user_id": self.state.bot.id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
        }
        self.told.append(payload)
        self.spawn(self._try(payload))

    def again(self, payload: Json) -> None:
        """Deliver an event once more, as Slack does now and then."""
        self.spawn(self._once(payload))

    async def ask(self, kind: str, payload: Json) -> Json:
        """Deliver an interaction or command, once. Raises NotDelivered."""
        return await self.courier.deliver(kind, payload, Retry())

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` beside everything else, until it ends or the workspace does."""
        task = asyncio.create_task(work)
        self.running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.running.discard(task)
        self.state.touch()

    async def close(self) -> None:
        """Give up what is under way."""
        for task in tuple(self.running):
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)

    async def _try(self, payload: Json) -> None:
        reason = ""
        for number, wait in enumerate(self.waits):
            await asyncio.sleep(wait)
            try:
                await self.courier.deliver(EVENTS, payload, Retry(number, reason))
            except NotDelivered as failure:
                reason = str(failure)
            else:
                return
        self.undelivered.append(payload)
        self.state.touch()

    async def _once(self, payload: Json) -> None:
        with suppress(NotDelivered):
            await self.courier.deliver(EVENTS, payload, Retry(1, "timeout"))
