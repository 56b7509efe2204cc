"""What goes in and out of the analytics API: the fields of the game-stats-api's own endpoint.

Bodies are read into these values and written from them, and the OpenAPI document is made of them,
so the three cannot differ. A field's description is its documentation.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError

TEXT_LIMIT = 2_000
"""The longest text taken, in characters; what is too long for a question the pipeline says."""


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """A question about one event, by the user of the token."""

    question: Annotated[str, Field(max_length=TEXT_LIMIT, examples=["Top 5 teams by spirit score"])]
    user_id: Annotated[UUID, Field(description="The token's user")]
    event_id: Annotated[UUID, Field(description="The event that is asked about")]
    context: Annotated[
        str | None,
        Field(
            max_length=TEXT_LIMIT,
            description="The `id` of the answer that the question goes on from, if any",
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """A question answered. A row is an object: column name → value, in the columns' order."""

    id: Annotated[str, Field(description="For `context` of a question that goes on from this")]
    question: str
    sql: Annotated[str, Field(description="The query as it was understood, over one event's data")]
    explanation: Annotated[str, Field(description="What was read, in words")]
    results: Annotated[
        list[dict[str, Any]],
        Field(description="At most 10,000 rows. Times are ISO 8601, numbers beyond 15 digits text"),
    ]
    confidence: Annotated[
        float | None,
        Field(
            ge=0, le=1, description="1 if a person checked the SQL; null where it was not measured"
        ),
    ]
    warning: Annotated[str | None, Field(description="What else a reader should know")] = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that a question may have meant: what to show, and what to ask in its place."""

    label: str
    question: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no answer. A question that means several things has `choices`."""

    code: Annotated[str, Field(description="For programs: unauthorized, too_costly, model_down, …")]
    message: Annotated[str, Field(description="For people: why, and what to do")]
    choices: Annotated[list[Choice], Field(description="Where the code is ambiguous")] = field(
        default_factory=list
    )


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """The one form of an error."""

    error: Problem


@dataclass(frozen=True, slots=True)
class StreamError:
    """What ends a stream without an answer: what would have been the status, and why."""

    status: int
    error: Problem
    retry_after: Annotated[float | None, Field(description="Seconds, where waiting helps")] = None


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a question is on its way; an event of the stream."""

    stage: Annotated[str, Field(description="queued, checking, warming, drafting, guarding, …")]
    detail: Annotated[str, Field(description="A short sentence for people, or empty")] = ""


@dataclass(frozen=True, slots=True)
class Model:
    """A language model that questions may go to, in their order."""

    name: str
    installed: bool
    loaded: bool
    circuit: Annotated[str, Field(description="closed, open (left alone for a while), half_open")]


@dataclass(frozen=True, slots=True)
class Models:
    """The language models. `answers` takes the next question; empty if none can."""

    models: list[Model]
    answers: str
    reachable: bool
    warming: bool
    running: Annotated[int, Field(ge=0, description="Questions that a model is writing for")]
    waiting: Annotated[int, Field(ge=0, description="Questions in line")]


_REQUEST: TypeAdapter[QueryRequest] = TypeAdapter(QueryRequest)


def read_request(body: bytes) -> QueryRequest:
    """The request in `body`. Raises ValueError with what is wrong, for the caller.

    A name that is there twice is refused, since another reader would take the other one.
    """
    try:
        fields = json.loads(body.decode(), object_pairs_hook=_once, parse_constant=_no_constant)
        return _REQUEST.validate_python(fields)
    except ValidationError as error:
        faults = (f"`{_place(each['loc'])}`: {each['msg']}" for each in error.errors()[:5])
        raise ValueError("; ".join(faults)) from None
    except RecursionError:
        raise ValueError("The JSON is nested too deep.") from None
    except UnicodeDecodeError:
        raise ValueError("The body is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"The body is not JSON: {error}.") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("A field is there twice.")
    return fields


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON.")


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location)) or "body"
