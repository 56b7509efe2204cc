"""Direct messages to the bot: each is a question about the events that this conversation has.

Messages in channels are not read unless they mention the bot (`mentions`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.slack import intake
from bot.slack.mentions import acknowledged, said_by_person
from bot.slack.ports import Rooms


def listen(app: AsyncApp, rooms: Rooms) -> None:
    """Take direct messages, and let every other message pass without a word."""

    async def take(
        event: Mapping[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]
    ) -> None:
        if event.get("channel_type") == "im" and said_by_person(event):
            await intake.put(rooms.jobs, intake.ask_from_event(context.team_id or "", event))
        await next_()

    app.event("message", middleware=[take])(acknowledged)
