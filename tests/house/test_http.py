"""The HTTP API of the bot as a process."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from typing import Any

import httpx
import jwt

from bot.demo.sample import SampleDatabase
from tests.plugins.office import Office

SECRET = "s" * 32
WORDS = "the first three teams?"


def address(office: Office) -> str:
    """Where the bot listens."""
    return f"http://127.0.0.1:{office.environment['HTTP_PORT']}"


async def ready(client: httpx.AsyncClient) -> dict[str, Any]:
    """What `/readyz` says once all is well."""
    while True:
        said = await client.get("/readyz")
        if said.status_code == 200:
            found: dict[str, Any] = said.json()
            return found
        await asyncio.sleep(0.1)


async def working(client: httpx.AsyncClient) -> dict[str, Any]:
    """What `/healthz` says once jobs are taken."""
    while True:
        found: dict[str, Any] = (await client.get("/healthz")).json()
        if found["worker_seconds"] is not None:
            return found
        await asyncio.sleep(0.1)


async def test_the_process_tells_how_it_is_and_logs_a_question_without_its_words(
    office: Office, tournament: SampleDatabase
) -> None:
    """Alive with its worker and its connection; one line a question, under the caller's id."""
    user, event = str(uuid.uuid4()), str(tournament.events[0].id)
    office.environment["JWT_SECRET"] = SECRET
    claims = {"sub": user, "role": "admin", "exp": time.time() + 600}
    headers = {
        "Authorization": f"Bearer {jwt.encode(claims, SECRET, algorithm='HS256')}",
        "X-Request-ID": "from-the-caller",
    }
    asked = {"question": WORDS, "user_id": user, "event_id": event}
    async with (
        office.bot(),
        httpx.AsyncClient(base_url=address(office), trust_env=False, timeout=60) as client,
    ):
        found = await asyncio.wait_for(ready(client), 60)
        assert set(found["checks"]) == {"database", "store", "language model", "slack"}
        life = await asyncio.wait_for(working(client), 60)
        assert life["status"] == "ok"
        assert life["worker_seconds"] < 60
        assert life["socket_ping_seconds"] is not None
        said = await client.post("/api/v1/analytics/query", json=asked, headers=headers)
        assert (said.status_code, len(said.json()["results"])) == (200, 3)
    lines = [json.loads(line) for line in office.log.read_text().splitlines() if "{" in line]
    [line] = [each for each in lines if each.get("event") == "question"]
    assert (line["surface"], line["outcome"], line["rows"]) == ("http", "answer", 3)
    assert line["request_id"] == "from-the-caller"
    assert WORDS not in office.log.read_text()
