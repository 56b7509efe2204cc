"""The pane beside a channel: prompts for the event's phase, the session's status, Slack's own Stop.

The pane is our direct conversation with one person; Slack says which channel they look at beside
it. All of this is decoration: where Slack refuses it, questions are answered all the same.
Source: docs.slack.dev/ai/agent-sessions, docs.slack.dev/reference/events/app_context_changed and
docs.slack.dev/reference/methods/assistant.threads.setStatus.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.domain import Event, Progress, Report, silent
from bot.slack import delivery, reply, scope
from bot.slack.errors import CallRejectedError, SlackError, TokenRefusedError
from bot.slack.intake import Ask, viewed
from bot.slack.mentions import acknowledged
from bot.slack.outages import KNOWN
from bot.slack.ports import Rooms
from bot.slack.render.pieces import cut, one_line
from bot.slack.render.prompts import prompts, prompts_title
from bot.slack.render.stages import stage_line
from bot.store import Said
from bot.texts import say

log = structlog.get_logger()

_SESSIONS = "agents.sessions.setStatus"
_STATUS = "assistant.threads.setStatus"
_PACE = 1.0
"""Seconds between two statuses of a thread."""

_TITLE = 200


def listen(app: AsyncApp, rooms: Rooms) -> None:
    """Take what happens around the pane; the Home tab is not ours."""

    async def is_messages_tab(event: Mapping[str, Any]) -> bool:
        return event.get("tab") == "messages"

    async def look(event: Mapping[str, Any], context: AsyncBoltContext) -> None:
        user = str(event.get("user") or "")
        if user:
            await _suggest(rooms, context.team_id or "", user, event)

    async def stop(
        event: Mapping[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]
    ) -> None:
        await _stop(rooms, context.team_id or "", event)
        await next_()

    app.event("app_home_opened", matchers=[is_messages_tab])(look)
    app.event("app_context_changed")(look)
    app.event("agent_session_stopped", middleware=[stop])(acknowledged)


async def _suggest(rooms: Rooms, team: str, user: str, event: Mapping[str, Any]) -> None:
    """Show the prompts that suit what may be asked about here. Logs what is down."""
    beside = viewed(event.get("app_context") or event.get("context"))
    try:
        channel = str(event.get("channel") or await delivery.direct(rooms.web, user))
        events = await _events(rooms, team, user, channel, beside)
        await rooms.web.call(
            "assistant.threads.setSuggestedPrompts",
            channel_id=channel,
            title=prompts_title(events),
            prompts=list(prompts(events, datetime.now(UTC))),
        )
    except KNOWN as error:
        log.info("no_prompts", error=repr(error))


async def _events(
    rooms: Rooms, team: str, user: str, channel: str, beside: str
) -> tuple[Event, ...]:
    own = await rooms.answering.bound(team, channel)
    if own or not beside or not await scope.may_ask(rooms, team, user, beside):
        return own
    return await rooms.answering.bound(team, beside)


async def _stop(rooms: Rooms, team: str, event: Mapping[str, Any]) -> None:
    """Stop all that runs in the thread; their workers say so. Only who asked is in the pane."""
    channel = str(event["channel"])
    if not scope.is_direct(channel):
        return
    thread = Said(team, channel, str(event.get("thread_ts") or ""))
    for question in await rooms.store.asked.running(thread):
        await rooms.answering.stop(question)


@asynccontextmanager
async def session(rooms: Rooms, ask: Ask, thread: str) -> AsyncIterator[Report]:
    """Show that a thread of the pane is being worked on, and give what shows how far it is.

    A worker that dies leaves it so: the next one goes on. Raises StoreError.
    """
    if not scope.is_direct(ask.channel):
        yield silent
        return
    await rooms.store.asked.in_thread(Said(ask.team, ask.channel, thread), ask.id)
    said: list[str] = []

    async def tell(stage: str) -> None:
        said.append(stage)
        await _say(rooms, ask, thread, stage)

    await _work(rooms, ask, thread, "processing")
    try:
        async with reply.keeping_up(tell, "", _PACE) as show:

            async def report(progress: Progress, /) -> None:
                show(stage_line(progress))

            yield report
    finally:
        if said:
            await _say(rooms, ask, thread, "")
        await _work(rooms, ask, thread, "active")


async def _work(rooms: Rooms, ask: Ask, thread: str, status: str) -> None:
    """Set the state of the session, which has the question as its title."""
    title = cut(one_line(ask.text), _TITLE) or say("pane.question")
    about = {"channel_id": ask.channel, "thread_ts": thread, "status": status, "title": title}
    await _decorate(rooms, _SESSIONS, **about, initiator_user_id=ask.user)


async def _say(rooms: Rooms, ask: Ask, thread: str, stage: str) -> None:
    """Show a stage as what we are doing in the thread; none takes it away."""
    about: dict[str, Any] = {"channel_id": ask.channel, "thread_ts": thread, "status": ""}
    if stage:
        about |= {"status": say("pane.working"), "loading_messages": [stage]}
    await _decorate(rooms, _STATUS, **about)


async def _decorate(rooms: Rooms, method: str, **arguments: object) -> None:
    """Do a call that nothing rests on; never raises. What Slack has not is asked for once."""
    if method in rooms.web.unsupported:
        return
    try:
        await rooms.web.call(method, **arguments)
    except (CallRejectedError, TokenRefusedError) as error:
        # An app that is not declared as an agent has none of this.
        rooms.web.unsupported.add(method)
        log.info("not_decorated", method=method, reason=error.code)
    except SlackError as error:
        log.info("status_not_shown", reason=error.code)
