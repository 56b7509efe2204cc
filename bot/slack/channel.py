"""`/stats-channel`: which events a channel is about. Admins choose, show is for everybody.

A channel is a tenant, so the right is asked for again at every command, click and submission, for
the person who does it and not for who opened the view.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain import Event
from bot.slack import delivery, views
from bot.slack.errors import ChannelClosedError, SlackError
from bot.slack.outages import told, words
from bot.slack.ports import Rooms
from bot.slack.render import channel as texts
from bot.slack.render import help as helps
from bot.slack.render.pieces import Message, done_view, paragraph
from bot.slack.render.trust import event_names
from bot.slack.slash import Typed, typed
from bot.texts import say

log = structlog.get_logger()

ANNOUNCE_SECONDS = 2.0
"""What telling the channel may take; Slack waits three seconds for the view's ack."""


def listen(app: AsyncApp, rooms: Rooms) -> None:
    """Take the command, the view and its select."""

    async def command(ack: AsyncAck, command: Mapping[str, Any]) -> None:
        await ack()
        given = typed(command)
        await told(rooms.web, given, lambda: _command(rooms, given))

    async def options(ack: AsyncAck, body: Mapping[str, Any]) -> None:
        try:
            events = await rooms.answering.directory()
        except Exception as error:  # noqa: BLE001 (`words` logs it)
            words(error)
            events = ()
        await ack(options=texts.event_options(events, str(body.get("value", ""))))

    async def submitted(ack: AsyncAck, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        await _submitted(rooms, ack, body, view)

    async def unbind(ack: AsyncAck, body: Mapping[str, Any]) -> None:
        await ack()
        await _unbind_clicked(rooms, body)

    app.command("/stats-channel")(command)
    app.options(texts.EVENTS)(options)
    app.view(texts.BIND)(submitted)
    app.action(texts.UNBIND)(unbind)


async def _command(rooms: Rooms, given: Typed) -> Message | None:
    """Do the command; what to tell who typed it, if anything."""
    match given.word:
        case "help":
            return Message(helps.CHANNEL)
        case "show":
            return texts.show_message(await rooms.answering.bound(given.team, given.channel))
        case "" | "bind" | "unbind":
            pass
        case _:
            return Message(f"{say('clicks.not_understood')}\n{helps.CHANNEL}")
    if not await rooms.people.is_admin(given.team, given.user):
        return texts.said(say("channel.admins_only"))
    if given.word == "unbind":
        return await _unbind(rooms, given.team, given.channel, given.user)
    bound = await rooms.answering.bound(given.team, given.channel)
    view = texts.bind_view(given.channel, given.place, bound)
    await rooms.web.call("views.open", trigger_id=given.trigger_id, view=view)
    return None


async def _unbind(rooms: Rooms, team: str, channel: str, user: str) -> Message:
    if not await rooms.answering.unbind(team, channel, user):
        return texts.show_message(())
    await _announce(rooms, channel, texts.unbound_message())
    return texts.said(say("channel.disconnected"))


async def _submitted(
    rooms: Rooms, ack: AsyncAck, body: Mapping[str, Any], view: Mapping[str, Any]
) -> None:
    team, user = str(body["team"]["id"]), str(body["user"]["id"])
    channel = str(json.loads(view["private_metadata"])["channel"])
    try:
        fault, events = await _bind(rooms, team, channel, user, _chosen(view))
    except Exception as error:  # noqa: BLE001 (`words` logs it)
        fault, events = words(error), ()
    if fault:
        await ack(response_action="errors", errors={texts.EVENTS: fault})
        return
    sentences = [say("channel.saved", events=event_names(events))]
    # Before the ack, since an update of the view after it may be overtaken by the ack itself.
    if not await _announce(rooms, channel, texts.bound_message(events)):
        sentences.append(say("channel.invite"))
    await ack(
        response_action="update", view=done_view(say("channel.title"), *map(paragraph, sentences))
    )


async def _bind(
    rooms: Rooms, team: str, channel: str, user: str, chosen: Sequence[str]
) -> tuple[str, tuple[Event, ...]]:
    """Bind if all is well; what is wrong, and the events."""
    if not await rooms.people.is_admin(team, user):
        return say("channel.admins_only"), ()
    known = {str(event.id): event for event in await rooms.answering.directory()}
    events = tuple(known[value] for value in chosen if value in known)
    if not events or len(events) < len(chosen):
        return say("channel.event_gone"), ()
    ids: tuple[UUID, ...] = tuple(event.id for event in events)
    await rooms.answering.bind(team, channel, ids, user)
    return "", events


def _chosen(view: Mapping[str, Any]) -> list[str]:
    state = view["state"]["values"][texts.EVENTS][texts.EVENTS]
    return [str(option["value"]) for option in state.get("selected_options") or ()]


async def _unbind_clicked(rooms: Rooms, body: Mapping[str, Any]) -> None:
    team, user = str(body["team"]["id"]), str(body["user"]["id"])
    channel = str(json.loads(body["view"]["private_metadata"])["channel"])
    try:
        if await rooms.people.is_admin(team, user):
            sentence = (await _unbind(rooms, team, channel, user)).text
        else:
            sentence = say("channel.admins_only")
    except Exception as error:  # noqa: BLE001 (`words` logs it)
        sentence = words(error)
    await views.change(rooms.web, body, done_view(say("channel.title"), paragraph(sentence)))


async def _announce(rooms: Rooms, channel: str, message: Message) -> bool:
    """Tell the whole channel; False if the bot is not in it. Other failures are only logged."""
    try:
        async with asyncio.timeout(ANNOUNCE_SECONDS):
            await delivery.post(rooms.web, channel, "", [message])
    except ChannelClosedError:
        return False
    except (SlackError, TimeoutError) as error:
        log.warning("not_announced", error=repr(error))
    return True
