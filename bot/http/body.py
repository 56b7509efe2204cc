"""The body of a request: of the right type, not too long, not too slow."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

from bot.http.contract import QueryRequest, read_request
from bot.http.errors import BadRequest, TooLarge, TooSlow, WrongType

BODY_LIMIT = 16_384
"""The longest body taken, in bytes."""

BODY_SECONDS = 10.0
"""How long a body may take to arrive."""


async def read_query(request: Request) -> QueryRequest:
    """The question in the request. Raises BadRequest, TooLarge, TooSlow, WrongType."""
    media, _, parameters = request.headers.get("content-type", "").partition(";")
    if media.strip().casefold() != "application/json" or not _utf8(parameters):
        raise WrongType("Send `Content-Type: application/json`, in UTF-8.")
    if request.headers.get("content-encoding", "identity").casefold() != "identity":
        raise WrongType("Send the body without Content-Encoding.")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await _body(request)
    except TimeoutError:
        raise TooSlow(f"The body took longer than {BODY_SECONDS:.0f} seconds.") from None
    except ClientDisconnect:
        raise BadRequest("The body broke off.") from None
    try:
        return read_request(body)
    except ValueError as error:
        raise BadRequest(f"{error} See /api/v1/docs for what to send.") from None


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise TooLarge(f"The body may have up to {BODY_LIMIT} bytes.")
    return body


def _utf8(parameters: str) -> bool:
    name, _, value = parameters.strip().casefold().partition("=")
    return name != "charset" or value.strip('"') in {"utf-8", "utf8"}
