"""What this room needs from the others, as it needs it. The real ones are in the rooms named below.

`Rooms` is handed to every listener and every job; there is no other state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from bot.answering import ModelAdmin, Status
from bot.digests import Digests
from bot.domain import Answer, Event, Outcome, Question, Refusal, Report
from bot.jobs import Handler
from bot.slack.people import People
from bot.slack.web import Web
from bot.store import Store, StoredAnswer


class Answering(Protocol):
    """`bot.answering.Answering`: decides what becomes of a question."""

    async def answer(self, question: Question, report: Report, /) -> Outcome:
        """Answer; never raises."""

    async def stop(self, question_id: str, /) -> None:
        """Stop a question wherever it is. Raises StoreError."""

    async def withdraw(self, question_id: str, /) -> None:
        """Stop a question, and let none go on from it. Raises StoreError."""

    async def rows(self, question_id: str, team: str, channel: str, /) -> Answer | Refusal:
        """Run an answer's SQL again; never raises."""

    async def stored(self, question_id: str, /) -> StoredAnswer | None:
        """The audit's line on a question. Raises StoreError."""

    async def last_in(self, team: str, channel: str, thread: str, /) -> StoredAnswer | None:
        """The last question that was answered in this thread. Raises StoreError."""

    async def bindings(self, team: str, /) -> Mapping[str, tuple[Event, ...]]:
        """The channels that have events. Raises StoreError, WarehouseError."""

    async def directory(self) -> tuple[Event, ...]:
        """All events that may be bound. Raises WarehouseError."""

    async def bound(self, team: str, channel: str, /) -> tuple[Event, ...]:
        """A channel's events. Raises StoreError, WarehouseError."""

    async def bind(self, team: str, channel: str, events: tuple[UUID, ...], by: str, /) -> None:
        """Bind a channel. Raises StoreError."""

    async def unbind(self, team: str, channel: str, by: str, /) -> bool:
        """Unbind it; False if it was not bound. Raises StoreError."""

    @property
    def models(self) -> ModelAdmin:
        """What admins do with the language models."""

    async def trial(self, text: str, events: tuple[Event, ...], /) -> Answer | Refusal:
        """Have the language model answer anew; never raises."""

    async def status(self) -> Status:
        """How the bot is. Raises StoreError."""


class Jobs(Protocol):
    """`bot.jobs.Jobs`: the durable queue."""

    def register(self, name: str, handler: Handler, /) -> None:
        """Say who does the jobs of this name."""

    async def put(self, name: str, payload: Mapping[str, object], id: str) -> bool:  # noqa: A002 (the queue's word)
        """Queue a job once an id. Raises StoreError."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """All that a listener or a job works with. With `reactions` questions get eyes (`eyes`)."""

    web: Web
    people: People
    answering: Answering
    digests: Digests
    jobs: Jobs
    store: Store
    reactions: bool = True
