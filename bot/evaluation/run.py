"""Ask every question of an evaluation through the whole pipeline, and judge what comes back."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator, Collection
from dataclasses import replace

from bot.answering import Answering
from bot.domain import (
    Answer,
    Asker,
    Clarification,
    Code,
    Dialect,
    Event,
    GuardedQuery,
    Kind,
    Outcome,
    Question,
    Refusal,
    ResultTable,
)
from bot.evaluation.cases import Case, CasesError, Expect
from bot.evaluation.compare import Match, compare
from bot.evaluation.drafts import Drafts
from bot.evaluation.elsewhere import Elsewhere
from bot.evaluation.verdicts import Judged, Verdict, unanswered
from bot.guard import guard
from bot.llm import profile_for
from bot.warehouse import QueryFailed, TimedOut, TooCostly

Gold = list[tuple[ResultTable, ResultTable | None]]
"""Rows of each gold query: here, and on the second copy if there is one."""

_GUARD_CODES = frozenset(
    {
        Code.NOT_A_QUERY,
        Code.UNKNOWN_TABLE,
        Code.UNKNOWN_COLUMN,
        Code.FORBIDDEN_FUNCTION,
        Code.FORBIDDEN_TYPE,
        Code.FORBIDDEN_SYNTAX,
        Code.TOO_COMPLEX,
    }
)


async def evaluate(
    answering: Answering,
    elsewhere: Elsewhere,
    cases: tuple[Case, ...],
    *,
    asked: Collection[Case] = (),
    drafts: Drafts | None = None,
) -> AsyncIterator[Judged]:
    """Judge the cases in order. `asked` are all cases that an `after` may name.

    `drafts` are what the app's language models may answer from.

    Raises:
        CasesError: an unknown event, or a gold query that does not run.
        WarehouseError: a database is down.
    """
    events = {key: event for event in await answering.directory() for key in _keys(event)}
    earlier = {case.id: case for case in (*asked, *cases)}
    for case in cases:
        event = events.get(case.event)
        if event is None:
            raise CasesError(f"{case.id}: there is no event {case.event}")
        gold = [await _gold(answering, elsewhere, case, sql, event) for sql in case.gold]
        channel = f"evaluation-{uuid.uuid4().hex}"
        if case.after:
            await answering.answer(_question(earlier[case.after], event, channel))
        given = drafts.given if drafts else 0
        began = time.monotonic()
        outcome = await answering.answer(_question(case, event, channel))
        seconds = time.monotonic() - began
        judged = await _judged(answering, elsewhere, case, outcome, gold, event)
        remembered = drafts is not None and drafts.given > given
        yield replace(judged, seconds=seconds, remembered=remembered)


def _keys(event: Event) -> tuple[str, str]:
    return event.slug, str(event.id)


def _question(case: Case, event: Event, channel: str) -> Question:
    asker = Asker("terminal", "", "evaluation")
    return Question(
        uuid.uuid4().hex, case.question, asker, channel, events=(event.id,), thread=channel
    )


async def _gold(
    answering: Answering, elsewhere: Elsewhere, case: Case, sql: str, event: Event
) -> tuple[ResultTable, ResultTable | None]:
    query = guard(sql, Dialect.POSTGRES, answering.model, (event.id,))
    if isinstance(query, Refusal):
        raise CasesError(f"{case.id}: the gold query is refused: {query.message}")
    try:
        here = await answering.warehouse.run(query)
        again = await elsewhere.again.run(query) if elsewhere.again else None
    except (QueryFailed, TimedOut, TooCostly) as error:
        raise CasesError(f"{case.id}: the gold query does not run: {error}") from None
    return here, again


async def _judged(
    answering: Answering,
    elsewhere: Elsewhere,
    case: Case,
    outcome: Outcome,
    gold: Gold,
    event: Event,
) -> Judged:
    if isinstance(outcome, Clarification):
        return Judged(case, unanswered(case.expect, asked_back=True))
    if isinstance(outcome, Refusal):
        if outcome.code.kind is not Kind.REFUSAL:
            return Judged(case, Verdict.FAILED, sql=outcome.sql, code=outcome.code)
        return Judged(
            case,
            unanswered(case.expect, asked_back=False),
            sql=outcome.sql,
            code=outcome.code,
            honest=await _honest(answering, elsewhere, case, outcome, gold, event),
        )
    return Judged(
        case,
        await _answered(elsewhere, case, outcome, gold),
        sql=outcome.query.shown,
        source=outcome.draft.source.value,
        mended=bool(outcome.query.mended),
        repaired=outcome.repaired,
        leaked=await _leaked(elsewhere, outcome, event),
        prompt_tokens=outcome.draft.prompt_tokens,
        answer_tokens=outcome.draft.answer_tokens,
        timings=outcome.timings,
    )


async def _answered(elsewhere: Elsewhere, case: Case, answer: Answer, gold: Gold) -> Verdict:
    if case.expect is not Expect.ROWS:
        refusal = case.expect is Expect.REFUSAL
        return Verdict.NOT_REFUSED if refusal else Verdict.NOT_ASKED_BACK
    again = await _again(elsewhere, answer.query)
    verdicts = {_verdict(answer.table, again, *each, ordered=case.ordered) for each in gold}
    return next(
        verdict
        for verdict in (Verdict.RIGHT, Verdict.RIGHT_AND_MORE, Verdict.LUCKY, Verdict.WRONG)
        if verdict in verdicts
    )


def _verdict(
    found: ResultTable,
    found_again: ResultTable | None,
    gold: ResultTable,
    gold_again: ResultTable | None,
    *,
    ordered: bool,
) -> Verdict:
    match = compare(found, gold, ordered=ordered)
    if match is Match.DIFFERENT:
        return Verdict.WRONG
    if gold_again is not None:
        if found_again is None:
            return Verdict.LUCKY
        if compare(found_again, gold_again, ordered=ordered) is Match.DIFFERENT:
            return Verdict.LUCKY
    return Verdict.RIGHT if match is Match.SAME else Verdict.RIGHT_AND_MORE


async def _again(elsewhere: Elsewhere, query: GuardedQuery) -> ResultTable | None:
    """The rows on the second copy; None if there is no copy, or the query fails on it."""
    if elsewhere.again is None:
        return None
    try:
        return await elsewhere.again.run(query)
    except (QueryFailed, TimedOut, TooCostly):
        return None


async def _leaked(elsewhere: Elsewhere, answer: Answer, event: Event) -> bool | None:
    try:
        alone = await elsewhere.alone(answer.query, event)
    except (QueryFailed, TimedOut, TooCostly):
        return True  # it ran beside other events: so they made a difference
    if alone is None:
        return None
    return compare(answer.table, alone, ordered=False) is not Match.SAME


async def _honest(
    answering: Answering,
    elsewhere: Elsewhere,
    case: Case,
    refusal: Refusal,
    gold: Gold,
    event: Event,
) -> bool | None:
    """Whether the guard refused SQL that was right. None where that is not known.

    That is: no guard's refusal, no gold, DuckDB's dialect, or no database to try it on.
    """
    dialect = profile_for(answering.router.primary).dialect
    if refusal.code not in _GUARD_CODES or not gold or dialect is not Dialect.POSTGRES:
        return None
    if not elsewhere.alone_url:
        return None
    found = await elsewhere.unguarded(refusal.sql, event)
    if found is None:
        return False
    return any(
        compare(found, here, ordered=case.ordered) is not Match.DIFFERENT for here, _again in gold
    )
