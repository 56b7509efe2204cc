"""Each example of docs/api.md runs as it stands there, against the server."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from pathlib import Path

import pytest

from bot.http import openapi
from bot.http.errors import Unauthorized, problem
from tests.http.conftest import SECRET, USER, Front

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()


def examples(language: str) -> list[str]:
    """The page's blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


async def test_the_program_prints_rows(front: Front, port: int) -> None:
    """A caller can begin with it."""
    [program] = examples("python")
    environment = os.environ | {
        "BOT_URL": f"http://127.0.0.1:{port}",
        "NO_PROXY": "127.0.0.1",
        "JWT_SECRET": SECRET,
        "USER_ID": str(USER),
        "EVENT_ID": str(front.house.sample.events[0].id),
    }
    run = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, env=environment, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await run.communicate()
    assert run.returncode == 0
    assert said.decode().count("'team':") == 5


@pytest.mark.parametrize("example", examples("http"), ids=lambda text: text.split(" HTTP")[0])
async def test_each_request_is_answered(front: Front, port: int, example: str) -> None:
    """200 as the page says, with what it says of the body."""
    front.house.ollama.answers["How many teams"] = "SELECT count(*) AS teams FROM teams"
    filled = (
        example.replace("TOKEN", front.token()["Authorization"].removeprefix("Bearer "))
        .replace("USER_ID", str(USER))
        .replace("EVENT_ID", str(front.house.sample.events[0].id))
    )
    head, _, body = filled.partition("\n\n")
    lines = [*head.splitlines(), "Connection: close"]
    if body.strip():
        lines.append(f"Content-Length: {len(body)}")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(("\r\n".join(lines) + f"\r\n\r\n{body if body.strip() else ''}").encode())
        answer = (await asyncio.wait_for(reader.read(), 30)).decode()
    finally:
        writer.close()
    assert answer.startswith("HTTP/1.1 200")
    assert "event: result" in answer or '"status":"' in answer


def test_the_error_on_the_page_is_one() -> None:
    """Its fields are those of every error."""
    [shown] = map(json.loads, examples("json"))
    said = problem(401, Unauthorized.code, "The token has expired. Sign in again.")
    assert json.loads(bytes(said.body)) == shown


def test_every_status_is_on_the_page() -> None:
    """What OpenAPI lists, a reader finds."""
    statuses = openapi.document()["paths"]["/api/v1/analytics/query"]["post"]["responses"]
    missing = [status for status in statuses if status != "200" and status not in PAGE]
    assert missing == []
