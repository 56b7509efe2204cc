"""What is done by a click in the Home; each gives what to say, or None where a view has opened.

That an admin clicks has been looked at before; only `ask_again` is for everybody, and looks at
whose question it is.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from bot.answering import approve
from bot.slack import delivery, intake, scope
from bot.slack.errors import SlackError
from bot.slack.intake import Ask, question_id
from bot.slack.ports import Rooms
from bot.slack.render import home as texts
from bot.slack.render.channel import bind_view
from bot.slack.render.sql import sql_view
from bot.store import Scope
from bot.texts import say

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Click:
    """A click in somebody's Home, and the value that it carries. `at` is unique to it."""

    rooms: Rooms
    team: str
    user: str
    value: str
    trigger_id: str
    at: str


async def ask_again(click: Click) -> str | None:
    """Ask one's own question again, about the channel's events of now, in direct messages."""
    rooms = click.rooms
    stored = await rooms.answering.stored(click.value)
    if stored is None or (stored.team, stored.asker.user) != (click.team, click.user):
        return say("home.gone")
    channel = stored.scope or stored.channel
    where = "" if scope.is_direct(channel) else channel
    if where and not await scope.may_ask(rooms, click.team, click.user, where):
        return say("home.not_inside")
    ask = Ask(
        id=question_id(click.team, click.user, f"home:{click.at}"),
        team=click.team,
        channel=await delivery.direct(rooms.web, click.user),
        user=click.user,
        text=stored.text,
        ts=f"{time.time():.6f}",
        quoted=True,
        scope=where,
    )
    await intake.put(rooms, ask)
    return say("home.sent")


async def _sql(click: Click) -> str | None:
    stored = await click.rooms.answering.stored(click.value)
    if stored is None or stored.team != click.team:
        return say("home.gone")
    note = stored.explanation or "As it was written; the guard reads it before it runs."
    view = sql_view(stored.text, stored.shown or stored.sql, note)
    await click.rooms.web.call("views.open", trigger_id=click.trigger_id, view=view)
    return None


async def _verify(click: Click) -> str | None:
    wanted, _, number = click.value.partition(" ")
    stored = await click.rooms.answering.stored(number)
    if stored is None or stored.team != click.team:
        return say("home.gone")
    name = (await click.rooms.people.profile(click.team, click.user)).name
    store = click.rooms.store
    if reason := await approve(store, stored, Scope(wanted), click.user, name or "an admin"):
        return reason
    await store.feedback.review(click.team, number, click.user)
    where = texts.SCOPES[Scope(wanted)]
    return f"Verified {where}: this SQL answers that question from now on."


async def _done(click: Click) -> str | None:
    done = await click.rooms.store.feedback.review(click.team, click.value, click.user)
    return "Done." if done else say("home.gone")


async def _withdraw(click: Click) -> str | None:
    question = await click.rooms.store.verified.withdraw(click.team, click.value)
    log.info("verified_withdrawn", by=click.user, id=click.value)
    return f"Withdrawn: “{question}”." if question else say("home.gone")


async def _bind(click: Click) -> str | None:
    bound = await click.rooms.answering.bound(click.team, click.value)
    name = ""
    try:
        about = await click.rooms.web.call("conversations.info", channel=click.value)
        name = str(about["channel"].get("name") or "")
    except SlackError as error:
        log.info("channel_not_named", reason=error.code)
    view = bind_view(click.value, name, bound)
    await click.rooms.web.call("views.open", trigger_id=click.trigger_id, view=view)
    return None


async def _unbind(click: Click) -> str | None:
    gone = await click.rooms.answering.unbind(click.team, click.value, click.user)
    return "Disconnected." if gone else say("home.gone")


async def _digest_off(click: Click) -> str | None:
    gone = await click.rooms.digests.cancel(click.team, click.value)
    return "No more digests there." if gone else say("home.gone")


DEEDS: Mapping[str, Callable[[Click], Awaitable[str | None]]] = {
    texts.BIND: _bind,
    texts.DIGEST_OFF: _digest_off,
    texts.DONE: _done,
    texts.SQL: _sql,
    texts.UNBIND: _unbind,
    texts.VERIFY: _verify,
    texts.WITHDRAW: _withdraw,
}
"""What only admins may do, by action."""
