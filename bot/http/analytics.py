"""`POST /api/v1/analytics/query`: the same pipeline, limits and audit as Slack's, as JSON.

The fields are those of the game-stats-api's own endpoint; unlike there, a refusal is 422 with a
code, and `user_id` must be the token's. A question that means several things is 422 `ambiguous`
with `choices`, each a label and the question to ask instead. With `Accept: text/event-stream` the
stages come first. What people read is in the language that the request accepts; what is wrong with
a request is said to who programs, in English.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from bot.answering import Answering, words
from bot.domain import (
    Answer,
    Asker,
    Clarification,
    Code,
    Kind,
    Outcome,
    Question,
    Refusal,
    Report,
    silent,
)
from bot.http.body import read_query
from bot.http.contract import Choice, Models, Problem, QueryRequest, StreamError
from bot.http.contract import Model as ModelState
from bot.http.errors import Forbidden, NotFound, Unavailable, problem
from bot.http.render import answer_body, to_json
from bot.http.stream import Event, EventStream, Gone, unless_gone
from bot.http.token import Caller, TokenRules, read_token
from bot.texts import spoken
from bot.traces import Traces
from bot.warehouse import WarehouseError

AT_ONCE = 64
"""Questions that are worked on at once; what comes beyond them is sent away."""

AGAIN_SECONDS = 5.0
STREAM = "text/event-stream"
AMBIGUOUS = "ambiguous"


@dataclass(slots=True)
class Api:
    """What answers. One a process, since it counts the questions inside."""

    answering: Answering
    rules: TokenRules
    traces: Traces
    inside: int = 0

    async def query(self, request: Request) -> ASGIApp:
        """Answer one question. Raises HttpError for all that is wrong with the request."""
        answer = await self._query(request)
        answer.headers["Content-Language"] = spoken().language
        return answer

    async def _query(self, request: Request) -> Response | EventStream:
        caller = await read_token(request.headers.get("authorization", ""), self.rules)
        asked = await read_query(request)
        if missing := await self._missing(asked, caller):
            return missing
        question = _question(asked, caller)

        async def gone() -> None:
            await self.answering.stopped(question)

        parent = request.headers.get("traceparent", "")

        async def answer(report: Report) -> Outcome:
            with self._counted(), self.traces.begin("http", parent):
                return await self.answering.answer(question, report)

        async def last_event(report: Report) -> Event:
            return await _event(await answer(report))

        if STREAM in request.headers.get("accept", ""):
            return EventStream(last_event, gone)
        try:
            outcome = await unless_gone(request.receive, answer(silent))
        except Gone:
            await gone()
            return Response(status_code=499)  # nobody reads it
        return await _response(outcome)

    async def models(self, request: Request) -> Response:
        """The language models, for whoever may ask."""
        await read_token(request.headers.get("authorization", ""), self.rules)
        status = await self.answering.router.status()
        body = Models(
            models=[
                ModelState(each.name, each.installed, each.loaded, each.circuit.value)
                for each in status.models
            ],
            answers=status.answers,
            reachable=status.reachable,
            warming=status.warming,
            running=status.running,
            waiting=status.waiting,
        )
        return _json(to_json(asdict(body)))

    async def _missing(self, asked: QueryRequest, caller: Caller) -> Response | None:
        """Hold a question to its token and to the events there are."""
        if asked.user_id != caller.user:
            raise Forbidden("`user_id` is not the user of the token.")
        if not caller.may_see(asked.event_id):
            raise Forbidden("The token does not cover this event.")
        if self.inside >= AT_ONCE:
            raise Unavailable("Too many questions at once. Try again soon.", AGAIN_SECONDS)
        try:
            known = await self.answering.directory()
        except WarehouseError as error:
            return _refused(words.refusal(error.code))
        if asked.event_id not in {event.id for event in known}:
            raise NotFound("There is no such event.")
        return None

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1


def _question(asked: QueryRequest, caller: Caller) -> Question:
    asker = Asker(surface="http", team="api", user=str(caller.user))
    events = (asked.event_id,)
    after = asked.context or ""
    return Question(str(uuid.uuid4()), asked.question, asker, events=events, after=after)


async def _response(outcome: Outcome) -> Response:
    if isinstance(outcome, Answer):
        return _json(await asyncio.to_thread(answer_body, outcome))
    if isinstance(outcome, Clarification):
        return problem(422, AMBIGUOUS, outcome.question, choices=_choices(outcome))
    return _refused(outcome)


def _refused(refusal: Refusal) -> Response:
    wait = refusal.retry_after
    if refusal.code.kind is Kind.OUTAGE:
        wait = wait or AGAIN_SECONDS
    return problem(_status(refusal), refusal.code.value, refusal.message, wait)


async def _event(outcome: Outcome) -> Event:
    if isinstance(outcome, Answer):
        return Event("result", await asyncio.to_thread(answer_body, outcome))
    if isinstance(outcome, Clarification):
        said = StreamError(422, Problem(AMBIGUOUS, outcome.question, _choices(outcome)))
    else:
        wait = outcome.retry_after
        said = StreamError(_status(outcome), Problem(outcome.code.value, outcome.message), wait)
    return Event("error", to_json(asdict(said)))


def _choices(outcome: Clarification) -> list[Choice]:
    return [Choice(each.label, each.question) for each in outcome.choices]


def _status(refusal: Refusal) -> int:
    if refusal.code is Code.RATE_LIMITED:
        return 429
    return {Kind.REFUSAL: 422, Kind.OUTAGE: 503, Kind.BUG: 500}[refusal.code.kind]


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")
