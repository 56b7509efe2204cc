"""Messages as Slack stores them, and the markup of what people type.

`typed` turns a person's words into Slack's markup: &, < and > escaped, @Name and #channel of this
workspace turned into <@U…> and <#C…>, addresses into <https://…>. What a person types is never
markup by itself: "<!channel>" stays text. Source: docs.slack.dev/messaging/formatting-message-text.
"""

from __future__ import annotations

import re
from typing import Any

from bot.demo.workspace.state import Channel, Json, Person, State, new_id

_KEPT = ("blocks", "attachments", "metadata", "files", "username", "icon_emoji")
BROADCAST = "thread_broadcast"
"""The subtype of a reply that is shown in its channel as well."""

_ADDRESS = re.compile(r"https?://[^\s<>]+")


def escape(words: str) -> str:
    """Escape the three characters that Slack's markup reserves."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def typed(state: State, words: str) -> str:
    """Return what `words`, typed by a person, read in Slack's markup."""
    people, channels = state.everyone(), state.channels
    marks = {f"<@{one.id}>": f"<@{one.id}>" for one in people.values()}
    marks |= {f"@{one.name}": f"<@{one.id}>" for one in people.values()}
    marks |= {f"@{one.handle}": f"<@{one.id}>" for one in people.values()}
    named = [one for one in channels.values() if one.name]
    marks |= {f"#{one.name}": f"<#{one.id}|{one.name}>" for one in named}
    longest_first = sorted(marks, key=len, reverse=True)
    pattern = re.compile(
        "|".join(rf"(?<!\w){re.escape(mark)}(?!\w)" for mark in longest_first), re.IGNORECASE
    )
    lowered = {mark.lower(): markup for mark, markup in marks.items()}
    parts: list[str] = []
    end = 0
    for found in pattern.finditer(words):
        parts += [_plain(words[end : found.start()]), lowered[found.group().lower()]]
        end = found.end()
    return "".join([*parts, _plain(words[end:])])


def _plain(words: str) -> str:
    return _ADDRESS.sub(lambda found: f"<{found.group()}>", escape(words))


def from_app(state: State, args: Json, ts: str) -> Json:
    """Return the message that the app posts with `args`."""
    message: Json = {
        "type": "message",
        "user": state.bot.id,
        "bot_id": state.bot_id,
        "app_id": state.app,
        "team": state.team,
        "text": args.get("text") or args.get("markdown_text") or "",
        "ts": ts,
        "bot_profile": {
            "id": state.bot_id,
            "app_id": state.app,
            "name": state.bot.name,
            "team_id": state.team,
        },
    }
    if args.get("markdown_text"):
        message["blocks"] = [{"type": "markdown", "text": args["markdown_text"]}]
    message |= {name: args[name] for name in _KEPT if args.get(name)}
    message["blocks"] = with_ids(message.get("blocks", []))
    return message


def from_person(state: State, person: Person, words: str, ts: str) -> Json:
    """Return the message that a person sends with `words`, which are markup already."""
    return {
        "type": "message",
        "user": person.id,
        "client_msg_id": new_id("m"),
        "team": state.team,
        "text": words,
        "ts": ts,
    }


def with_ids(blocks: list[Json]) -> list[Json]:
    """Give each block, and each element that acts, the id that Slack gives it."""
    done: list[Json] = []
    for block in blocks:
        named: Json = {"block_id": new_id("b"), **block}
        for place in ("elements", "accessory", "element"):
            inside = block.get(place)
            if isinstance(inside, list) and block["type"] != "rich_text":
                named[place] = [_acting(one) for one in inside]
            elif isinstance(inside, dict):
                named[place] = _acting(inside)
        done.append(named)
    return done


def _acting(element: Json) -> Json:
    if element.get("type") in {"image", "plain_text", "mrkdwn"}:
        return element
    return {"action_id": new_id("a"), **element}


def thread(channel: Channel, ts: str) -> list[Json]:
    """Return the message `ts` and its replies, oldest first."""
    return [one for one in channel.messages.values() if ts in (one["ts"], one.get("thread_ts"))]


def roots(channel: Channel) -> list[Json]:
    """Return what a channel shows outside its threads, oldest first."""
    return [
        one
        for one in channel.messages.values()
        if one.get("thread_ts") in (None, one["ts"]) or one.get("subtype") == BROADCAST
    ]


def place(state: State, channel: Channel, message: Json, thread_ts: str | None) -> None:
    """Put a new message into its channel (and thread), and tell the pages.

    A thread_ts that names no message still makes a reply, as in Slack.
    """
    if thread_ts:
        parent = channel.messages.get(thread_ts)
        root = (parent or {}).get("thread_ts", thread_ts)
        message["thread_ts"] = root
        parent = channel.messages.get(root)
        if parent is not None:
            message["parent_user_id"] = parent["user"]
            users = parent.setdefault("reply_users", [])
            if message["user"] not in users:
                users.append(message["user"])
            count = parent.get("reply_count", 0) + 1
            parent |= {"thread_ts": root, "reply_count": count, "latest_reply": message["ts"]}
            show(state, channel, parent)
    channel.messages[message["ts"]] = message
    if "bot_id" in message:  # what the app was doing is done
        state.statuses.pop((channel.id, message.get("thread_ts", "")), None)
    show(state, channel, message)


def remove(state: State, channel: Channel, message: Json) -> None:
    """Take a message away; its thread counts one less."""
    del channel.messages[message["ts"]]
    parent = channel.messages.get(message.get("thread_ts", ""))
    if parent is not None and parent is not message:
        parent["reply_count"] -= 1
        show(state, channel, parent)
    event = {"type": "message_deleted", "channel": channel.id, "ts": message["ts"]}
    state.publish(event, state.readers(channel))


def show(state: State, channel: Channel, message: Json) -> None:
    """Tell the pages that a message is new or has changed."""
    event = {"type": "message", "channel": channel.id, "message": message}
    state.publish(event, state.readers(channel))


def public(message: Json, *, metadata: bool) -> Json:
    """Return a message as the Web API gives it; metadata only when asked for."""
    hidden = set() if metadata else {"metadata"}
    return {name: value for name, value in message.items() if name not in hidden}


def event_of(state: State, channel: Channel, message: Json, **extra: Any) -> Json:
    """Return the event that tells the app about `message`."""
    kinds = {"public": "channel", "private": "group", "im": "im"}
    return {
        **public(message, metadata=False),
        "channel": channel.id,
        "channel_type": kinds[channel.kind],
        "event_ts": message["ts"],
        "team": state.team,
        **extra,
    }


def change_of(state: State, channel: Channel, message: Json, before: Json, now: str) -> Json:
    """Return the event that tells the app that `message` was `before` until `now`."""
    return _changed(state, channel, now, before) | {
        "subtype": "message_changed",
        "message": public(message, metadata=False),
    }


def deletion_of(state: State, channel: Channel, message: Json, now: str) -> Json:
    """Return the event that tells the app that `message` is gone."""
    return _changed(state, channel, now, message) | {
        "subtype": "message_deleted",
        "deleted_ts": message["ts"],
    }


def _changed(state: State, channel: Channel, now: str, before: Json) -> Json:
    return {
        "type": "message",
        "hidden": True,
        "channel": channel.id,
        "channel_type": event_of(state, channel, before)["channel_type"],
        "previous_message": public(before, metadata=False),
        "ts": now,
        "event_ts": now,
    }
