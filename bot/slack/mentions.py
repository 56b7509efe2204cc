"""`@Game Stats …` in a channel: a question. It is in the durable queue before Slack gets its ack.

A listener's middleware runs before Bolt acknowledges an event; when it raises there is no ack and
Slack delivers again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.slack import intake
from bot.slack.ports import Rooms


def listen(app: AsyncApp, rooms: Rooms) -> None:
    """Take mentions."""

    async def take(
        event: Mapping[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]
    ) -> None:
        if said_by_person(event):
            await intake.put(rooms, intake.ask_from_event(context.team_id or "", event))
        await next_()

    app.event("app_mention", middleware=[take])(acknowledged)


def said_by_person(event: Mapping[str, Any]) -> bool:
    """Whether a person said this just now: no bot, no edit, no deletion, no system message."""
    return by_person(event) and not event.get("edited") and not event.get("hidden")


def by_person(message: Mapping[str, Any]) -> bool:
    """Whether a message is a person's own words: no bot's, no system message."""
    return (
        bool(message.get("user"))
        and not message.get("bot_id")
        and message.get("subtype") in {None, "file_share", "thread_broadcast"}
    )


async def acknowledged() -> None:
    """All is done before the ack; Bolt wants a listener nevertheless."""
