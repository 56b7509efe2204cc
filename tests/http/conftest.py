"""The HTTP application on the whole house: in process, and as a server on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
import pytest
from starlette.types import ASGIApp

from bot.demo.servers.process import free_port
from bot.http import Health, TokenRules, build_http
from bot.http.server import new_server
from tests.plugins.house import House

SECRET = "s" * 32
USER = uuid.UUID(int=7)
QUERY = "/api/v1/analytics/query"


async def well() -> None:
    """A dependency that is up."""


@dataclass(frozen=True)
class Front:
    """The application, and what a caller needs."""

    house: House
    app: ASGIApp

    def token(self, **claims: Any) -> dict[str, str]:
        """An Authorization header; claims replace the usual ones."""
        usual = {
            "sub": str(USER),
            "exp": time.time() + 3600,
            "role": "spectator",
            "events": [str(self.house.sample.events[0].id)],
        }
        return {"Authorization": f"Bearer {jwt.encode(usual | claims, SECRET, algorithm='HS256')}"}

    def body(self, **fields: Any) -> dict[str, Any]:
        """A good body; fields replace the usual ones."""
        usual = {
            "question": "Top 5 teams by spirit score",
            "user_id": str(USER),
            "event_id": str(self.house.sample.events[0].id),
        }
        return usual | fields

    def opened(self) -> httpx.AsyncClient:
        """A client of the app, in process."""
        transport = httpx.ASGITransport(app=self.app)
        return httpx.AsyncClient(transport=transport, base_url="http://bot")


@pytest.fixture
def front(house: House) -> Front:
    """The application with HS256 tokens."""
    health, registry = Health({"one": well}), house.app.metrics.registry
    return Front(house, build_http(house.app.answering, registry, health, TokenRules(SECRET)))


@pytest.fixture
async def client(front: Front) -> AsyncIterator[httpx.AsyncClient]:
    """A client of it, in process."""
    async with front.opened() as opened:
        yield opened


@contextlib.asynccontextmanager
async def listening(app: ASGIApp) -> AsyncIterator[int]:
    """The server that the bot runs, on loopback for the block; gives its port."""
    port = free_port()
    server = new_server(app)
    server.config.port = port
    task = asyncio.create_task(server.serve())
    # uvicorn has no event for "I listen".
    while not server.started and not task.done():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    try:
        yield port
    finally:
        server.should_exit = True
        await task


@pytest.fixture
async def port(front: Front) -> AsyncIterator[int]:
    """The port of the application as a server."""
    async with listening(front.app) as port:
        yield port
