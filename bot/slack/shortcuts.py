"""The two shortcuts: "Ask about this" under a message, and "Ask about an event" from anywhere.

The first asks the message's text in its thread, or for the asker alone where we are not in the
channel. The second opens a modal; its answer comes as a direct message, about a channel that the
asker is in.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.answering import text_fault
from bot.slack import delivery, intake, scope
from bot.slack.errors import SlackError
from bot.slack.intake import Ask, Reader, question_id, readable
from bot.slack.outages import signed, told, words
from bot.slack.ports import Rooms
from bot.slack.render.ask import ASK, ASK_ABOUT, EVENT, QUESTION, ask_view, event_options
from bot.slack.render.pieces import Block, Message
from bot.texts import say

log = structlog.get_logger()


def listen(app: AsyncApp, rooms: Rooms) -> None:
    """Take the shortcuts, and the modal with its select."""

    async def about(ack: AsyncAck, body: Mapping[str, Any]) -> None:
        await ack()
        await _about(rooms, body)

    async def anything(ack: AsyncAck, body: Mapping[str, Any]) -> None:
        await ack()
        await _open(rooms, body)

    async def options(ack: AsyncAck, body: Mapping[str, Any]) -> None:
        await ack(options=await _options(rooms, body))

    async def submitted(ack: AsyncAck, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        faults = await _submitted(rooms, body, view)
        if faults:
            await ack(response_action="errors", errors=faults)
        else:
            await ack()

    app.shortcut({"callback_id": ASK_ABOUT, "type": "message_action"})(about)
    app.shortcut({"callback_id": ASK, "type": "shortcut"})(anything)
    app.options(EVENT)(options)
    app.view(ASK)(submitted)


async def _about(rooms: Rooms, body: Mapping[str, Any]) -> None:
    to = _reader(body)
    await told(rooms.web, to, lambda: _ask_about(rooms, to, body))


async def _open(rooms: Rooms, body: Mapping[str, Any]) -> None:
    team, user = _who(body)
    try:
        view = ask_view(await scope.askable(rooms, team, user))
        await rooms.web.call("views.open", trigger_id=body["trigger_id"], view=view)
    except Exception as error:  # noqa: BLE001 (`words` logs it)
        await _tell(rooms, user, Message(signed(error)))


async def _options(rooms: Rooms, body: Mapping[str, Any]) -> list[Block]:
    try:
        return event_options(await scope.askable(rooms, *_who(body)), str(body.get("value", "")))
    except Exception as error:  # noqa: BLE001 (`words` logs it)
        words(error)
        return []


async def _submitted(
    rooms: Rooms, body: Mapping[str, Any], view: Mapping[str, Any]
) -> dict[str, str]:
    try:
        return await _ask_anything(rooms, body, view)
    except Exception as error:  # noqa: BLE001 (`words` logs it)
        return {QUESTION: words(error)}


def _who(body: Mapping[str, Any]) -> tuple[str, str]:
    return str(body["team"]["id"]), str(body["user"]["id"])


def _reader(body: Mapping[str, Any]) -> Reader:
    message = body["message"]
    team, user = _who(body)
    return Reader(
        team=team,
        channel=str(body["channel"]["id"]),
        user=user,
        thread_ts=str(message.get("thread_ts") or ""),
        response_url=str(body.get("response_url", "")),
    )


async def _tell(rooms: Rooms, user: str, message: Message) -> None:
    """Say something to a person who is nowhere in particular. Never raises."""
    try:
        await delivery.post(rooms.web, await delivery.direct(rooms.web, user), "", [message])
    except SlackError as error:
        log.warning("not_told", method=error.method, reason=error.code)


async def _ask_about(rooms: Rooms, to: Reader, body: Mapping[str, Any]) -> Message | None:
    """Ask the message's text; what to tell who clicked in its place, if anything."""
    message = body["message"]
    bot = await rooms.people.bot()
    if bot.bot_id and message.get("bot_id") == bot.bot_id:
        return Message(say("ask.own"))
    text = readable(str(message.get("text") or ""))
    if not text:
        return Message(say("ask.no_text"))
    ts = str(message["ts"])
    # Nothing of ours can be in a channel that we are not in.
    private = not await rooms.people.are_we_in(to.channel)
    ask = Ask(
        id=question_id(to.team, to.channel, f"{ASK_ABOUT}:{ts}:{body['action_ts']}:{to.user}"),
        team=to.team,
        channel=to.channel,
        user=to.user,
        text=text,
        ts=ts,
        thread_ts=to.thread_ts or ts,
        response_url=to.response_url if private else "",
        quoted=private,
    )
    await intake.put(rooms, ask)
    return None


async def _ask_anything(
    rooms: Rooms, body: Mapping[str, Any], view: Mapping[str, Any]
) -> dict[str, str]:
    """Queue the question of a submitted modal; what is wrong with it, by block."""
    team, user = _who(body)
    values = view["state"]["values"]
    text = readable(str(values[QUESTION][QUESTION].get("value") or ""))
    if fault := text_fault(text):
        return {QUESTION: fault.message}
    option = values[EVENT][EVENT].get("selected_option") or {}
    channel = str(option.get("value", ""))
    if not await scope.may_ask(rooms, team, user, channel):
        return {EVENT: say("ask.nowhere")}
    # Submitted twice, it is one view and one question.
    asked = question_id(team, user, f"{ASK}:{view['id']}")
    place = await delivery.direct(rooms.web, user)
    await intake.put(
        rooms,
        Ask(asked, team, place, user, text, ts=f"{time.time():.6f}", quoted=True, scope=channel),
    )
    return {}
