"""The buttons and the menu under a reply, and choices that were asked back.

Each click acts for who clicked. It is acknowledged at once; what goes wrong is told to the clicker
alone. What needs the rows and new questions are jobs, the SQL is shown here because the window to
open a view closes in 3 seconds.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack import delivery, intake, rows
from bot.slack.errors import TriggerExpiredError
from bot.slack.intake import Ask, Reader, question_id
from bot.slack.outages import signed
from bot.slack.ports import Rooms
from bot.slack.render.buttons import (
    ASK_AGAIN,
    CHART,
    CSV,
    EXPLAIN,
    MORE,
    ONLY,
    RUN_AGAIN,
    SHARE,
    SHOW_SQL,
    TABLE,
)
from bot.slack.render.choices import CHOOSE
from bot.slack.render.pieces import Message
from bot.slack.render.sql import sql_messages, sql_view
from bot.slack.render.stages import STOP
from bot.store import StoredAnswer
from bot.texts import say


@dataclass(frozen=True, slots=True)
class Click:
    """A click on a button of ours. `private` says that only the clicker sees the message.

    `action` is what to do; `chosen` the question that a choice stands for, or the words that narrow
    one, or who asked what is to be stopped; empty for other buttons. `quoted` says that the message
    repeats its question.
    """

    team: str
    channel: str
    user: str
    thread_ts: str
    action: str
    question_id: str
    chosen: str
    quoted: bool
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
    value = str(action.get("value") or (action.get("selected_option") or {}).get("value", ""))
    name = str(action["action_id"])
    if name == MORE:
        name, _, value = value.partition(" ")
    asked, _, chosen = value.partition(" ")
    private = bool(container.get("is_ephemeral"))
    thread = message.get("thread_ts") or container.get("thread_ts") or ("" if private else ts)
    return Click(
        team=str(body["team"]["id"]),
        channel=str(body["channel"]["id"]),
        user=str(body["user"]["id"]),
        thread_ts=str(thread),
        action=name,
        question_id=asked,
        chosen=chosen,
        quoted=private or _is_quoted(message),
        message_ts=ts,
        at=str(action["action_ts"]),
        trigger_id=str(body.get("trigger_id", "")),
        response_url=str(body.get("response_url", "")),
        private=private,
    )


def _is_quoted(message: Mapping[str, Any]) -> bool:
    first: Mapping[str, Any] = next(iter(message.get("blocks") or ()), {})
    parts = first.get("elements") or [{}]
    return first.get("type") == "rich_text" and parts[0].get("type") == "rich_text_quote"


def listen(app: AsyncApp, rooms: Rooms) -> None:
    """Take clicks."""
    for action in (SHOW_SQL, CSV, CHART, TABLE, ASK_AGAIN, STOP):
        app.action(action)(clicked(rooms, _HANDLERS[action]))

    async def from_menu(rooms: Rooms, clicked: Click) -> None:
        if clicked.action in _HANDLERS:
            await _HANDLERS[clicked.action](rooms, clicked)

    app.action(MORE)(clicked(rooms, from_menu))
    app.action(re.compile(rf"{ONLY}(_\d)?"))(clicked(rooms, _only))
    app.action(re.compile(rf"{CHOOSE}_\d"))(clicked(rooms, _choose))


def clicked(
    rooms: Rooms, handler: Callable[[Rooms, Click], Awaitable[None]]
) -> Callable[..., Awaitable[None]]:
    """A listener that acknowledges, then lets `handler` act; what fails is told to the clicker."""

    async def listener(ack: AsyncAck, body: Mapping[str, Any]) -> None:
        await ack()
        found = click(body)
        try:
            await handler(rooms, found)
        except Exception as error:  # noqa: BLE001 (`words` logs it)
            await delivery.tell(rooms.web, found, Message(signed(error)))

    return listener


async def stored_here(rooms: Rooms, clicked: Click) -> StoredAnswer | None:
    """What the button belongs to, if it was asked in this very channel."""
    stored = await rooms.answering.stored(clicked.question_id)
    here = (clicked.team, clicked.channel)
    if stored is None or (stored.team, stored.channel) != here:
        await delivery.tell(rooms.web, clicked, Message(say("refusals.gone")))
        return None
    return stored


async def _show_sql(rooms: Rooms, clicked: Click) -> None:
    stored = await stored_here(rooms, clicked)
    if stored is None:
        return
    sql = stored.shown or stored.sql
    if not sql:
        await delivery.tell(rooms.web, clicked, Message(say("clicks.no_sql")))
        return
    note = say("sql.note")
    try:
        view = sql_view(stored.text, sql, note)
        await rooms.web.call("views.open", trigger_id=clicked.trigger_id, view=view)
    except TriggerExpiredError:
        forms = sql_messages(stored.text, sql, note)
        await delivery.whisper(rooms.web, clicked, forms)


async def _rows(rooms: Rooms, clicked: Click) -> None:
    """Leave to a worker what needs the rows: they are read anew."""
    reader = Reader(
        team=clicked.team,
        channel=clicked.channel,
        user=clicked.user,
        thread_ts=clicked.thread_ts,
        response_url=clicked.response_url,
        question_id=clicked.question_id,
        private=clicked.private,
        message_ts=clicked.message_ts,
        quoted=clicked.quoted,
        how=clicked.action,
    )
    job = f"rows:{question_id(clicked.team, clicked.channel, clicked.at + clicked.user)}"
    # Of two who share at once one is first; the other's job finds the answer shared.
    once = rows.once(clicked.question_id)
    if clicked.action == SHARE and await rooms.jobs.put(rows.ROWS, reader.payload(), once):
        return
    await rooms.jobs.put(rows.ROWS, reader.payload(), job)


async def _stop(rooms: Rooms, clicked: Click) -> None:
    asker = clicked.chosen
    if clicked.user != asker and not await rooms.people.is_admin(clicked.team, clicked.user):
        await delivery.tell(rooms.web, clicked, Message(say("clicks.not_yours")))
        return
    await rooms.answering.stop(clicked.question_id)


async def _ask_again(rooms: Rooms, clicked: Click) -> None:
    stored = await stored_here(rooms, clicked)
    if stored is not None:
        await _ask(rooms, clicked, stored.text, stored.scope)


async def _only(rooms: Rooms, clicked: Click) -> None:
    """Ask the narrower question."""
    stored = await stored_here(rooms, clicked)
    if stored is not None:
        await _ask(rooms, clicked, f"{stored.text.rstrip(' ?!.')}, {clicked.chosen}", stored.scope)


async def _ask(
    rooms: Rooms, clicked: Click, text: str, scope: str, *, once: str = "", reply_ts: str = ""
) -> None:
    """Ask for who clicked: anew at each click, or once for all who may click.

    The answer takes the place of the reply at `reply_ts`, if one is named.
    """
    ask = Ask(
        id=question_id(clicked.team, clicked.channel, once or clicked.at + clicked.user),
        team=clicked.team,
        channel=clicked.channel,
        user=clicked.user,
        text=text,
        ts=clicked.at,
        thread_ts=clicked.thread_ts,
        response_url=clicked.response_url if clicked.private else "",
        quoted=True,
        reply_ts=reply_ts,
        scope=scope,
    )
    await intake.put(rooms, ask)


async def _choose(rooms: Rooms, clicked: Click) -> None:
    """Answer the chosen question in the place of the choices; of two clicks the first counts."""
    stored = await stored_here(rooms, clicked)
    if stored is None:
        return
    # In private nothing of ours can be edited by its ts.
    place = "" if clicked.private else clicked.message_ts
    once = f"choice:{clicked.question_id}"
    await _ask(rooms, clicked, clicked.chosen, stored.scope, once=once, reply_ts=place)


_HANDLERS: Mapping[str, Callable[[Rooms, Click], Awaitable[None]]] = {
    ASK_AGAIN: _ask_again,
    CHART: _rows,
    CSV: _rows,
    EXPLAIN: _rows,
    RUN_AGAIN: _rows,
    SHARE: _rows,
    SHOW_SQL: _show_sql,
    STOP: _stop,
    TABLE: _rows,
}
