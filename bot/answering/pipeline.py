"""The way of a question: check → limit → events → verified, cached or drafted SQL → guard → run.

`Answering.answer` never raises: what goes wrong becomes a `Refusal` whose code says whether it was
the question, something that is down, or a bug. Every outcome is written to the audit.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import structlog

from bot import traces
from bot.answering import asking_back, text, verified, words
from bot.answering.admission import Admission
from bot.answering.directory import Directory
from bot.answering.drafting import Asked, Drafting
from bot.answering.followup import Previous
from bot.answering.models import ModelAdmin
from bot.answering.parts import EVERYTHING, Parts
from bot.answering.recording import Trail, record, safely
from bot.answering.running import Running, ids
from bot.answering.stopping import unless_stopped
from bot.domain import (
    Answer,
    Asker,
    Code,
    Draft,
    Event,
    Outcome,
    Progress,
    Question,
    Refusal,
    Report,
    ResultTable,
    Stage,
    silent,
)
from bot.llm import ModelRouter, ModelStatus
from bot.metrics import Metrics
from bot.semantic import SemanticModel
from bot.store import Recent, Store, StoredAnswer
from bot.texts import say
from bot.warehouse import Warehouse, WarehouseError

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Status:
    """How the bot is: the language models, the last hour's answers, and the jobs that wait.

    `role_excess` says what its database role can do beyond what it needs, a sentence each.
    """

    models: ModelStatus
    recent: Recent
    queue: int
    role_excess: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answering:
    """Everything that an answer takes. Made once by the composition root."""

    model: SemanticModel
    router: ModelRouter
    warehouse: Warehouse
    store: Store
    metrics: Metrics
    drafting: Drafting
    directory_of_events: Directory
    verified: verified.VerifiedIndex
    queue_depth: Callable[[], Awaitable[int]]
    models: ModelAdmin
    parts: Parts = EVERYTHING

    @property
    def _running(self) -> Running:
        return Running(
            self.model, self.warehouse, self.metrics, self.directory_of_events, self.parts
        )

    @property
    def _admission(self) -> Admission:
        return Admission(self.store, self.metrics)

    async def answer(self, question: Question, report: Report = silent) -> Outcome:
        """Answer one question, showing each stage to `report`."""
        started = time.monotonic()
        asked = replace(question, text=text.clean(question.text))
        trail = Trail()
        with traces.span("question", surface=question.asker.surface):
            traces.text(question=asked.text)
            outcome = await safely(lambda: self._until_stopped(asked, report, started, trail))
            outcome = words.with_example(outcome, self.model)
            seconds = time.monotonic() - started
            await record(self.store, self.metrics, asked, outcome, seconds, trail)
        return outcome

    async def stop(self, question_id: str) -> None:
        """Stop a question wherever it is; one that is answered stays so. Raises StoreError."""
        await self.store.stops.stop(question_id)

    async def withdraw(self, question_id: str) -> None:
        """Stop a question, and let none in its thread go on from it. Raises StoreError."""
        await self.store.stops.stop(question_id)
        await self.store.answers.leave_thread(question_id)

    async def stopped(self, question: Question) -> None:
        """Record a question whose `answer` was cancelled because its asker went away."""
        stopped = words.refusal(Code.STOPPED)
        await record(self.store, self.metrics, question, stopped, 0.0, Trail())

    async def rows(self, question_id: str, team: str, channel: str) -> Answer | Refusal:
        """Run the recorded SQL of an answer again, now, if its channel still has those events."""
        return await safely(lambda: self._rows(question_id, team, channel))

    async def query(self, sql: str, events: tuple[Event, ...]) -> ResultTable | Refusal:
        """Run PostgreSQL over the semantic model that people wrote (digests, names).

        Raises:
            WarehouseError: when it cannot be run.
        """
        return await self._running.query(sql, events)

    async def trial(self, text: str, events: tuple[Event, ...]) -> Answer | Refusal:
        """Have the language model answer anew: nothing verified or cached, no limit, no audit."""
        started = time.monotonic()
        question = Question("trial", text, Asker("trial", "", ""), events=ids(events))

        async def tried() -> Answer | Refusal:
            draft = await self.drafting.anew(await self._asked(question, events), silent)
            return await self._running.run(question, events, draft, silent, started)

        return await safely(tried)

    async def stored(self, question_id: str) -> StoredAnswer | None:
        """The audit's line on a question, for “Show SQL” and “Ask again”.

        Raises:
            StoreError: when the bot's database is down.
        """
        return await self.store.answers.get(question_id)

    async def last_in(self, team: str, channel: str, thread: str) -> StoredAnswer | None:
        """The last question that was answered in this thread. Raises StoreError."""
        return await self.store.answers.last_in(team, channel, thread)

    async def bindings(self, team: str) -> Mapping[str, tuple[Event, ...]]:
        """The channels of a workspace that have events, and these.

        Raises:
            StoreError, WarehouseError: when a database is down.
        """
        found = await self.store.bindings.all()
        named = {
            binding.channel: await self.directory_of_events.named(binding.events)
            for binding in found
            if binding.team == team
        }
        return {channel: events for channel, events in named.items() if events}

    async def directory(self) -> tuple[Event, ...]:
        """All events that a channel may be bound to.

        Raises:
            WarehouseError: when the tournament database is down.
        """
        return await self.directory_of_events.all()

    async def bound(self, team: str, channel: str) -> tuple[Event, ...]:
        """The events that a channel is bound to; those that are gone are left out.

        Raises:
            StoreError, WarehouseError: when a database is down.
        """
        ids = await self.store.bindings.get(team, channel)
        return await self.directory_of_events.named(ids) if ids else ()

    async def bind(self, team: str, channel: str, events: tuple[UUID, ...], by: str) -> None:
        """Bind a channel to events. Raises StoreError."""
        await self.store.bindings.bind(team, channel, events, by)

    async def unbind(self, team: str, channel: str, by: str) -> bool:
        """Unbind a channel; False if it was not bound. Raises StoreError."""
        return await self.store.bindings.unbind(team, channel, by)

    async def status(self) -> Status:
        """How the bot is. Raises StoreError."""
        return Status(
            models=await self.router.status(),
            recent=await self.store.answers.recent(),
            queue=await self.queue_depth(),
            role_excess=await self._role_excess(),
        )

    async def _role_excess(self) -> tuple[str, ...]:
        try:
            faults = await self.warehouse.role_faults(self.model)
        except WarehouseError:
            return ()  # a database that is down shows elsewhere
        return tuple(fault.what for fault in faults if fault.excess)

    async def _until_stopped(
        self, question: Question, report: Report, started: float, trail: Trail
    ) -> Outcome:
        answering = self._answer(question, report, started, trail)
        outcome = await unless_stopped(self.store.stops, question.id, answering)
        return words.refusal(Code.STOPPED) if outcome is None else outcome

    async def _answer(
        self, question: Question, report: Report, started: float, trail: Trail
    ) -> Outcome:
        await report(Progress(Stage.CHECKING))
        if bad := text.check(question.text):
            return bad
        if held := await self._admission.refuse(question):
            return held
        trail.events = await self._events(question)
        if not trail.events:
            return words.refusal(Code.NOT_BOUND)
        if self.parts.verified:
            trail.draft = await verified.find(self.verified, self.store, question, trail.events)
        if trail.draft is not None:
            outcome = await self._running.run(question, trail.events, trail.draft, report, started)
            if isinstance(outcome, Answer) or not words.is_draft_fault(outcome.code):
                return outcome
            log.warning("verified question is out of date", question=question.id)
            trail.draft = None
        asked = await self._asked(question, trail.events)
        if self.parts.asking_back and (
            back := asking_back.back(question.text, self.model.ambiguous, asked.linked)
        ):
            return await self._admission.offer(question, back)
        return await self._drafted(asked, question, report, started, trail)

    async def _drafted(
        self, asked: Asked, question: Question, report: Report, started: float, trail: Trail
    ) -> Answer | Refusal:
        first = await self.drafting.draft(asked, report)
        trail.draft = await asyncio.to_thread(self.drafting.held, asked, first)
        outcome = await self._running.run(question, trail.events, trail.draft, report, started)
        if self.parts.repair and isinstance(outcome, Refusal) and _repairable(outcome):
            outcome = await self._repair(asked, outcome, question, report, started, trail)
        if isinstance(outcome, Refusal):
            return words.for_people(outcome)
        if not outcome.table.rows and trail.draft.doubt:
            return Refusal(Code.NO_SUCH_NAME, trail.draft.doubt, sql=trail.draft.sql)
        # As it was written: what is put right in it depends on the names of these events.
        await self.drafting.remember(asked, outcome.draft if trail.repaired else first)
        return outcome

    async def _events(self, question: Question) -> tuple[Event, ...]:
        if question.events is not None:
            return await self.directory_of_events.named(question.events)
        return await self.bound(question.asker.team, question.scope or question.channel)

    async def _asked(self, question: Question, events: tuple[Event, ...]) -> Asked:
        await self.models.catch_up()
        names = await self.directory_of_events.names(events, self.query)
        before = await self._previous(question) if self.parts.followups else None
        now, team = datetime.now(UTC), question.asker.team
        asked = self.drafting.asked(question.text, events, names, now, before, team)
        return replace(asked, who=question.asker.key)

    async def _previous(self, question: Question) -> Previous | None:
        """What `question` may go on from: an answer of its thread, or that of the id it names.

        Only SQL is taken from it, which the guard sees anew with the events of now.
        """
        asker = question.asker
        stored = None
        if question.after:
            stored = await self.store.answers.get(question.after)
            if stored is not None and stored.asker != asker:
                return None
        elif question.thread:
            stored = await self.store.answers.last_in(asker.team, question.channel, question.thread)
        if stored is None or stored.code is not None or not stored.shown:
            return None
        return Previous(stored.text, stored.shown)

    async def _repair(
        self,
        asked: Asked,
        failed: Refusal,
        question: Question,
        report: Report,
        started: float,
        trail: Trail,
    ) -> Answer | Refusal:
        await report(Progress(Stage.REPAIRING))
        assert trail.draft is not None  # what failed was drafted
        trail.draft = await self.drafting.repair(asked, trail.draft, failed, report)
        trail.repaired = True
        outcome = await self._running.run(question, asked.events, trail.draft, report, started)
        self.metrics.repairs.labels("answered" if isinstance(outcome, Answer) else "failed").inc()
        return replace(outcome, repaired=True) if isinstance(outcome, Answer) else outcome

    async def _rows(self, question_id: str, team: str, channel: str) -> Answer | Refusal:
        started = time.monotonic()
        stored = await self.store.answers.get(question_id)
        if stored is None or stored.sql == "" or (stored.team, stored.channel) != (team, channel):
            return Refusal(Code.NOT_BOUND, say("refusals.gone"))
        events = await self.directory_of_events.named(stored.events)
        if stored.surface == "slack" and set(
            ids(await self.bound(team, stored.scope or channel))
        ) != set(stored.events):
            return Refusal(Code.NOT_BOUND, say("refusals.other_event"))
        question = Question(stored.question_id, stored.text, stored.asker, channel, stored.events)
        question = replace(question, thread=stored.thread, scope=stored.scope)
        draft = Draft(stored.sql, stored.dialect, stored.source, stored.language_model)
        return await self._running.run(question, events, draft, silent, started)


def _repairable(refusal: Refusal) -> bool:
    # Only a hard error that says something: the real names, or what the database could not do.
    return bool(refusal.names) and bool(refusal.sql)
