"""Which channel's events a question is about, where it was not asked in that channel.

In a direct message: the events of the conversation itself, else those of the thread's last answer,
else of the channel that the person looks at beside the pane. A channel that was chosen, remembered
or looked at counts only as long as the person is in it: nobody is shown another channel's events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import structlog

from bot.domain import Event, Question
from bot.slack.errors import SlackError
from bot.slack.intake import Ask
from bot.slack.ports import Rooms

log = structlog.get_logger()


async def scoped(rooms: Rooms, ask: Ask) -> Question:
    """The question, about the events it may be about.

    Raises StoreError, WarehouseError.
    """
    question = ask.question()
    if ask.scope:
        allowed = await _may(rooms, ask, ask.scope)
        return replace(question, scope=ask.scope) if allowed else replace(question, events=())
    if not is_direct(ask.channel) or await rooms.answering.bound(ask.team, ask.channel):
        return question
    last = await rooms.answering.last_in(ask.team, ask.channel, ask.thread_ts)
    for channel in (last.scope if last is not None else "", ask.viewed):
        if channel and await _may(rooms, ask, channel):
            return replace(question, scope=channel)
    return question


async def _may(rooms: Rooms, ask: Ask, channel: str) -> bool:
    return await may_ask(rooms, ask.team, ask.user, channel)


async def may_ask(rooms: Rooms, team: str, user: str, channel: str) -> bool:
    """Whether `user` is in `channel`; while Slack does not say, they are not."""
    try:
        return channel in await rooms.people.channels(team, user)
    except SlackError as error:
        log.warning("membership_not_known", reason=error.code)
        return False


async def askable(
    rooms: Rooms, team: str, user: str
) -> Mapping[str, tuple[str, tuple[Event, ...]]]:
    """The channels that `user` is in and that have events: names and events by id.

    Raises SlackError, StoreError, WarehouseError.
    """
    inside = await rooms.people.channels(team, user)
    bound = await rooms.answering.bindings(team)
    return {channel: (inside[channel], bound[channel]) for channel in inside if channel in bound}


def is_direct(channel: str) -> bool:
    """Whether this is a conversation of one person with us."""
    return channel.startswith("D")
