"""Messages that do not mention the bot: direct ones, and those in threads where it has answered.

A direct message is a question about the events that its conversation has. In a channel a reply in a
thread is taken if it reads like a question and is said to nobody else; whether the thread is one of
ours the worker looks up. A mention comes here too, and is the same question as in `mentions`.

Edits and deletions of messages come here as well, mentions or not: an edited question is asked
anew, a deleted one is withdrawn (`withdrawal`). For a message that asked nothing they cost one look
into Redis at most.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.answering import worth_taking
from bot.slack import intake, withdrawal
from bot.slack.intake import Ask
from bot.slack.mentions import acknowledged, by_person, said_by_person
from bot.slack.ports import Rooms
from bot.store import Said
from bot.store.asked import KEPT_SECONDS


def listen(app: AsyncApp, rooms: Rooms) -> None:
    """Take direct messages, and let every other message pass without a word."""

    async def take(
        event: Mapping[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]
    ) -> None:
        team, bot = context.team_id or "", context.bot_user_id or ""
        match event.get("subtype"):
            case "message_deleted":
                await _deleted(rooms, team, bot, event)
            case "message_changed" if _is_tombstone(event):
                await _deleted(rooms, team, bot, event)
            case "message_changed":
                await _edited(rooms, team, bot, event)
            case _ if said_by_person(event):
                ask = _question(team, event)
                if ask is not None:
                    await intake.put(rooms, ask)
        await next_()

    app.event("message", middleware=[take])(acknowledged)


def _question(team: str, event: Mapping[str, Any]) -> Ask | None:
    """What a message without a mention asks, if anything."""
    ask = intake.ask_from_event(team, event)
    if event.get("channel_type") == "im":
        return ask
    if _in_a_thread(event) and worth_taking(ask.text):
        return replace(ask, overheard=True)
    return None


def _in_a_thread(event: Mapping[str, Any]) -> bool:
    """Whether this replies to somebody, and is said to nobody by name."""
    thread = event.get("thread_ts")
    return bool(thread) and thread != event["ts"] and "<@" not in str(event.get("text", ""))


async def _edited(rooms: Rooms, team: str, bot: str, event: Mapping[str, Any]) -> None:
    """Ask anew where the words have changed; a link that unfurls is an edit too."""
    message = event["message"]
    before = str((event.get("previous_message") or {}).get("text", ""))
    if not by_person(message) or message.get("text", "") == before:
        return
    at = float((message.get("edited") or {}).get("ts") or event["ts"])
    if at - float(message["ts"]) > KEPT_SECONDS:
        return
    said = {**message, "channel": event["channel"], "channel_type": event.get("channel_type")}
    ask = intake.ask_from_event(team, said)
    wanted = ask if _mentions(bot, message) else _question(team, said)
    standing = await rooms.store.asked.standing(ask.said)
    if standing is None:
        if wanted is not None:  # it has become a question only now
            await intake.put(rooms, wanted)
    elif wanted is None:
        await withdrawal.take_back(rooms, ask.said, at)
    elif standing.text != ask.text:
        anew = intake.question_id(team, ask.channel, f"{ask.ts}:{at}")
        await intake.put(rooms, replace(wanted, id=anew), at)


def _mentions(bot: str, message: Mapping[str, Any]) -> bool:
    return f"<@{bot}>" in str(message.get("text", ""))


def _is_tombstone(event: Mapping[str, Any]) -> bool:
    """Whether this deletes a message that has replies: its place in the thread is kept."""
    return bool((event.get("message") or {}).get("subtype") == "tombstone")


async def _deleted(rooms: Rooms, team: str, bot: str, event: Mapping[str, Any]) -> None:
    previous = event.get("previous_message") or {}
    if previous and not by_person(previous):
        return
    ts = event.get("deleted_ts") or (event.get("message") or previous).get("ts", "")
    addressed = event.get("channel_type") == "im" or _mentions(bot, previous)
    said = Said(team, str(event["channel"]), str(ts))
    await withdrawal.take_back(rooms, said, addressed=addressed)
