"""`/stats-digest` without more: an admin says in a view when a digest comes and what it tells.

The right is asked for again while choosing, at every click and at submission, of the person who
does it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.digests import ScheduleError, UnknownSectionError
from bot.slack import views
from bot.slack.outages import words
from bot.slack.ports import Rooms
from bot.slack.render import digest_form as texts
from bot.slack.render.digest import overview
from bot.slack.render.pieces import Block, done_view, paragraph
from bot.slack.slash import Typed
from bot.texts import say


def listen(app: AsyncApp, rooms: Rooms) -> None:
    """Take the view, its select and its button."""

    async def options(ack: AsyncAck, body: Mapping[str, Any]) -> None:
        await ack(options=await _options(rooms, body))

    async def submitted(ack: AsyncAck, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        await views.answer(ack, _submitted(rooms, body, view), texts.WHEN)

    async def stop(ack: AsyncAck, body: Mapping[str, Any]) -> None:
        await ack()
        try:
            sentence = await _stopped(rooms, body)
        except Exception as error:  # noqa: BLE001 (`words` logs it)
            sentence = words(error)
        view = done_view(say("digest_form.title"), paragraph(sentence))
        await views.change(rooms.web, body, view)

    app.options(texts.SECTIONS)(options)
    app.view(texts.FORM)(submitted)
    app.action(texts.STOP)(stop)


async def opened(rooms: Rooms, given: Typed) -> None:
    """Show the view for a channel. Raises StoreError, WarehouseError, SlackError."""
    found = await rooms.digests.show(given.team, given.channel)
    view = texts.digest_form(given.channel, given.place, found)
    await rooms.web.call("views.open", trigger_id=given.trigger_id, view=view)


async def _may(rooms: Rooms, body: Mapping[str, Any]) -> bool:
    return await rooms.people.is_admin(str(body["team"]["id"]), str(body["user"]["id"]))


def _where(body: Mapping[str, Any]) -> tuple[str, str]:
    """The workspace and the channel that the view is about."""
    return str(body["team"]["id"]), str(json.loads(body["view"]["private_metadata"])["channel"])


async def _options(rooms: Rooms, body: Mapping[str, Any]) -> list[Block]:
    try:
        offered: Sequence[str] = ()
        if await _may(rooms, body):
            offered = await rooms.digests.offered(*_where(body))
    except Exception as error:  # noqa: BLE001 (`words` logs it)
        words(error)
    return texts.section_options(offered, str(body.get("value", "")))


async def _submitted(
    rooms: Rooms, body: Mapping[str, Any], view: Mapping[str, Any]
) -> tuple[dict[str, str], Block]:
    """Set what the view says; what is wrong with it by block, and what to show.

    Raises StoreError, WarehouseError, SlackError.
    """
    team, channel = _where(body)
    if not await _may(rooms, body):
        return {texts.WHEN: say("digest_form.admins_only")}, {}
    if not await rooms.answering.bound(team, channel):
        return {texts.WHEN: say("refusals.not_bound")}, {}
    values = view["state"]["values"]
    when = str(values[texts.WHEN][texts.WHEN].get("value") or "")
    chosen = values[texts.SECTIONS][texts.SECTIONS].get("selected_options") or ()
    names = await _names(rooms, team, channel, [str(one["value"]) for one in chosen])
    if len(names) < len(chosen):
        return {texts.SECTIONS: say("digest_form.gone")}, {}
    try:
        made = await rooms.digests.plan(team, channel, when, names, str(body["user"]["id"]))
    except ScheduleError as error:
        return {texts.WHEN: _unmarked(error)}, {}
    except UnknownSectionError as error:
        return {texts.SECTIONS: _unmarked(error)}, {}
    live = await rooms.digests.live.get(team, channel)
    return {}, done_view(say("digest_form.title"), *overview(made, live).blocks)


async def _names(rooms: Rooms, team: str, channel: str, values: Sequence[str]) -> tuple[str, ...]:
    """The sections that options stand for; those that are gone are left out."""
    kept = await rooms.digests.show(team, channel)
    offered = await rooms.digests.offered(team, channel)
    known = {texts.value_of(name): name for name in (*(kept.sections if kept else ()), *offered)}
    return tuple(known[value] for value in values if value in known)


def _unmarked(error: Exception) -> str:
    """What is wrong, for where Slack reads no markup."""
    return str(error).replace("`", "")


async def _stopped(rooms: Rooms, body: Mapping[str, Any]) -> str:
    if not await _may(rooms, body):
        return say("digest_form.admins_only")
    ended = await rooms.digests.cancel(*_where(body))
    return say("digest_form.stopped") if ended else say("digest_form.none")
