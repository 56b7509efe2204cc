"""The HTTP application: health, metrics, the analytics API, and Slack's request URL beside them."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from bot.answering import Answering
from bot.http import docs, openapi
from bot.http.analytics import Api
from bot.http.edge import Edge
from bot.http.errors import HttpError, on_http_error, on_starlette_error, problem
from bot.http.health import Health
from bot.http.token import TokenRules
from bot.traces import OFF, Traces

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_CLOSED = "Set JWT_SECRET or JWT_JWKS_URL to open the analytics API."


def build_http(
    answering: Answering,
    registry: CollectorRegistry,
    health: Health,
    rules: TokenRules | None,
    more: Sequence[BaseRoute] = (),
    traces: Traces = OFF,
) -> Starlette:
    """Put the routes together. Without token rules the analytics API answers 503."""
    api = Api(answering, rules, traces) if rules is not None else None

    async def metrics(_request: Request) -> Response:
        return PlainTextResponse(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    async def query(request: Request) -> ASGIApp:
        return await api.query(request) if api else problem(503, "not_configured", _CLOSED)

    async def models(request: Request) -> Response:
        return await api.models(request) if api else problem(503, "not_configured", _CLOSED)

    document = openapi.document()
    readable = docs.page(document)

    async def as_json(_request: Request) -> Response:
        return JSONResponse(document)

    async def as_page(_request: Request) -> Response:
        return HTMLResponse(readable, headers={"Content-Security-Policy": _POLICY})

    app = Starlette(
        routes=[
            Route("/healthz", health.healthz),
            Route("/readyz", health.readyz),
            Route("/metrics", metrics),
            Route("/api/v1/analytics/query", query, methods=["POST"]),
            Route("/api/v1/models", models),
            Route(openapi.PATH, as_json),
            Route(openapi.DOCS_PATH, as_page),
            *more,
        ],
        middleware=[Middleware(Edge)],
        exception_handlers={HttpError: on_http_error, HTTPException: on_starlette_error},
    )
    # Its address would be made of the request's own Host header.
    app.router.redirect_slashes = False
    return app
