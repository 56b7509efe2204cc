"""From a draft to rows: guard, run, and what a reader is told beside them.

Everything that runs, from a model, a person or the bot itself, goes this way.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from uuid import UUID

import structlog

from bot import traces
from bot.answering import words
from bot.answering.directory import Directory
from bot.answering.explain import explain
from bot.answering.narrower import refinements
from bot.answering.parts import EVERYTHING, Parts
from bot.answering.shape import shape_of
from bot.answering.units import with_units
from bot.domain import (
    Answer,
    Code,
    Dialect,
    Draft,
    Event,
    GuardedQuery,
    Progress,
    Question,
    Refinement,
    Refusal,
    Report,
    ResultTable,
    Stage,
    Timings,
)
from bot.guard import guard
from bot.metrics import Metrics
from bot.semantic import SemanticModel
from bot.warehouse import QueryFailed, Warehouse, WarehouseError

log = structlog.get_logger()

GUARD_SECONDS = 5.0
"""How long the guard may take over one statement; an honest one takes milliseconds."""


@dataclass(frozen=True, slots=True)
class Running:
    """Proves SQL and runs it."""

    model: SemanticModel
    warehouse: Warehouse
    metrics: Metrics
    directory: Directory
    parts: Parts = EVERYTHING

    async def query(self, sql: str, events: tuple[Event, ...]) -> ResultTable | Refusal:
        """Rows of PostgreSQL over the semantic model that people or we wrote.

        Raises:
            WarehouseError: when it cannot be run.
        """
        guarded = guard(sql, Dialect.POSTGRES, self.model, ids(events))
        if isinstance(guarded, Refusal):
            return guarded
        return await self.warehouse.run(guarded)

    async def run(
        self,
        question: Question,
        events: tuple[Event, ...],
        draft: Draft,
        report: Report,
        started: float,
    ) -> Answer | Refusal:
        """The answer that a draft gives; `started` is when the question came, on monotonic().

        Raises:
            WarehouseError: when the database is at fault and not the query.
        """
        await report(Progress(Stage.GUARDING))
        began = time.perf_counter()
        with traces.span("guard"):
            guarded = await self._guard(draft, events)
        guard_seconds = time.perf_counter() - began
        self.metrics.guard_seconds.observe(guard_seconds)
        if isinstance(guarded, Refusal):
            self.metrics.guard_refusals.labels(guarded.code.value).inc()
            return replace(guarded, sql=draft.sql)
        if not guarded.tables:
            return words.refusal(Code.NOT_ABOUT_DATA, sql=draft.sql)
        await report(Progress(Stage.RUNNING))
        try:
            rows = await self.warehouse.run(guarded)
        except QueryFailed as error:
            return replace(words.refusal(error.code, sql=draft.sql), names=(str(error),))
        table = with_units(rows, guarded, self.model)
        answer = Answer(
            question=question,
            events=events,
            query=guarded,
            draft=draft,
            table=table,
            seconds=time.monotonic() - started,
            note=", ".join((*draft.held, *guarded.mended)),
            shape=shape_of(guarded.shown, table.columns),
            explanation=await asyncio.to_thread(_explained, guarded, self.model, events),
            timings=_timings(draft, guard_seconds, table),
        )
        return replace(answer, refinements=await self._refinements(answer))

    async def _guard(self, draft: Draft, events: tuple[Event, ...]) -> GuardedQuery | Refusal:
        # In a thread: reading hostile text may take a while, and other people's clicks must not.
        reading = asyncio.to_thread(
            guard,
            draft.sql,
            draft.dialect,
            self.model,
            ids(events),
            mending=self.parts.mending,
        )
        try:
            return await asyncio.wait_for(reading, GUARD_SECONDS)
        except TimeoutError:
            return Refusal(Code.TOO_COMPLEX, "The query is too complicated to be checked.")

    async def _refinements(self, answer: Answer) -> tuple[Refinement, ...]:
        if answer.question.asker.surface != "slack":
            return ()  # nobody could click
        try:
            names = await self.directory.names(answer.events, self.query)
        except WarehouseError:
            return ()  # an answer loses its hint, not its rows
        return refinements(answer, self.model, names.by_column())


def ids(events: tuple[Event, ...]) -> tuple[UUID, ...]:
    """The events' ids, in this order."""
    return tuple(event.id for event in events)


def _timings(draft: Draft, guard_seconds: float, table: ResultTable) -> Timings:
    return Timings(
        queue=draft.queue_seconds,
        prompt=draft.prompt_seconds,
        generation=draft.seconds - draft.prompt_seconds,
        guard=guard_seconds,
        database=table.seconds,
    )


def _explained(query: GuardedQuery, model: SemanticModel, events: tuple[Event, ...]) -> str:
    try:
        return explain(query, model, events)
    except Exception:  # an answer is worth more than a word about it
        log.exception("not explained", sql=query.shown)
        return ""
