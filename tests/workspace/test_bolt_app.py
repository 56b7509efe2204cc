"""An unchanged Bolt app lives in the workspace: mentions, commands, clicks, modals, files."""

from __future__ import annotations

import asyncio
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace import Workspace
from tests.workspace.conftest import socket_mode


async def test_a_mention_is_answered_in_its_thread(workspace: Workspace, app: AsyncApp) -> None:
    """A person mentions the app; its reply stands in the thread."""

    @app.event("app_mention")
    async def answer(event: Any, say: Any) -> None:
        await say(text=f"heard: {event['text']}", thread_ts=event["ts"])

    async with socket_mode(app, workspace):
        ts = workspace.post("maya", "general", "@Game Stats top 5 & more")
        replies = await workspace.until(lambda: workspace.replies("general", ts))
    assert replies[0]["text"] == f"heard: <@{workspace.bot_user}> top 5 &amp; more"
    assert replies[0]["thread_ts"] == ts


async def test_a_direct_message_arrives_as_message_im(workspace: Workspace, app: AsyncApp) -> None:
    """What is said in private arrives as a message event of an im."""
    heard = []

    @app.event("message")
    async def listen(event: Any) -> None:
        heard.append(event)
        workspace.state.touch()

    async with socket_mode(app, workspace):
        workspace.direct("sam", "hello")
        await workspace.until(lambda: heard)
    assert heard[0]["channel_type"] == "im"
    assert heard[0]["text"] == "hello"


async def test_a_command_is_answered_privately(workspace: Workspace, app: AsyncApp) -> None:
    """What a command acknowledges with and responds with is seen by its person alone."""

    @app.command("/stats")
    async def stats(ack: Any, respond: Any, command: Any) -> None:
        await ack("one moment")
        await respond(f"you asked: {command['text']}")

    async with socket_mode(app, workspace):
        await workspace.command("maya", "general", "/stats top 5")
        seen = await workspace.until(
            lambda: len(found := workspace.ephemerals("maya", "general")) == 2 and found
        )
    assert {one["text"] for one in seen} == {"one moment", "you asked: top 5"}
    assert workspace.ephemerals("sam", "general") == []
    assert workspace.messages("general") == []


async def test_a_click_edits_the_message(workspace: Workspace, app: AsyncApp) -> None:
    """A button's listener gets its value, the message and who clicked, and may edit."""
    button = {
        "type": "button",
        "action_id": "more",
        "value": "42",
        "text": {"type": "plain_text", "text": "More"},
    }

    @app.action("more")
    async def more(ack: Any, body: Any, client: Any) -> None:
        await ack()
        assert body["actions"][0]["value"] == "42"
        await client.chat_update(
            channel=body["channel"]["id"],
            ts=body["message"]["ts"],
            text=f"clicked by {body['user']['username']}",
        )

    async with socket_mode(app, workspace):
        posted = await app.client.chat_postMessage(
            channel="general", text="press", blocks=[{"type": "actions", "elements": [button]}]
        )
        message = workspace.messages("general")[0]
        await workspace.click("sam", "general", message, "more")
        await workspace.until(lambda: "edited" in workspace.messages("general")[0])
    after = workspace.messages("general")[0]
    assert after["ts"] == posted["ts"]
    assert after["text"] == "clicked by sam"
    assert after["blocks"] == []


async def test_a_modal_is_checked_filled_and_taken(workspace: Workspace, app: AsyncApp) -> None:
    """A modal opens from a command, offers choices, shows an error and then closes."""
    view = {
        "type": "modal",
        "callback_id": "bind",
        "title": {"type": "plain_text", "text": "Choose"},
        "submit": {"type": "plain_text", "text": "Save"},
        "blocks": [
            {
                "type": "input",
                "block_id": "events",
                "label": {"type": "plain_text", "text": "Events"},
                "element": {
                    "type": "multi_external_select",
                    "action_id": "picked",
                    "min_query_length": 0,
                },
            }
        ],
    }
    taken = []

    @app.command("/stats-channel")
    async def channel(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    @app.options("picked")
    async def options(ack: Any, payload: Any) -> None:
        text = {"type": "plain_text", "text": f"{payload['value']} Classic"}
        await ack(options=[{"text": text, "value": "e1"}])

    @app.view("bind")
    async def bind(ack: Any, view: Any) -> None:
        values = view["state"]["values"]["events"]["picked"]["selected_options"]
        if len(values) > 1:
            await ack(response_action="errors", errors={"events": "One only."})
            return
        await ack()
        taken.extend(values)

    async with socket_mode(app, workspace):
        await workspace.command("maya", "general", "/stats-channel")
        shown = await workspace.until(lambda: workspace.view("maya"))
        offered = (await workspace.suggest("maya", shown, "picked", "Spring"))["options"]
        empty = await workspace.submit("maya", shown)
        twice = await workspace.submit("maya", shown, {"picked": offered * 2})
        fine = await workspace.submit("maya", shown, {"picked": offered})
    assert offered[0]["text"]["text"] == "Spring Classic"
    assert empty == {"events": "Please complete this required field."}
    assert twice == {"events": "One only."}
    assert fine == {}
    assert [one["value"] for one in taken] == ["e1"]
    assert workspace.view("maya") is None


async def test_a_file_is_uploaded_into_a_thread(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    """files_upload_v2 puts a file where it belongs, byte for byte."""
    ts = workspace.post("maya", "general", "a file, please")
    place = workspace.channel("general").id
    await client.files_upload_v2(
        channel=place, thread_ts=ts, filename="a.csv", content="a,b\r\n1,é\r\n", title="Answer"
    )
    reply = workspace.replies("general", ts)[0]
    assert workspace.files[0].body == "a,b\r\n1,é\r\n".encode()
    assert reply["files"][0]["title"] == "Answer"


async def test_an_event_is_delivered_again_with_the_same_id(
    workspace: Workspace, app: AsyncApp
) -> None:
    """A repeated delivery carries the same event_id; Bolt runs the listener twice."""
    ids = []

    @app.event("app_mention")
    async def answer(body: Any) -> None:
        ids.append(body["event_id"])
        workspace.state.touch()

    async with socket_mode(app, workspace):
        workspace.post("maya", "general", "@Game Stats hello")
        await workspace.until(lambda: ids)
        workspace.deliver_again()
        await workspace.until(lambda: len(ids) == 2)
    assert ids[0] == ids[1]


async def test_a_lost_connection_is_made_again(workspace: Workspace, app: AsyncApp) -> None:
    """After a disconnect the client comes back and hears what is said then."""
    heard = asyncio.Event()

    @app.event("app_mention")
    async def answer() -> None:
        heard.set()

    async with socket_mode(app, workspace):
        await workspace.socket_mode.disconnect()
        await workspace.until(workspace.connected, 30)
        workspace.post("maya", "general", "@Game Stats hello")
        async with asyncio.timeout(20):
            await heard.wait()
    assert len(workspace.calls("apps.connections.open")) == 2
