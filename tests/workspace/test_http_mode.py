"""Signed HTTP delivery: a Bolt app behind Starlette, its signature check, retries, commands."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.demo.workspace import PageError, Workspace
from bot.demo.workspace.events import sign
from tests.oracle.check import check
from tests.workspace.conftest import MANIFEST


class _Server(uvicorn.Server):
    """A server that leaves signals to pytest."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


@contextlib.asynccontextmanager
async def serving(app: Starlette, listener: socket.socket) -> AsyncIterator[None]:
    """Serve `app` on a socket that listens already."""
    server = _Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


@pytest.fixture
def listener() -> socket.socket:
    """A socket that listens on a free port."""
    return socket.create_server(("127.0.0.1", 0))


@pytest.fixture
async def workspace(listener: socket.socket) -> AsyncIterator[Workspace]:
    """A workspace that delivers to the socket, with short waits between tries."""
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/slack/events"
    async with Workspace(
        manifest=MANIFEST,
        limited=False,
        inspect=check,
        request_url=url,
        retries=(0, 0, 0.05, 0.1),
        ack_seconds=5,
    ) as made:
        yield made


@pytest.fixture
def bolt(workspace: Workspace) -> AsyncApp:
    """An app that checks signatures."""
    client = AsyncWebClient(workspace.bot_token, base_url=workspace.api_url)
    return AsyncApp(client=client, signing_secret=workspace.signing_secret)


def web(app: AsyncApp) -> Starlette:
    """Return the app behind a route, as in production."""
    handler = AsyncSlackRequestHandler(app)

    async def endpoint(request: Request) -> Response:
        return await handler.handle(request)

    return Starlette(routes=[Route("/slack/events", endpoint, methods=["POST"])])


async def test_signed_events_commands_and_clicks_arrive(
    workspace: Workspace, bolt: AsyncApp, listener: socket.socket
) -> None:
    """Bolt accepts the signature of all three kinds of delivery."""
    button = {
        "type": "button",
        "action_id": "go",
        "text": {"type": "plain_text", "text": "Go"},
    }

    @bolt.event("app_mention")
    async def mention(event: Any, say: Any) -> None:
        blocks = [{"type": "actions", "elements": [button]}]
        await say(text="here", blocks=blocks, thread_ts=event["ts"])

    @bolt.command("/stats")
    async def stats(ack: Any) -> None:
        await ack("privately")

    @bolt.action("go")
    async def go(ack: Any, say: Any) -> None:
        await ack()
        await say("gone")

    async with serving(web(bolt), listener):
        ts = workspace.post("maya", "general", "@Game Stats hello")
        replies = await workspace.until(lambda: workspace.replies("general", ts))
        await workspace.click("maya", "general", replies[0], "go")
        await workspace.until(lambda: workspace.messages("general")[-1]["text"] == "gone")
        await workspace.command("maya", "general", "/stats")
    assert workspace.ephemerals("maya", "general")[0]["text"] == "privately"


async def test_a_failing_app_gets_the_event_again(
    workspace: Workspace, listener: socket.socket
) -> None:
    """An event that is answered with an error comes again, numbered, with the same body."""
    seen = []

    async def endpoint(request: Request) -> Response:
        body = await request.json()
        if body["event"]["type"] == "message":  # a mention comes as a message too
            return Response()
        seen.append((request.headers.get("x-slack-retry-num"), body["event_id"]))
        workspace.state.touch()
        return Response(status_code=500 if len(seen) < 3 else 200)

    app = Starlette(routes=[Route("/slack/events", endpoint, methods=["POST"])])
    async with serving(app, listener):
        workspace.post("maya", "general", "@Game Stats hello")
        await workspace.until(lambda: len(seen) == 3)
        await workspace.until(lambda: not workspace.outbox.running)
    assert [number for number, _ in seen] == [None, "1", "2"]
    assert len({event_id for _, event_id in seen}) == 1


async def test_a_missing_app_fails_a_command_and_loses_an_event_at_last(
    workspace: Workspace, listener: socket.socket
) -> None:
    """The person is told that the command failed; the event is given up after its last try."""
    listener.close()
    with pytest.raises(PageError, match="did not answer"):
        await workspace.command("maya", "general", "/stats")
    workspace.post("maya", "general", "@Game Stats hello")
    await workspace.until(lambda: workspace.outbox.undelivered)


async def test_another_secret_is_refused(workspace: Workspace, listener: socket.socket) -> None:
    """Bolt refuses what is signed with another secret."""
    client = AsyncWebClient(workspace.bot_token, base_url=workspace.api_url)
    app = AsyncApp(client=client, signing_secret="another")
    async with serving(web(app), listener):
        with pytest.raises(PageError):
            await workspace.command("maya", "general", "/stats")


async def test_the_signature_is_slacks() -> None:
    """The example of Slack's documentation comes out as printed there."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    assert sign("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body) == (
        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    )
