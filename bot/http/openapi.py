"""The OpenAPI 3.1 document, made of the values that the handlers read and write.

What a status means is said here; which fields there are is said by `contract` and `health` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from bot import __version__
from bot.http.body import BODY_LIMIT, BODY_SECONDS
from bot.http.contract import (
    ErrorBody,
    Models,
    QueryAnswer,
    QueryRequest,
    Stage,
    StreamError,
)
from bot.http.health import Life, Readiness

PATH = "/api/v1/openapi.json"
DOCS_PATH = "/api/v1/docs"

_SHAPES = (QueryRequest, QueryAnswer, ErrorBody, Models, Stage, StreamError, Life, Readiness)
_REF = "#/components/schemas/{model}"

_ABOUT = (
    "Ask a tournament's database a question in words. Each answer is about one event, which the "
    "token must cover. Every answer carries `X-Request-ID`, the caller's own if one was sent. What "
    "people read (refusals, stages, warnings) is in English, Spanish or German, as "
    "`Accept-Language` likes best and `Content-Language` says; values are JSON's in each."
)
_STREAM = (
    "With `Accept: text/event-stream` the answer is a stream of server-sent events: `stage` (a "
    "Stage) any number of times, then one `result` (a QueryAnswer) or one `error` (a StreamError). "
    "Comments in between keep the connection open. Closing the connection stops the question."
)
_ERRORS = {
    400: "The body is not what the contract says.",
    401: "No token, or one that does not hold.",
    403: "The token is good, but not for this user, this event or analytics.",
    404: "There is no such event.",
    408: f"The body took longer than {BODY_SECONDS:.0f} seconds.",
    413: f"The body has more than {BODY_LIMIT} bytes.",
    415: "The body is not `application/json` in UTF-8.",
    422: "The question was refused: the code says why. With `ambiguous`, ask one of the choices.",
    429: "Too many questions by this user; Retry-After says when to come back.",
    500: "A bug. The message has a reference that finds it in the log.",
    503: "Something is down or busy: the code says what, Retry-After when to try again.",
}
_WAITING = (429, 503)


def document() -> dict[str, Any]:
    """The document, as JSON says it."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Game Stats Bot", "version": __version__, "description": _ABOUT},
        "paths": {
            "/api/v1/analytics/query": {"post": _query()},
            "/api/v1/models": {
                "get": {
                    **_named("models", "The language models, in the order that they are tried"),
                    "security": [{"token": []}],
                    "responses": _responses(_json("How they are.", "Models"), 401, 403, 500, 503),
                }
            },
            PATH: {"get": _page("document", "This document", "application/json")},
            DOCS_PATH: {"get": _page("docs", "This document, to read", "text/html")},
            "/healthz": {"get": _state("alive", "Whether the process lives", "Life")},
            "/readyz": {"get": _state("ready", "Whether it can do its work", "Readiness")},
            "/metrics": {"get": _page("metrics", "What Prometheus reads", "text/plain")},
        },
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
    }


def _query() -> dict[str, Any]:
    body = {"required": True, "content": {"application/json": {"schema": _ref("QueryRequest")}}}
    answer = _json("An answer, perhaps of no rows.", "QueryAnswer")
    answer["content"]["text/event-stream"] = {"schema": _event()}
    return {
        **_named("query", "Ask a question about an event"),
        "description": _STREAM,
        "security": [{"token": []}],
        "requestBody": body,
        "responses": _responses(answer, *_ERRORS),
    }


def _event() -> dict[str, Any]:
    """One event of the stream; OpenAPI 3.1 has no word for the stream itself."""
    told = {"anyOf": [_ref(shape) for shape in ("Stage", "QueryAnswer", "StreamError")]}
    data = {"type": "string", "contentMediaType": "application/json", "contentSchema": told}
    names = {"type": "string", "enum": ["stage", "result", "error"]}
    return {
        "type": "object",
        "description": "Each event.",
        "properties": {"event": names, "data": data},
        "required": ["event", "data"],
    }


def _page(name: str, summary: str, media: str) -> dict[str, Any]:
    schema = {"type": "object"} if media == "application/json" else {"type": "string"}
    answer = {"description": f"{summary}.", "content": {media: {"schema": schema}}}
    return {**_named(name, summary), "responses": _responses(answer, 500)}


def _state(name: str, summary: str, shape: str) -> dict[str, Any]:
    answers = {"200": _json("It is.", shape), "503": _json("It is not.", shape)}
    return {**_named(name, summary), "responses": answers | _responses(answers["200"], 500)}


def _responses(answer: Mapping[str, Any], *errors: int) -> dict[str, Any]:
    return {"200": answer} | {str(status): _error(status) for status in errors}


def _error(status: int) -> dict[str, Any]:
    answer = _json(_ERRORS[status], "ErrorBody")
    if status in _WAITING:
        seconds = {"type": "integer", "minimum": 1}
        answer["headers"] = {"Retry-After": {"description": "Seconds", "schema": seconds}}
    return answer


def _json(description: str, shape: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": _ref(shape)}}}


def _named(name: str, summary: str) -> dict[str, Any]:
    return {"operationId": name, "summary": summary}


def _ref(shape: str) -> dict[str, str]:
    return {"$ref": _REF.format(model=shape)}


def _schemas() -> dict[str, Any]:
    adapters = [(shape.__name__, "validation", TypeAdapter(shape)) for shape in _SHAPES]
    _, made = TypeAdapter.json_schemas(adapters, ref_template=_REF)  # type: ignore[arg-type]
    schemas: dict[str, Any] = made["$defs"]
    return schemas
