"""`POST /api/v1/analytics/query`: the same pipeline, limits and audit as Slack's, as JSON.

The fields are those of the game-stats-api's own endpoint; unlike there, a refusal is 422 with a
code, and `user_id` must be the token's. A question that means several things is 422 `ambiguous`
with `choices`, each a label and the question to ask instead.
"""

from __future__ import annotations

import json
import math
import uuid
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.answering import Answering
from bot.domain import Answer, Asker, Clarification, Code, Kind, Question, Refusal, Source
from bot.http.errors import Forbidden, NotFound, TooLarge, Unprocessable, problem
from bot.http.token import Caller, TokenRules, read_token

BODY_LIMIT = 16_384
"""The longest body taken, in bytes."""


async def query(request: Request, answering: Answering, rules: TokenRules) -> Response:
    """Answer one question. Raises HttpError for all that is wrong with the request."""
    caller = read_token(request.headers.get("authorization", ""), rules)
    text, user, event = _read(await _body(request))
    if user != caller.user:
        raise Forbidden("`user_id` is not the user of the token.")
    if not caller.may_see(event):
        raise Forbidden("The token does not cover this event.")
    if event not in {known.id for known in await answering.directory()}:
        raise NotFound("There is no such event.")
    outcome = await answering.answer(_question(text, caller, event))
    if isinstance(outcome, Clarification):
        choices = [{"label": each.label, "question": each.question} for each in outcome.choices]
        return problem(422, "ambiguous", outcome.question, choices=choices)
    return _refused(outcome) if isinstance(outcome, Refusal) else _answered(outcome)


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise TooLarge(f"The body may have up to {BODY_LIMIT} bytes.")
    return body


def _read(body: bytes) -> tuple[str, UUID, UUID]:
    try:
        fields = json.loads(body)
        question, user, event = fields["question"], fields["user_id"], fields["event_id"]
        if not isinstance(question, str):
            raise TypeError
        return question, UUID(user), UUID(event)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Unprocessable(
            "Send JSON with `question` (text), `user_id` (uuid) and `event_id` (uuid)."
        ) from None


def _question(text: str, caller: Caller, event: UUID) -> Question:
    asker = Asker(surface="http", team="api", user=str(caller.user))
    return Question(id=str(uuid.uuid4()), text=text, asker=asker, events=(event,))


def _answered(answer: Answer) -> Response:
    names = [column.name for column in answer.table.columns]
    body: dict[str, Any] = {
        "question": answer.question.text,
        "sql": answer.query.shown,
        "explanation": f"Read {', '.join(answer.query.tables)} of {answer.events[0].name}.",
        "results": [dict(zip(names, map(_plain, row), strict=True)) for row in answer.table.rows],
        # Only a person's check is known to be right; a model's word for itself is no measure.
        "confidence": 1.0 if answer.draft.source is Source.VERIFIED else None,
    }
    if answer.table.truncated:
        body["warning"] = f"Only the first {len(answer.table.rows)} rows are here."
    return JSONResponse(body)


def _refused(refusal: Refusal) -> Response:
    if refusal.code is Code.RATE_LIMITED:
        wait = {"Retry-After": str(math.ceil(refusal.retry_after or 1))}
        return problem(429, refusal.code.value, refusal.message, wait)
    status = {Kind.REFUSAL: 422, Kind.OUTAGE: 503, Kind.BUG: 500}[refusal.code.kind]
    return problem(status, refusal.code.value, refusal.message)


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)
