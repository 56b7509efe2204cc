"""The surface around the questions: durable before the ack, HTTP mode, stopping, being watched."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import httpx
import pytest
import structlog
import uvicorn
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette

from bot.demo.workspace import Workspace
from bot.domain import Outcome, Question, Report
from bot.jobs import Jobs
from bot.metrics import new_metrics
from bot.slack import SlackSurface
from bot.slack.errors import (
    BlocksRejectedError,
    CallRejectedError,
    ChannelClosedError,
    RateLimitedError,
    SlackDownError,
    TokenRefusedError,
    translated,
)
from bot.slack.render.ask import ASK_ABOUT
from bot.slack.web import open_web
from bot.store import StoreDown
from tests.oracle.check import check
from tests.slack.conftest import MANIFEST, Scene, running, top_teams


def count(scene: Scene, method: str, result: str) -> float:
    """How often a call ended so, by the metrics."""
    return scene.metrics.slack_calls.labels(method, result)._value.get()


async def test_a_question_is_queued_before_the_ack(workspace: Workspace, redis_url: str) -> None:
    """With no worker at all the event is acknowledged and waits in the queue."""
    async with running(workspace, redis_url, work=False) as scene:
        workspace.post("maya", "general", "@Game Stats top 5")
        await waiting(scene.jobs, 1)
    async with running(workspace, redis_url) as later:
        await workspace.until(lambda: workspace.calls("chat.update"))
        assert len(later.answering.asked) == 1


async def waiting(jobs: Jobs, depth: int) -> None:
    """Wait until so many jobs wait."""
    async with asyncio.timeout(30):
        while await jobs.depth() != depth:  # noqa: ASYNC110 (Redis has no event for this)
            await asyncio.sleep(0.02)


async def test_an_event_that_cannot_be_queued_is_delivered_again(redis_url: str) -> None:
    """While the queue is down there is no ack; Slack's retry finds it up."""
    async with (
        Workspace(
            manifest=MANIFEST, limited=False, inspect=check, ack_seconds=0.5, retries=(0, 0, 0.5)
        ) as workspace,
        running(workspace, redis_url) as scene,
    ):
        put, tries = scene.jobs.put, []

        async def down(name: str, payload: Mapping[str, object], id: str) -> bool:  # noqa: A002
            tries.append(id)
            if len(tries) < 3:
                raise StoreDown("no")
            return await put(name, payload, id)

        scene.jobs.put = down  # type: ignore[method-assign]
        await scene.ask()
        assert len(set(tries)) == 1
        assert len(scene.answering.asked) == 1


async def test_an_event_is_not_lost_while_slack_does_not_say_who_we_are(redis_url: str) -> None:
    """When auth.test fails the event stays unacknowledged and comes again."""
    async with (
        Workspace(
            manifest=MANIFEST, limited=False, inspect=check, ack_seconds=0.5, retries=(0, 0, 0.5)
        ) as workspace,
        running(workspace, redis_url) as scene,
    ):
        scene.slack.rooms.people._bot = None
        workspace.fail_next("auth.test", "fatal_error")
        await scene.ask()
        assert len(scene.answering.asked) == 1


async def test_tokens_that_slack_refuses_are_tried_until_it_takes_them(
    workspace: Workspace, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong token is a line in the log, not a traceback, and the bot comes once it is mended."""
    monkeypatch.setattr("bot.slack.app.RETRY_SECONDS", 0.05)
    workspace.fail_next("auth.test", "invalid_auth")
    workspace.fail_next("apps.connections.open", "invalid_auth")
    with structlog.testing.capture_logs() as lines:
        async with running(workspace, redis_url) as scene:
            await scene.ask()
    waits = [line for line in lines if line["event"] == "slack_waits"]
    assert [(line["call"], line["reason"]) for line in waits] == [
        ("auth.test", "invalid_auth"),
        ("apps.connections.open", "invalid_auth"),
    ]
    assert len(workspace.calls("apps.connections.open")) == 2


async def test_everything_subscribed_is_acknowledged(scene: Scene) -> None:
    """Events without a surface (Home, plain messages, edits) are taken without a word."""
    scene.workspace.gestures.open_home(scene.workspace.person("maya"))
    greeting = scene.workspace.post("maya", "general", "hello everybody")
    direct = scene.workspace.direct("sam", "first question")
    place = scene.workspace.state.direct(scene.workspace.person("sam")).id
    await scene.reply(place, direct)
    scene.workspace.edit("maya", "general", greeting, "hello all")
    await scene.ask()
    assert scene.workspace.outbox.undelivered == []
    assert len(scene.answering.asked) == 2


@asynccontextmanager
async def served(surface: SlackSurface, listener: socket.socket) -> AsyncIterator[None]:
    """Serve the surface's routes by HTTP."""
    app = Starlette(routes=surface.routes())
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def by_http(redis_url: str) -> AsyncIterator[tuple[Scene, str]]:
    """A bot that gets its events by signed HTTP, and its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/slack/events"
    async with (
        Workspace(manifest=MANIFEST, limited=False, inspect=check, request_url=url) as workspace,
        running(workspace, redis_url, socket=False) as scene,
        served(scene.slack, listener),
    ):
        yield scene, url


async def test_http_mode_answers_mentions_commands_and_clicks(redis_url: str) -> None:
    """The same bot works with signed requests instead of a socket."""
    async with by_http(redis_url) as (scene, _):
        found = await scene.ask()
        assert found["blocks"][1]["type"] == "data_table"
        await scene.workspace.click("sam", "general", found, "show_sql")
        await scene.workspace.until(lambda: scene.workspace.view("sam"))
        await scene.workspace.command("maya", "general", "/stats top 5")
        await scene.whisper("maya")
        ts = scene.workspace.post("maya", "general", "top 5 teams")
        await scene.workspace.message_shortcut("sam", "general", ts, ASK_ABOUT)
        await scene.reply("general", ts)
        scene.workspace.edit("maya", "general", ts, "@Game Stats top 3 teams")
        await scene.workspace.until(lambda: len(scene.workspace.replies("general", ts)) == 2)
        await scene.idle()


async def test_unsigned_and_forged_requests_are_refused(redis_url: str) -> None:
    """Without Slack's signature, or with an old one, nothing is queued."""
    async with by_http(redis_url) as (scene, url):
        event = {"type": "app_mention", "channel": "C1", "ts": "1.0", "text": "x", "user": "U1"}
        team = scene.workspace.state.team
        body = json.dumps({"type": "event_callback", "team_id": team, "event": event})
        old = str(int(time.time()) - 600)
        verifier = SignatureVerifier(scene.workspace.signing_secret)
        stale = verifier.generate_signature(timestamp=old, body=body) or ""
        async with httpx.AsyncClient() as client:
            for headers in (
                {},
                {"x-slack-request-timestamp": str(int(time.time())), "x-slack-signature": "v0=0"},
                {"x-slack-request-timestamp": old, "x-slack-signature": stale},
            ):
                sent = {"content-type": "application/json", **headers}
                assert (await client.post(url, content=body, headers=sent)).status_code == 401
        assert await scene.jobs.depth() == 0


async def test_without_a_signing_secret_nothing_listens_to_http(scene: Scene) -> None:
    """An empty secret would let anybody sign."""
    object.__setattr__(scene.slack.config, "signing_secret", "")
    assert scene.slack.routes() == []


async def test_a_stop_waits_for_running_listeners(workspace: Workspace, redis_url: str) -> None:
    """A click that is being handled is finished before the connection closes."""
    begun, go = asyncio.Event(), asyncio.Event()
    async with running(workspace, redis_url) as scene:
        found = await scene.ask()
        stored = scene.answering.stored

        async def slow(question_id: str, /) -> Any:
            begun.set()
            await go.wait()
            return await stored(question_id)

        object.__setattr__(scene.slack.rooms, "answering", Slowed(scene, slow))
        click = asyncio.create_task(workspace.click("sam", "general", found, "show_sql"))
        await begun.wait()
        asyncio.get_running_loop().call_later(0.3, go.set)
    await click
    assert workspace.view("sam") is not None


class Slowed:
    """The answers, with a look-up that waits."""

    def __init__(self, scene: Scene, stored: Callable[[str], Awaitable[Any]]) -> None:
        self.stored = stored


async def test_the_check_follows_the_connection(workspace: Workspace, redis_url: str) -> None:
    """It passes while Slack answers pings, and fails without a connection."""
    async with running(workspace, redis_url) as scene:
        async with asyncio.timeout(30):
            while scene.slack.ping_age() is None:  # noqa: ASYNC110 (the SDK has no event for it)
                await asyncio.sleep(0.02)
        await scene.slack.check()
    with pytest.raises(SlackDownError):
        await scene.slack.check()


async def test_calls_are_counted_by_result(scene: Scene) -> None:
    """Every call counts, a failed one by its kind."""
    scene.workspace.fail_next("chat.update", "invalid_blocks")
    await scene.ask()
    await scene.idle()
    assert count(scene, "chat.postMessage", "ok") == 1
    assert count(scene, "chat.update", "BlocksRejected") == 1
    assert count(scene, "chat.update", "ok") == 1


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("fatal_error", SlackDownError),
        ("ratelimited", RateLimitedError),
        ("invalid_blocks", BlocksRejectedError),
        ("not_in_channel", ChannelClosedError),
        ("token_revoked", TokenRefusedError),
        ("something_new", CallRejectedError),
    ],
)
async def test_slacks_errors_become_ours(workspace: Workspace, code: str, kind: type) -> None:
    """Each family of Slack's errors has one class; nothing of the SDK's comes through."""
    async with open_web(workspace.bot_token, workspace.api_url, new_metrics()) as web:
        waits = 99 if code == "ratelimited" else None
        workspace.fail_next("chat.postMessage", code, retry_after=waits)
        place = workspace.channel("general").id
        with pytest.raises(kind):
            await web.call("chat.postMessage", channel=place, text="x")


async def test_a_long_wait_is_the_callers(workspace: Workspace) -> None:
    """A Retry-After beyond the client's patience comes back at once, with its length."""
    async with open_web(workspace.bot_token, workspace.api_url, new_metrics()) as web:
        workspace.fail_next("chat.postMessage", "ratelimited", retry_after=99)
        place = workspace.channel("general").id
        with pytest.raises(RateLimitedError) as caught:
            await web.call("chat.postMessage", channel=place, text="x")
        assert caught.value.retry_after == 99
        assert len(workspace.calls("chat.postMessage")) == 1
        counted = web.metrics.registry.get_sample_value("gamestats_bot_slack_rate_limited_total")
        assert counted == 1


async def test_a_short_wait_is_sat_out_and_counted(workspace: Workspace) -> None:
    """A call that Slack refused for a second is made again, and its 429 is measured."""
    async with open_web(workspace.bot_token, workspace.api_url, new_metrics()) as web:
        workspace.fail_next("chat.postMessage", "ratelimited", retry_after=1)
        place = workspace.channel("general").id
        await web.call("chat.postMessage", channel=place, text="x")
        registry = web.metrics.registry
        assert registry.get_sample_value("gamestats_bot_slack_rate_limited_total") == 1
        labels = {"method": "chat.postMessage", "result": "ok"}
        assert registry.get_sample_value("gamestats_bot_slack_calls_total", labels) == 1


async def test_a_broken_connection_is_an_outage() -> None:
    """No server, no answer: SlackDownError, and a post is tried once only."""
    tries = 0

    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal tries
        tries += 1
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, open_web("xoxb-1", f"http://127.0.0.1:{port}/", new_metrics()) as web:
        with pytest.raises(SlackDownError):
            await web.call("chat.postMessage", channel="C1", text="x")
        assert tries == 1
        with pytest.raises(SlackDownError):
            await web.call("chat.update", channel="C1", ts="1.0", text="x")
        assert tries == 3


def test_the_network_is_translated_in_one_place() -> None:
    """What aiohttp raises becomes an outage that names the call."""
    with pytest.raises(SlackDownError) as caught, translated("chat.update"):
        raise aiohttp.ServerDisconnectedError
    assert caught.value.method == "chat.update"


async def test_every_listener_is_quick_about_its_ack(scene: Scene) -> None:
    """A slow answer does not hold up the ack: the event is not delivered again."""

    async def slow(question: Question, report: Report) -> Outcome:
        await asyncio.sleep(4)
        return await top_teams(question, report)

    scene.answering.answerer = slow
    await scene.ask()
    assert len(scene.answering.asked) == 1
    assert scene.workspace.outbox.undelivered == []
