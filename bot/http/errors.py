"""What the HTTP API answers when it does not answer.

HttpError
├── BadRequest        400  the body is not what the contract says
├── Unauthorized      401  no token, or one that does not hold
├── Forbidden         403  the token is good, but not for this
├── NotFound          404  no such event
├── TooSlow           408  the body did not come in time
├── TooLarge          413  the body is longer than any question needs
├── WrongType         415  the body is not JSON
└── Unavailable       503  something is down, or too many ask at once; Retry-After says when

A question that is refused is no HttpError: `analytics` gives its code as 422, 429, 500 or 503.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import ClassVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.http.contract import Choice, ErrorBody, Problem


class HttpError(Exception):
    """One of the errors above; its text is for the caller, `retry_after` in seconds."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "error"

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BadRequest(HttpError):
    """The body is not what the contract says."""

    status = 400
    code = "invalid_body"


class Unauthorized(HttpError):
    """No token, or one that does not hold."""

    status = 401
    code = "unauthorized"


class Forbidden(HttpError):
    """The token is good, but not for this."""

    status = 403
    code = "forbidden"


class NotFound(HttpError):
    """No such event."""

    status = 404
    code = "not_found"


class TooSlow(HttpError):
    """The body did not come in time."""

    status = 408
    code = "too_slow"


class TooLarge(HttpError):
    """The body is longer than any question needs."""

    status = 413
    code = "too_large"


class WrongType(HttpError):
    """The body is not JSON."""

    status = 415
    code = "wrong_type"


class Unavailable(HttpError):
    """Something is down, or too many ask at once."""

    status = 503
    code = "unavailable"


def problem(
    status: int,
    code: str,
    message: str,
    retry_after: float | None = None,
    choices: Sequence[Choice] = (),
) -> JSONResponse:
    """The one form of an error."""
    headers = {}
    if retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(retry_after)))
    if status == Unauthorized.status:
        headers["WWW-Authenticate"] = "Bearer"
    body = asdict(ErrorBody(Problem(code, message, list(choices))))
    return JSONResponse(body, status_code=status, headers=headers)


async def on_http_error(_request: Request, error: Exception) -> Response:
    """Starlette's handler for HttpError."""
    assert isinstance(error, HttpError)
    return problem(error.status, error.code, str(error), error.retry_after)


async def on_starlette_error(_request: Request, error: Exception) -> Response:
    """Starlette's own errors (no such page, no such method) in our form."""
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    answer = problem(status, status.name.lower(), f"{status.phrase}.")
    answer.headers.update(error.headers or {})
    return answer
