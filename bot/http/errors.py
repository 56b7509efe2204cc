"""What the HTTP API answers when it does not answer.

HttpError
├── Unauthorized      401  no token, or one that does not hold
├── Forbidden         403  the token is good, but not for this
├── NotFound          404  no such event
├── TooLarge          413  the body
└── Unprocessable     422  the body's form
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class HttpError(Exception):
    """One of the errors above; its text is for the caller."""

    status = 500
    code = "error"


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


class TooLarge(HttpError):
    """The body is longer than any question needs."""

    status = 413
    code = "too_large"


class Unprocessable(HttpError):
    """The body is not what the contract says."""

    status = 422
    code = "invalid_body"


def problem(
    status: int,
    code: str,
    message: str,
    headers: dict[str, str] | None = None,
    **more: object,
) -> JSONResponse:
    """The one form of an error body; `more` stands beside code and message."""
    body = {"error": {"code": code, "message": message, **more}}
    return JSONResponse(body, status_code=status, headers=headers)


async def on_http_error(_request: Request, error: Exception) -> Response:
    """Starlette's handler for HttpError."""
    if not isinstance(error, HttpError):
        raise error
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, Unauthorized) else None
    return problem(error.status, error.code, str(error), headers)
