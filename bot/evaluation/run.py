"""Ask every question of an evaluation through the whole pipeline, and judge what comes back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.answering import Answering
from bot.domain import Answer, Asker, Code, Event, Kind, Outcome, Question, Refusal, ResultTable
from bot.evaluation.cases import Case, CasesError
from bot.evaluation.compare import Match, compare


class Verdict(StrEnum):
    """What became of a question."""

    RIGHT = "right"
    RIGHT_AND_MORE = "right, with more columns"
    WRONG = "wrong rows"
    REFUSED = "refused, but had an answer"
    RIGHTLY_REFUSED = "rightly refused"
    NOT_REFUSED = "answered, but should be refused"
    ASKED_BACK = "asked back"
    FAILED = "outage or bug"


@dataclass(frozen=True, slots=True)
class Judged:
    """A question with its verdict. `sql` and `code` are what was drafted, and why it was refused.

    Seconds are the whole way; tokens are those of the draft that counted.
    """

    case: Case
    verdict: Verdict
    sql: str
    code: Code | None
    source: str
    repaired: bool
    seconds: float
    prompt_tokens: int
    answer_tokens: int


async def evaluate(
    answering: Answering,
    cases: tuple[Case, ...],
    told: Callable[[Judged], None] = lambda _judged: None,
) -> tuple[Judged, ...]:
    """Judge every case in order; `told` hears of each.

    Raises:
        CasesError: an unknown event, or a gold query that does not run.
        WarehouseError: the tournament's database is down.
    """
    known = await answering.directory()
    judged = []
    for case in cases:
        event = _event(known, case)
        gold = [await _gold(answering, case, sql, event) for sql in case.gold]
        asker = Asker("terminal", "", "evaluation")
        question = Question(uuid.uuid4().hex, case.question, asker, events=(event.id,))
        judged.append(_judge(case, await answering.answer(question), gold))
        told(judged[-1])
    return tuple(judged)


def _event(known: tuple[Event, ...], case: Case) -> Event:
    for event in known:
        if case.event in {event.slug, str(event.id)}:
            return event
    raise CasesError(f"{case.id}: there is no event {case.event}")


async def _gold(answering: Answering, case: Case, sql: str, event: Event) -> ResultTable:
    result = await answering.query(sql, (event,))
    if isinstance(result, Refusal):
        raise CasesError(f"{case.id}: the gold query is refused: {result.message}")
    return result


def _judge(case: Case, outcome: Outcome, gold: list[ResultTable]) -> Judged:
    if not isinstance(outcome, Answer):
        refusal = outcome if isinstance(outcome, Refusal) else None
        return Judged(
            case=case,
            verdict=_refusal_verdict(case, refusal) if refusal else Verdict.ASKED_BACK,
            sql=refusal.sql if refusal else "",
            code=refusal.code if refusal else None,
            source="",
            repaired=False,
            seconds=0.0,
            prompt_tokens=0,
            answer_tokens=0,
        )
    return Judged(
        case=case,
        verdict=_answer_verdict(case, outcome, gold),
        sql=outcome.query.shown,
        code=None,
        source=outcome.draft.source.value,
        repaired=outcome.repaired,
        seconds=outcome.seconds,
        prompt_tokens=outcome.draft.prompt_tokens,
        answer_tokens=outcome.draft.answer_tokens,
    )


def _refusal_verdict(case: Case, refusal: Refusal) -> Verdict:
    if refusal.code.kind is not Kind.REFUSAL:
        return Verdict.FAILED
    return Verdict.REFUSED if case.gold else Verdict.RIGHTLY_REFUSED


def _answer_verdict(case: Case, answer: Answer, gold: list[ResultTable]) -> Verdict:
    if not gold:
        return Verdict.NOT_REFUSED
    matches = {compare(answer.table, each, ordered=case.ordered) for each in gold}
    if Match.SAME in matches:
        return Verdict.RIGHT
    return Verdict.RIGHT_AND_MORE if Match.MORE_COLUMNS in matches else Verdict.WRONG
