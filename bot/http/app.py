"""The HTTP application: health, metrics, the analytics API, and Slack's request URL beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.answering import Answering
from bot.http import analytics
from bot.http.errors import HttpError, on_http_error, problem
from bot.http.health import Check, look
from bot.http.token import TokenRules


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
        found = await look(checks)
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
