"""The buttons under a reply: "Show SQL", "CSV", "Ask again", and choices that were asked back.

Each click acts for who clicked.

A click is acknowledged at once; what goes wrong is told to the clicker alone. CSV files and new
questions are jobs, the SQL is shown here because the window to open a view closes in 3 seconds.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack import delivery, intake, worker
from bot.slack.errors import TriggerExpiredError
from bot.slack.intake import Ask, question_id
from bot.slack.outages import words
from bot.slack.ports import Rooms
from bot.slack.render.answer import ASK_AGAIN, CSV, SHOW_SQL
from bot.slack.render.choices import CHOOSE
from bot.slack.render.pieces import Message
from bot.slack.render.sql import sql_messages, sql_view
from bot.slack.worker import Reader
from bot.store import StoredAnswer

GONE = Message("I no longer have that answer. Please ask again.")


@dataclass(frozen=True, slots=True)
class Click:
    """A click on a button of ours. `private` says that only the clicker sees the message.

    `chosen` is the question that a choice stands for, empty for other buttons.
    """

    team: str
    channel: str
    user: str
    thread_ts: str
    question_id: str
    chosen: str
    message_ts: str
    at: str
    trigger_id: str
    response_url: str
    private: bool


def click(body: Mapping[str, Any]) -> Click:
    """Read Slack's block_actions payload."""
    action = body["actions"][0]
    container = body.get("container", {})
    message = body.get("message") or {}
    ts = str(message.get("ts") or container.get("message_ts", ""))
    asked, _, chosen = str(action.get("value", "")).partition(" ")
    private = bool(container.get("is_ephemeral"))
    thread = message.get("thread_ts") or container.get("thread_ts") or ("" if private else ts)
    return Click(
        team=str(body["team"]["id"]),
        channel=str(body["channel"]["id"]),
        user=str(body["user"]["id"]),
        thread_ts=str(thread),
        question_id=asked,
        chosen=chosen,
        message_ts=ts,
        at=str(action["action_ts"]),
        trigger_id=str(body.get("trigger_id", "")),
        response_url=str(body.get("response_url", "")),
        private=private,
    )


def listen(app: AsyncApp, rooms: Rooms) -> None:
    """Take clicks."""
    for action, handler in ((SHOW_SQL, _show_sql), (CSV, _csv), (ASK_AGAIN, _ask_again)):
        app.action(action)(_clicked(rooms, handler))
    app.action(re.compile(rf"{CHOOSE}_\d"))(_clicked(rooms, _choose))


def _clicked(
    rooms: Rooms, handler: Callable[[Rooms, Click], Awaitable[None]]
) -> Callable[..., Awaitable[None]]:
    async def listener(ack: AsyncAck, body: Mapping[str, Any]) -> None:
        await ack()
        clicked = click(body)
        try:
            await handler(rooms, clicked)
        except Exception as error:  # noqa: BLE001 (`words` logs it)
            await delivery.tell(rooms.web, clicked, Message(words(error)))

    return listener


async def _stored(rooms: Rooms, clicked: Click) -> StoredAnswer | None:
    """What the button belongs to, if it was asked in this very channel."""
    stored = await rooms.answering.stored(clicked.question_id)
    here = (clicked.team, clicked.channel)
    if stored is None or (stored.team, stored.channel) != here:
        await delivery.tell(rooms.web, clicked, GONE)
        return None
    return stored


async def _show_sql(rooms: Rooms, clicked: Click) -> None:
    stored = await _stored(rooms, clicked)
    if stored is None:
        return
    sql = stored.shown or stored.sql
    if not sql:
        await delivery.tell(rooms.web, clicked, Message("There is no SQL for that one."))
        return
    note = "This SQL sees only this channel's events; whatever else it names does not exist for it."
    try:
        view = sql_view(stored.text, sql, note)
        await rooms.web.call("views.open", trigger_id=clicked.trigger_id, view=view)
    except TriggerExpiredError:
        forms = sql_messages(stored.text, sql, note)
        await delivery.whisper(rooms.web, clicked, forms)


async def _csv(rooms: Rooms, clicked: Click) -> None:
    reader = Reader(
        team=clicked.team,
        channel=clicked.channel,
        user=clicked.user,
        thread_ts=clicked.thread_ts,
        response_url=clicked.response_url,
        question_id=clicked.question_id,
        private=clicked.private,
    )
    job = f"csv:{question_id(clicked.team, clicked.channel, clicked.at + clicked.user)}"
    await rooms.jobs.put(worker.CSV, reader.payload(), job)


async def _ask_again(rooms: Rooms, clicked: Click) -> None:
    stored = await _stored(rooms, clicked)
    if stored is None:
        return
    ask = Ask(
        id=question_id(clicked.team, clicked.channel, clicked.at + clicked.user),
        team=clicked.team,
        channel=clicked.channel,
        user=clicked.user,
        text=stored.text,
        ts=clicked.at,
        thread_ts=clicked.thread_ts,
        response_url=clicked.response_url if clicked.private else "",
        quoted=True,
    )
    await intake.put(rooms.jobs, ask)


async def _choose(rooms: Rooms, clicked: Click) -> None:
    """Answer the chosen question in the place of the choices; of two clicks the first counts."""
    if await _stored(rooms, clicked) is None:
        return
    # In private nothing of ours can be edited by its ts.
    place = "" if clicked.private else clicked.message_ts
    ask = Ask(
        id=question_id(clicked.team, clicked.channel, f"choice:{clicked.question_id}"),
        team=clicked.team,
        channel=clicked.channel,
        user=clicked.user,
        text=clicked.chosen,
        ts=clicked.at,
        thread_ts=clicked.thread_ts,
        response_url=clicked.response_url if clicked.private else "",
        quoted=True,
        reply_ts=place,
    )
    await intake.put(rooms.jobs, ask)
