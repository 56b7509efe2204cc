"""More of Slack's behaviour: several connections, retries, view stacks, streams, statuses, ids."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace import PageError, Workspace
from tests.oracle.check import check
from tests.workspace.conftest import MANIFEST, socket_mode
from tests.workspace.gallery import MODAL, plain

Json = dict[str, Any]


def modal(title: str, **more: Any) -> Json:
    """Return a small modal."""
    blocks = [{"type": "section", "text": plain(title)}]
    return {
        "type": "modal",
        "callback_id": title,
        "title": plain(title),
        "submit": plain("On"),
        "blocks": blocks,
        **more,
    }


async def test_an_event_goes_to_one_of_two_connections(workspace: Workspace, app: AsyncApp) -> None:
    """Two processes share the events; none is seen twice."""
    heard: list[str] = []

    @app.event("app_mention")
    async def answer(event: Json) -> None:
        heard.append(event["text"].split()[-1])
        workspace.state.touch()

    @app.event("message")
    async def pass_by() -> None:
        """A mention comes as a message too."""

    second = AsyncSocketModeHandler(app, workspace.app_token)
    async with socket_mode(app, workspace):
        await second.connect_async()
        await workspace.until(lambda: len(workspace.socket_mode.sockets) == 2)
        for number in range(6):
            workspace.post("maya", "general", f"@Game Stats {number}")
        await workspace.until(lambda: len(heard) >= 6)
        await workspace.until(lambda: not workspace.outbox.running)
        await second.close_async()
    assert sorted(heard) == ["0", "1", "2", "3", "4", "5"]


async def test_an_event_without_ack_comes_again_over_socket_mode() -> None:
    """An app without a listener acknowledges nothing; the event is tried as often as told."""
    async with Workspace(
        manifest=MANIFEST, limited=False, ack_seconds=0.2, retries=(0, 0, 0.05)
    ) as workspace:
        client = AsyncWebClient(workspace.bot_token, base_url=workspace.api_url)
        app = AsyncApp(client=client, raise_error_for_unhandled_request=False)
        async with socket_mode(app, workspace):
            workspace.post("maya", "general", "@Game Stats hello")
            await workspace.until(lambda: len(workspace.outbox.undelivered) == 2)
        kinds = {one["event"]["type"] for one in workspace.outbox.undelivered}
        assert kinds == {"app_mention", "message"}


async def test_an_event_waits_for_the_app_to_connect(workspace: Workspace, app: AsyncApp) -> None:
    """What was said just before the app came is heard."""

    @app.event("app_mention")
    async def answer(event: Json, say: Any) -> None:
        await say(text="here", thread_ts=event["ts"])

    ts = workspace.post("maya", "general", "@Game Stats hello")
    async with socket_mode(app, workspace):
        assert await workspace.until(lambda: workspace.replies("general", ts))


async def test_views_are_pushed_updated_and_cleared(workspace: Workspace, app: AsyncApp) -> None:
    """An ack may push a view, change it, and close all of them."""

    @app.command("/stats")
    async def stats(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal("first"))

    @app.view("first")
    async def first(ack: Any) -> None:
        await ack(response_action="push", view=modal("second"))

    @app.view("second")
    async def second(ack: Any) -> None:
        await ack(response_action="update", view=modal("third"))

    @app.view("third")
    async def third(ack: Any) -> None:
        await ack(response_action="clear")

    async with socket_mode(app, workspace):
        await workspace.command("maya", "general", "/stats")
        titles = []
        for _ in range(3):
            view = await workspace.until(lambda: workspace.view("maya"))
            titles.append(view["callback_id"])
            await workspace.submit("maya", view)
    assert titles == ["first", "second", "third"]
    assert workspace.view("maya") is None


async def test_closing_a_pushed_view_shows_the_one_below(
    workspace: Workspace, app: AsyncApp
) -> None:
    """A button in a modal pushes another; closing it tells the app and shows the first again."""
    closed: list[str] = []
    button = {"type": "button", "action_id": "more", "text": plain("More")}
    below = modal("below") | {"blocks": [{"type": "actions", "elements": [button]}]}

    @app.command("/stats")
    async def stats(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=below)

    @app.action("more")
    async def more(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_push(
            trigger_id=body["trigger_id"], view=modal("above", notify_on_close=True)
        )

    @app.view_closed("above")
    async def gone(ack: Any, view: Json) -> None:
        await ack()
        closed.append(view["callback_id"])

    async with socket_mode(app, workspace):
        await workspace.command("maya", "general", "/stats")
        view = await workspace.until(lambda: workspace.view("maya"))
        await workspace.click_in("maya", view, "more")
        above = await workspace.until(
            lambda: (top := workspace.view("maya")) and top["callback_id"] == "above" and top
        )
        await workspace.close("maya", above)
    assert closed == ["above"]
    assert workspace.view("maya")["callback_id"] == "below"


async def test_an_ephemeral_message_is_replaced_and_deleted(
    workspace: Workspace, app: AsyncApp
) -> None:
    """A click on what only one person sees may change it, and then take it away."""
    button = {"type": "button", "action_id": "go", "text": plain("Go")}
    blocks = [{"type": "actions", "elements": [button]}]

    @app.action("go")
    async def go(ack: Any, body: Json, respond: Any) -> None:
        await ack()
        assert body["container"]["is_ephemeral"]
        assert "message" not in body
        if body["actions"][0]["block_id"] == "again":
            await respond(delete_original=True)
        else:
            again = [blocks[0] | {"block_id": "again"}]
            await respond(text="once more", blocks=again, replace_original=True)

    async with socket_mode(app, workspace):
        await app.client.chat_postEphemeral(
            channel=workspace.channel("general").id,
            user=workspace.person("sam"),
            text="private",
            blocks=blocks,
        )
        (first,) = workspace.ephemerals("sam", "general")
        await workspace.click("sam", "general", first, "go")
        (second,) = await workspace.until(
            lambda: (
                (found := workspace.ephemerals("sam", "general"))
                and found[0]["text"] == "once more"
                and found
            )
        )
        assert second["ts"] == first["ts"]
        await workspace.click("sam", "general", second, "go")
        await workspace.until(lambda: not workspace.ephemerals("sam", "general"))
    with pytest.raises(PageError, match="gone"):
        await workspace.click("sam", "general", second, "go")


async def test_a_stream_grows_and_ends(workspace: Workspace, client: AsyncWebClient) -> None:
    """Text is added until the stream ends or is five minutes old."""
    now = [1_800_000_000.0]
    workspace.state.clock = lambda: now[0]
    place, ts = workspace.channel("general").id, workspace.post("maya", "general", "x")
    people = {"recipient_user_id": "U1", "recipient_team_id": workspace.state.team}
    started = await client.chat_startStream(channel=place, thread_ts=ts, **people)
    where = {"channel": place, "ts": started["ts"]}
    await client.chat_appendStream(markdown_text="one ", **where)
    await client.chat_stopStream(markdown_text="two", **where)
    assert workspace.replies("general", ts)[0]["text"] == "one two"
    with pytest.raises(SlackApiError, match="message_not_in_streaming_state"):
        await client.chat_appendStream(markdown_text="three", **where)
    late = await client.chat_startStream(channel=place, thread_ts=ts, **people)
    now[0] += 301
    with pytest.raises(SlackApiError, match="message_not_in_streaming_state"):
        await client.chat_appendStream(channel=place, ts=late["ts"], markdown_text="x")


async def test_a_complaint_of_the_inspector_ends_the_test() -> None:
    """What `inspect` raises comes out when the workspace is left."""

    async def careless() -> None:
        async with Workspace(manifest=MANIFEST, inspect=check) as workspace:
            client = AsyncWebClient(workspace.bot_token, base_url=workspace.api_url)
            await client.chat_postMessage(channel="general", text="x", colour="red")

    with pytest.raises(AssertionError, match="colour"):
        await careless()


async def test_ids_are_the_same_in_every_run() -> None:
    """An app's own data about a channel is good for the next run too; tokens are new."""
    async with Workspace(manifest=MANIFEST) as first, Workspace(manifest=MANIFEST) as second:
        assert first.channel("general").id == second.channel("general").id
        assert first.state.direct(first.person("maya")).id == (
            second.state.direct(second.person("maya")).id
        )
        assert first.state.team == second.state.team
        assert first.bot_token != second.bot_token


async def test_leaving_ends_everything(app: AsyncApp) -> None:
    """After the block no task runs and the port is free, even with a page's stream open."""
    before = asyncio.all_tasks()
    async with Workspace(manifest=MANIFEST) as workspace:
        host, port = workspace.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /_workspace/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await reader.readuntil(b"retry: 1000")
        workspace.post("maya", "general", "@Game Stats, are you there?")
    writer.close()
    assert asyncio.all_tasks() == before
    with pytest.raises(OSError, match=r"refused|failed"):
        await asyncio.open_connection(host, int(port))


async def test_what_people_type_is_no_markup(workspace: Workspace) -> None:
    """Only names, channels and addresses become markup; case and longest name decide."""
    typed = (
        "@game stats <!channel> & #spring-classic @maya https://example.org/a?b=1 a@mayan b@maya"
    )
    workspace.post("sam", "general", typed)
    general = workspace.channel("spring-classic").id
    assert workspace.messages("general")[0]["text"] == (
        f"<@{workspace.bot_user}> &lt;!channel&gt; &amp; <#{general}|spring-classic> "
        f"<@{workspace.person('maya')}> <https://example.org/a?b=1> a@mayan b@maya"
    )


async def test_a_modal_wants_its_required_fields(workspace: Workspace) -> None:
    """What is missing or too long is told by block, before the app hears of it."""
    from bot.demo.workspace.web_api.views import opened

    made = opened(workspace.state, workspace.person("maya"), MODAL)
    wrong = await workspace.submit("maya", made.view, {"note": "x" * 3001})
    assert set(wrong) == {"events", "how", "note"}
    with pytest.raises(PageError, match="closed"):
        await workspace.submit("sam", made.view)
