"""What a Web API method gets and how it is described; the checks that several families share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.state import Channel, Json, State, Ticket


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `scopes` are the app's granted scopes; None grants all."""

    state: State
    args: Json
    scopes: frozenset[str] | None = None

    def need(self, *scopes: str) -> None:
        """Raise SlackError missing_scope unless one of `scopes` was granted."""
        if self.scopes is not None and not self.scopes.intersection(scopes):
            provided = ",".join(sorted(self.scopes))
            raise SlackError("missing_scope", needed=",".join(scopes), provided=provided)


@dataclass(frozen=True, slots=True)
class Method:
    """A Web API method.

    `needs` are arguments that must be there, `tier` is the rate limit's (0: none), `token` is bot,
    app or none, `takes_json` says whether the body may be JSON.
    """

    run: Callable[[Call], Json]
    needs: tuple[str, ...] = ()
    tier: int = 3
    token: str = "bot"  # noqa: S105 - the kind of a token, not one
    takes_json: bool = True


def channel_of(call: Call, name: str = "channel") -> Channel:
    """Return the conversation that an argument names. Raises SlackError channel_not_found.

    A user's id stands for the direct conversation with that person, as in chat.postMessage.
    """
    value = str(call.args.get(name) or "")
    if value in call.state.people:
        return call.state.direct(value)
    channel = call.state.named(value)
    if channel is None or (channel.kind == "private" and call.state.bot.id not in channel.members):
        raise SlackError("channel_not_found")
    return channel


def writable(call: Call, name: str = "channel") -> Channel:
    """Return a conversation that the app may write to. Raises SlackError not_in_channel."""
    channel = channel_of(call, name)
    if call.state.bot.id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def readable(call: Call, what: str, name: str = "channel") -> Channel:
    """Return a conversation whose `what` (history or read) the app may see."""
    channel = channel_of(call, name)
    call.need(f"{channel.family}:{what}")
    if what == "history" and call.state.bot.id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def own_message(call: Call, error: str) -> tuple[Channel, Json]:
    """Return a message of the app's own. Raises SlackError message_not_found, or `error`."""
    channel = channel_of(call)
    message = channel.messages.get(str(call.args["ts"]))
    if message is None:
        raise SlackError("message_not_found")
    if message.get("bot_id") != call.state.bot_id:
        raise SlackError(error)
    return channel, message


def trigger(call: Call) -> Ticket:
    """Return what a trigger_id stands for, and use it up.

    Raises SlackError invalid_trigger_id, expired_trigger_id or exchanged_trigger_id.
    """
    key = str(call.args.get("trigger_id") or call.args.get("interactivity_pointer") or "")
    ticket = call.state.triggers.get(key)
    if ticket is None:
        raise SlackError("invalid_trigger_id")
    if call.state.clock() > ticket.expires:
        raise SlackError("expired_trigger_id")
    if ticket.uses:
        raise SlackError("exchanged_trigger_id")
    ticket.uses += 1
    return ticket


def page_of(rows: list[Any], args: Json, name: str, most: int = 1000) -> Json:
    """Return one page of `rows` by limit and cursor. Raises SlackError invalid_cursor."""
    cursor = str(args.get("cursor") or "0")
    if not cursor.isdigit():
        raise SlackError("invalid_cursor")
    start, limit = int(cursor), int(args.get("limit") or 100)
    if not 1 <= limit <= most:
        raise SlackError("invalid_limit")
    following = str(start + limit) if start + limit < len(rows) else ""
    return {
        name: rows[start : start + limit],
        "response_metadata": {"next_cursor": following},
    }
