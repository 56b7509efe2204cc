"""The workspace refuses what Slack refuses, with the error that Slack gives."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.workspace import Rates, Workspace
from bot.demo.workspace.access import new_response_url, new_trigger
from bot.demo.workspace.blocks import check_blocks, check_view
from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.web_api import METHODS
from tests.workspace.conftest import MANIFEST
from tests.workspace.gallery import ANSWER, DATA_TABLE, MODAL, TABLE, chart, plain, raw

Json = dict[str, Any]


def mrkdwn(text: str) -> Json:
    """Return a mrkdwn text object."""
    return {"type": "mrkdwn", "text": text}


def button(**more: Any) -> Json:
    """Return a button."""
    return {"type": "button", "action_id": "go", "text": plain("Go"), **more}


def select(**more: Any) -> Json:
    """Return a static select with one option."""
    options = [{"text": plain("One"), "value": "1"}]
    return {"type": "static_select", "action_id": "pick", "options": options, **more}


def actions(*elements: Json) -> Json:
    """Return an actions block."""
    return {"type": "actions", "elements": list(elements)}


def section(**more: Any) -> Json:
    """Return a section block."""
    return {"type": "section", **more}


def rich(*elements: Json) -> Json:
    """Return a rich_text block of one section."""
    inside = {"type": "rich_text_section", "elements": list(elements)}
    return {"type": "rich_text", "elements": [inside]}


def grid(rows: int, columns: int, cell: str = "x") -> list[list[Json]]:
    """Return table rows."""
    return [[raw(cell) for _ in range(columns)] for _ in range(rows)]


REFUSED = {
    "a number without its text": [
        {
            "type": "data_table",
            "caption": "x",
            "rows": [[raw("a")], [{"type": "raw_number", "value": 1}]],
        }
    ],
    "unknown block": [{"type": "confetti"}],
    "no type": [{"text": "x"}],
    "not an object": ["text"],
    "51 blocks": [{"type": "divider"}] * 51,
    "section without text": [section()],
    "section text": [section(text=mrkdwn("x" * 3001))],
    "empty text": [section(text=mrkdwn(""))],
    "eleven fields": [section(fields=[mrkdwn("x")] * 11)],
    "unknown field": [section(text=mrkdwn("x"), colour="red")],
    "long block_id": [section(text=mrkdwn("x"), block_id="b" * 256)],
    "block_id twice": [{"type": "divider", "block_id": "b"}] * 2,
    "header": [{"type": "header", "text": plain("x" * 151)}],
    "header in mrkdwn": [{"type": "header", "text": mrkdwn("x")}],
    "eleven in context": [{"type": "context", "elements": [mrkdwn("x")] * 11}],
    "button in context": [{"type": "context", "elements": [button()]}],
    "26 actions": [actions(*[button(action_id=str(n)) for n in range(26)])],
    "no actions": [actions()],
    "action_id twice": [actions(button(), button())],
    "button text": [actions(button(text=plain("x" * 76)))],
    "button value": [actions(button(value="x" * 2001))],
    "button style": [actions(button(style="green"))],
    "confirm without deny": [actions(button(confirm={"text": plain("x")}))],
    "options missing": [actions({"type": "static_select", "action_id": "a"})],
    "101 options": [actions(select(options=[{"text": plain("x"), "value": "x"}] * 101))],
    "option text": [actions(select(options=[{"text": plain("x" * 76), "value": "x"}]))],
    "strange initial": [actions(select(initial_option={"text": plain("Two"), "value": "2"}))],
    "six in overflow": [
        actions({"type": "overflow", "options": [{"text": plain("x"), "value": "x"}] * 6})
    ],
    "input element in actions": [actions({"type": "plain_text_input", "action_id": "a"})],
    "markdown": [{"type": "markdown", "text": "x" * 12_001}],
    "markdown in sum": [{"type": "markdown", "text": "x" * 7000}] * 2,
    "empty rich text": [rich({"type": "text", "text": ""})],
    "unknown rich text": [rich({"type": "sparkle"})],
    "101 table rows": [{"type": "table", "rows": grid(101, 1)}],
    "21 table columns": [{"type": "table", "rows": grid(2, 21)}],
    "table characters": [{"type": "table", "rows": grid(2, 20, "x" * 300)}],
    "ragged table": [{"type": "table", "rows": [[raw("a"), raw("b")], [raw("c")]]}],
    "empty cell": [{"type": "table", "rows": [[raw("a")], [raw("")]]}],
    "two tables": [TABLE, TABLE],
    "data table without caption": [{"type": "data_table", "rows": grid(2, 1)}],
    "data table of a header": [DATA_TABLE | {"rows": grid(1, 1)}],
    "202 data rows": [DATA_TABLE | {"rows": grid(202, 1)}],
    "number in words": [
        DATA_TABLE | {"rows": [[raw("a")], [{"type": "raw_number", "value": "1"}]]}
    ],
    "three charts": [chart("bar")] * 3,
    "chart title": [chart("bar") | {"title": "x" * 51}],
    "chart kind": [chart("bar") | {"chart": {"type": "radar"}}],
    "image without alt": [{"type": "image", "image_url": "https://example.org/a.png"}],
    "image without address": [{"type": "image", "alt_text": "a"}],
}


@pytest.mark.parametrize("name", REFUSED)
async def test_bad_blocks_are_refused(name: str) -> None:
    """Each fault is invalid_blocks, with a message that points at it."""
    with pytest.raises(SlackError) as caught:
        check_blocks(REFUSED[name])
    assert caught.value.code == "invalid_blocks"
    assert "[json-pointer:/blocks" in caught.value.extra["response_metadata"]["messages"][0]


ACCEPTED = {
    "answer": ANSWER,
    "data table": [DATA_TABLE],
    "charts": [chart("bar"), chart("pie")],
    "the largest table": [{"type": "table", "rows": grid(100, 20, "abcd")}],
    "select with initial": [actions(select(initial_option={"text": plain("One"), "value": "1"}))],
    "rich text": [rich({"type": "text", "text": "x"}, {"type": "user", "user_id": "U1"})],
    "nothing": [],
}


@pytest.mark.parametrize("name", ACCEPTED)
async def test_good_blocks_are_taken(name: str) -> None:
    """What is within the limits raises nothing."""
    assert check_blocks(ACCEPTED[name]) is None


async def test_a_message_of_too_many_characters_is_refused() -> None:
    """Blocks that are each within their limits can be too long together."""
    with pytest.raises(SlackError, match="msg_blocks_too_long"):
        check_blocks([section(text=mrkdwn("x" * 3000))] * 4)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"title": plain("x" * 25)}, "/view/title/text"),
        ({"private_metadata": "x" * 3001}, "/view/private_metadata"),
        ({"submit": None}, "/view"),
        ({"blocks": [{"type": "divider"}] * 101}, "/view/blocks"),
        ({"blocks": [TABLE]}, "/view/blocks"),
        ({"colour": "red"}, "/view"),
        ({"type": "home"}, "/view/type"),
    ],
)
async def test_a_bad_modal_is_refused(change: Json, where: str) -> None:
    """Each fault is invalid_arguments, with a message that points at it."""
    view = {name: value for name, value in (MODAL | change).items() if value is not None}
    with pytest.raises(SlackError) as caught:
        check_view(view, "modal")
    assert caught.value.code == "invalid_arguments"
    assert any(where in one for one in caught.value.extra["errors"])


NAMES = ["type", "text", "elements", "rows", "chart", "element", "options", "fields", "title"]
KINDS = ["section", "actions", "table", "data_table", "data_visualization", "rich_text", "input"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(KINDS) | st.text(max_size=5),
    lambda inside: (
        st.lists(inside, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inside, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=300)
@given(blocks=JSON)
def test_any_json_is_taken_or_refused(blocks: Any) -> None:
    """No shape of blocks makes the checks fail in another way than Slack's."""
    try:
        check_blocks(blocks)
    except SlackError as error:
        assert error.code in {"invalid_blocks", "msg_blocks_too_long"}  # noqa: PT017 - both are fine


async def refusal(call: Any) -> Json:
    """Await a call that must fail; return Slack's answer."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response.data


async def test_errors_of_posting(workspace: Workspace, client: AsyncWebClient) -> None:
    """Each mistake has its own error code."""
    post = client.chat_postMessage
    assert (await refusal(post(channel="C0NOWHERE", text="x")))["error"] == "channel_not_found"
    empty = client.api_call("chat.postMessage", json={"channel": "general", "text": ""})
    assert (await refusal(empty))["error"] == "no_text"
    long = post(channel="general", text="x" * 40_001)
    assert (await refusal(long))["error"] == "msg_too_long"
    wrong = post(channel="general", text="x", metadata={"event_type": "a"})
    assert (await refusal(wrong))["error"] == "invalid_metadata_format"
    workspace.channel("winter-cup").members.discard(workspace.bot_user)
    outside = post(channel="winter-cup", text="x")
    assert (await refusal(outside))["error"] == "not_in_channel"


async def test_errors_of_editing(workspace: Workspace, client: AsyncWebClient) -> None:
    """Only one's own, existing messages can be edited, with less text than a post."""
    theirs = workspace.post("maya", "general", "mine")
    place = workspace.channel("general").id
    edit = client.chat_update
    assert (await refusal(edit(channel=place, ts=theirs, text="x")))["error"] == (
        "cant_update_message"
    )
    assert (await refusal(edit(channel=place, ts="1.000001", text="x")))["error"] == (
        "message_not_found"
    )
    ts = (await client.chat_postMessage(channel=place, text="x"))["ts"]
    assert (await refusal(edit(channel=place, ts=ts, text="x" * 4001)))["error"] == "msg_too_long"


async def test_text_without_blocks_takes_the_blocks_away(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    """As chat.update says; and only an edit of text is marked as one."""
    place = workspace.channel("general").id
    ts = (await client.chat_postMessage(channel=place, text="x", blocks=ANSWER))["ts"]
    await client.chat_update(channel=place, ts=ts, text="y", blocks=[{"type": "divider"}])
    message = workspace.messages("general")[0]
    assert len(message["blocks"]) == 1
    assert "edited" not in message
    await client.chat_update(channel=place, ts=ts, text="z")
    assert message["blocks"] == []
    assert "edited" in message


async def test_tokens(workspace: Workspace) -> None:
    """No token, a wrong one and one of the wrong kind are told apart."""
    url = workspace.api_url
    async with httpx.AsyncClient() as http:

        async def error(method: str, token: str) -> str:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            return (await http.post(url + method, headers=headers)).json().get("error", "")

        assert await error("auth.test", "") == "not_authed"
        assert await error("auth.test", "xoxb-wrong") == "invalid_auth"
        assert await error("auth.test", workspace.app_token) == "not_allowed_token_type"
        assert await error("apps.connections.open", workspace.bot_token) == (
            "not_allowed_token_type"
        )
        assert await error("auth.test", workspace.bot_token) == ""
        assert await error("confetti.throw", workspace.bot_token) == "unknown_method"


async def test_wrong_content_types(workspace: Workspace) -> None:
    """A body of another type, broken JSON and JSON where none is taken are refused."""
    headers = {"Authorization": f"Bearer {workspace.bot_token}"}
    async with httpx.AsyncClient(base_url=workspace.api_url, headers=headers) as http:

        async def error(method: str, body: str, kind: str) -> str:
            answer = await http.post(method, content=body, headers={"Content-Type": kind})
            return answer.json().get("error", "")

        assert await error("chat.postMessage", "x", "text/plain") == "invalid_post_type"
        assert await error("chat.postMessage", "{", "application/json") == "invalid_json"
        assert await error("chat.postMessage", "[]", "application/json") == "json_not_object"
        user = json.dumps({"user": workspace.person("maya")})
        assert await error("users.info", user, "application/json") == "invalid_arguments"
        assert await error("chat.postMessage", "{}", "application/json") == "invalid_arguments"
        form = "application/x-www-form-urlencoded"
        assert await error("chat.postMessage", "channel=general&blocks=[", form) == (
            "invalid_blocks_format"
        )
    workspace.door.complaints.clear()  # the schema check saw these faults as well


async def test_scopes_of_the_manifest_hold(workspace: Workspace, client: AsyncWebClient) -> None:
    """A method whose scope the manifest does not ask for says which one is missing."""
    await client.files_upload_v2(filename="a.csv", content="a")
    answer = await refusal(client.files_info(file=workspace.files[0].id))
    assert answer["error"] == "missing_scope"
    assert answer["needed"] == "files:read"


async def test_a_trigger_expires_and_is_good_once(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    """An unknown, an old and a used trigger_id have errors of their own."""
    now = [1_800_000_000.0]
    workspace.state.clock = lambda: now[0]
    user = workspace.person("maya")
    unknown = client.views_open(trigger_id="1.2.3", view=MODAL)
    assert (await refusal(unknown))["error"] == "invalid_trigger_id"
    trigger = new_trigger(workspace.state, user, 3)
    await client.views_open(trigger_id=trigger, view=MODAL)
    again = client.views_open(trigger_id=trigger, view=MODAL)
    assert (await refusal(again))["error"] == "exchanged_trigger_id"
    trigger = new_trigger(workspace.state, user, 3)
    now[0] += 3.5
    late = client.views_open(trigger_id=trigger, view=MODAL)
    assert (await refusal(late))["error"] == "expired_trigger_id"


async def test_a_response_url_takes_five_messages_in_thirty_minutes(
    workspace: Workspace,
) -> None:
    """The sixth is refused, and so is one after half an hour."""
    now = [1_800_000_000.0]
    workspace.state.clock = lambda: now[0]
    user, place = workspace.person("maya"), workspace.channel("general").id
    url = new_response_url(workspace.state, user, place)
    async with httpx.AsyncClient() as http:
        codes = [(await http.post(url, json={"text": "x"})).status_code for _ in range(6)]
        bad = await http.post(new_response_url(workspace.state, user, place), json={"blocks": [{}]})
        now[0] += 1801
        late = await http.post(url, json={"text": "x"})
    assert codes == [200] * 5 + [404]
    assert (bad.status_code, bad.text) == (400, "invalid_blocks")
    assert late.text == "expired_url"


async def test_a_file_must_have_the_promised_size(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    """Other bytes than promised are refused, and an upload that never came is no file."""
    promise = await client.files_getUploadURLExternal(filename="a.csv", length=3)
    async with httpx.AsyncClient() as http:
        wrong = await http.post(promise["upload_url"], content=b"abcd")
        assert wrong.status_code == 400
        early = client.files_completeUploadExternal(files=[{"id": promise["file_id"]}])
        assert (await refusal(early))["error"] == "file_upload_incomplete"
        form = await http.post(promise["upload_url"], files={"file": ("a.csv", b"abc")})
        assert form.status_code == 200
    done = await client.files_completeUploadExternal(files=[{"id": promise["file_id"]}])
    assert done["files"][0]["size"] == 3
    assert workspace.files[0].body == b"abc"


async def test_reactions_are_added_once(workspace: Workspace, client: AsyncWebClient) -> None:
    """A second reaction of the same name, and a first removal too many, are errors."""
    ts = workspace.post("maya", "general", "x")
    where = {"channel": workspace.channel("general").id, "timestamp": ts}
    await client.reactions_add(name="eyes", **where)
    twice = client.reactions_add(name="eyes", **where)
    assert (await refusal(twice))["error"] == "already_reacted"
    await client.reactions_remove(name="eyes", **where)
    none = client.reactions_remove(name="eyes", **where)
    assert (await refusal(none))["error"] == "no_reaction"


async def test_metadata_comes_back_when_asked_for(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    """Replies carry metadata only with include_all_metadata."""
    place, ts = workspace.channel("general").id, workspace.post("maya", "general", "x")
    metadata = {"event_type": "answer", "event_payload": {"question": "q1"}}
    await client.chat_postMessage(channel=place, thread_ts=ts, text="y", metadata=metadata)
    with_it = await client.conversations_replies(channel=place, ts=ts, include_all_metadata=True)
    without = await client.conversations_replies(channel=place, ts=ts)
    assert with_it["messages"][1]["metadata"] == metadata
    assert "metadata" not in without["messages"][1]


@pytest.fixture
async def limited() -> AsyncIterator[Workspace]:
    """A workspace with Slack's rate limits, on a clock that stands still."""
    async with Workspace(manifest=MANIFEST, rates=Rates(clock=lambda: 0.0)) as made:
        yield made


async def test_posting_too_fast_is_limited(limited: Workspace) -> None:
    """After a small burst a channel takes one message a second; another channel is free."""
    client = AsyncWebClient(limited.bot_token, base_url=limited.api_url)
    for _ in range(4):
        await client.chat_postMessage(channel="general", text="x")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="general", text="x")
    assert caught.value.response["error"] == "ratelimited"
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "1"
    await client.chat_postMessage(channel="spring-classic", text="x")


async def test_tiers_hold_a_minute(limited: Workspace) -> None:
    """A method of tier 3 takes fifty calls a minute."""
    client = AsyncWebClient(limited.bot_token, base_url=limited.api_url)
    place = limited.channel("general").id
    ts = (await client.chat_postMessage(channel=place, text="x"))["ts"]
    for number in range(50):
        await client.chat_update(channel=place, ts=ts, text=str(number))
    assert (await refusal(client.chat_update(channel=place, ts=ts, text="y")))["error"] == (
        "ratelimited"
    )


async def test_a_fault_can_be_asked_for(workspace: Workspace, client: AsyncWebClient) -> None:
    """The next call of a method fails as told, the one after does not."""
    workspace.fail_next("chat.postMessage", "invalid_blocks")
    failed = client.chat_postMessage(channel="general", text="x")
    assert (await refusal(failed))["error"] == "invalid_blocks"
    await client.chat_postMessage(channel="general", text="x")
    assert [one.answer["ok"] for one in workspace.calls("chat.postMessage")] == [False, True]


async def test_every_method_has_a_schema() -> None:
    """No method is answered here that Slack's types could not check."""
    from tests.oracle.check import _validator

    assert [name for name in METHODS if _validator(name) is None] == []


async def test_an_older_workspace_refuses_new_blocks(workspace: Workspace) -> None:
    """A workspace that lacks a block says which, in Slack's words, and takes the rest."""
    workspace.state.lacking = frozenset({"data_table"})
    client = AsyncWebClient(workspace.bot_token, base_url=workspace.api_url)
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="general", text="x", blocks=[DATA_TABLE])
    told = refused.value.response["response_metadata"]["messages"]
    assert told == ["[ERROR] unsupported type: data_table [json-pointer:/blocks/0/type]"]
    await client.chat_postMessage(channel="general", text="x", blocks=[TABLE])
