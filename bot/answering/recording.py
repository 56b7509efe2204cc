"""What is kept of a question that ended: audit, metrics, a log line, the trace. Never raises."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from bot import traces
from bot.answering import words
from bot.answering.log_line import log_line
from bot.answering.running import ids
from bot.domain import Answer, Clarification, Code, Draft, Event, Outcome, Question, Refusal
from bot.llm import LanguageModelError
from bot.metrics import Metrics
from bot.store import Store, StoreError
from bot.warehouse import WarehouseError

log = structlog.get_logger()

ROOM_ERRORS = (LanguageModelError, WarehouseError, StoreError)

Ended = TypeVar("Ended", bound=Outcome)


@dataclass(slots=True)
class Trail:
    """What the audit tells of a question that went unanswered, filled in on the way."""

    events: tuple[Event, ...] = ()
    draft: Draft | None = None
    repaired: bool = False


async def safely(step: Callable[[], Awaitable[Ended]]) -> Ended | Refusal:
    """What `step` gives; whatever it raises becomes a Refusal: an outage, or a bug of ours."""
    try:
        return await step()
    except ROOM_ERRORS as error:
        if error.code is not Code.BUG:
            log.warning("unanswered", code=error.code.value, error=repr(error))
            wait = getattr(error, "retry_after", None)
            return words.refusal(error.code, retry_after=wait)
        return _bug(error)
    except Exception as error:  # noqa: BLE001 - a bug of ours must reach a person as one
        return _bug(error)


async def record(
    store: Store,
    metrics: Metrics,
    question: Question,
    outcome: Outcome,
    seconds: float,
    trail: Trail,
) -> None:
    """Keep how `question` ended after `seconds`."""
    source = trail.draft.source.value if trail.draft else "none"
    kind = _kind(outcome)
    metrics.questions.labels(kind, source).inc()
    metrics.question_seconds.labels(source).observe(seconds)
    code = outcome.code.value if isinstance(outcome, Refusal) else kind
    traces.note(outcome=code, source=source)
    log_line(question, outcome, code, source, seconds)
    if isinstance(outcome, Refusal):
        metrics.refusals.labels(outcome.code.value).inc()
    if isinstance(outcome, Answer):
        metrics.rows.observe(len(outcome.table.rows))
    try:
        await store.answers.record(
            question,
            outcome,
            seconds,
            events=ids(trail.events),
            draft=trail.draft,
            repaired=trail.repaired,
        )
    except StoreError as error:
        # The person still gets the answer; the audit's gap is in the log.
        log.warning("not recorded", question=question.id, error=repr(error))


def _kind(outcome: Outcome) -> str:
    if isinstance(outcome, Answer):
        return "answer"
    return "asked_back" if isinstance(outcome, Clarification) else outcome.code.kind.value


def _bug(error: Exception) -> Refusal:
    reference = traces.trace_id() or uuid.uuid4().hex[:8]
    log.error("bug", reference=reference, exc_info=error)
    return words.bug(reference)
