"""Messages that do not mention the bot: direct ones, and those in threads where it has answered.

A direct message is a question about the events that its conversation has. In a channel a reply in a
thread is taken if it reads like a question and is said to nobody else; whether the thread is one of
ours the worker looks up. A mention comes here too, and is the same question as in `mentions`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.answering import worth_taking
from bot.slack import intake
from bot.slack.mentions import acknowledged, said_by_person
from bot.slack.ports import Rooms


def listen(app: AsyncApp, rooms: Rooms) -> None:
    """Take direct messages, and let every other message pass without a word."""

    async def take(
        event: Mapping[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]
    ) -> None:
        if said_by_person(event):
            ask = intake.ask_from_event(context.team_id or "", event)
            if event.get("channel_type") == "im":
                await intake.put(rooms.jobs, ask)
            elif _in_a_thread(event) and worth_taking(ask.text):
                await intake.put(rooms.jobs, replace(ask, overheard=True))
        await next_()

    app.event("message", middleware=[take])(acknowledged)


def _in_a_thread(event: Mapping[str, Any]) -> bool:
    """Whether this replies to somebody, and is said to nobody by name."""
    thread = event.get("thread_ts")
    return bool(thread) and thread != event["ts"] and "<@" not in str(event.get("text", ""))
