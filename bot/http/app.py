"""The HTTP application: health, metrics, the analytics API, and Slack's request URL beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.answering import Answering
from bot.http import analytics
from bot.http.errors import HttpError, on_http_error, problem
from bot.http.token import TokenRules

Check = Callable[[], Awaitable[object]]
"""Returns when a dependency is well, raises when it is not."""

_CHECK_SECONDS = 3.0


def build_http(
    answering: Answering,
    registry: CollectorRegistry,
    checks: Mapping[str, Check],
    rules: TokenRules | None,
    more: Sequence[BaseRoute] = (),
) -> Starlette:
    """Put the routes together. Without token rules the analytics API answers 503."""

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_request: Request) -> Response:
        states = await asyncio.gather(*(_state(check) for check in checks.values()))
        found = dict(zip(checks, states, strict=True))
        well = all(state == "ok" for state in found.values())
        return JSONResponse(found, status_code=200 if well else 503)

    async def metrics(_request: Request) -> Response:
        return PlainTextResponse(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    async def query(request: Request) -> Response:
        if rules is None:
            return problem(503, "not_configured", "Set JWT_SECRET to open the analytics API.")
        return await analytics.query(request, answering, rules)

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
            Route("/api/v1/analytics/query", query, methods=["POST"]),
            *more,
        ],
        exception_handlers={HttpError: on_http_error},
    )


async def _state(check: Check) -> str:
    try:
        await asyncio.wait_for(check(), _CHECK_SECONDS)
    except Exception as error:  # noqa: BLE001 - whatever is wrong, readiness names it
        return type(error).__name__
    return "ok"
