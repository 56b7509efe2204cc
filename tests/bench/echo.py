"""The reference: a bare Bolt app that answers a mention with `say`, under uvicorn, one session."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def build() -> Starlette:
    """The app; its client gets the shared session once the loop runs."""
    client = AsyncWebClient(os.environ["SLACK_BOT_TOKEN"], os.environ["SLACK_API_URL"])
    app = AsyncApp(client=client, signing_secret=os.environ["SLACK_SIGNING_SECRET"])

    @app.event("app_mention")
    async def echo(event: dict[str, Any], say: Any) -> None:
        await say(text=event["text"], thread_ts=event["ts"])

    @app.event("message")
    async def ignore() -> None:
        pass

    handler = AsyncSlackRequestHandler(app)

    async def events(request: Request) -> Response:
        return await handler.handle(request)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as session:
            client.session = session
            yield

    return Starlette(routes=[Route("/slack/events", events, methods=["POST"])], lifespan=lifespan)


if __name__ == "__main__":
    uvicorn.run(build(), port=int(os.environ["HTTP_PORT"]), log_level="warning")
