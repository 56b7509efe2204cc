"""What a person can reach, and the one-time keys that Slack hands out with each interaction.

Every look-up raises PageError, in words for that person, when there is nothing to reach.
"""

from __future__ import annotations

import secrets

from bot.demo.workspace.errors import PageError
from bot.demo.workspace.state import Channel, Json, OpenView, Person, State, Ticket, new_id

RESPONSE_SECONDS = 1800.0
"""How long a response_url is good."""

RESPONSE_USES = 5
"""How many messages a response_url takes."""


def person_of(state: State, user: str) -> Person:
    """Return a person by id."""
    if user not in state.people:
        raise PageError("nobody here has that name")
    return state.people[user]


def place_of(state: State, user: str, channel: str) -> Channel:
    """Return a conversation that `user` is in."""
    place = state.channels.get(channel)
    if place is None or user not in place.members:
        raise PageError("you are not in that channel")
    return place


def message_of(state: State, user: str, channel: str, ts: str) -> Json:
    """Return a message that everyone in its conversation sees."""
    message = place_of(state, user, channel).messages.get(ts)
    if message is None:
        raise PageError("that message is gone")
    return message


def view_of(state: State, user: str, view_id: str) -> OpenView:
    """Return a modal that `user` has open, or their Home."""
    home = state.homes.get(user)
    view = home if home is not None and home.id == view_id else state.views.get(view_id)
    if view is None or view.user != user:
        raise PageError("that dialog is closed already")
    return view


def new_trigger(state: State, user: str, seconds: float, view: str = "") -> str:
    """Return a trigger_id that is good for `seconds`, once."""
    _prune(state.triggers, state.clock())
    key = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
    state.triggers[key] = Ticket(user, state.clock() + seconds, view=view)
    return key


def new_response_url(state: State, user: str, channel: str, ts: str = "") -> str:
    """Return a response_url for a conversation, or for a message in it."""
    _prune(state.response_urls, state.clock())
    key = secrets.token_urlsafe(24)
    state.response_urls[key] = Ticket(user, state.clock() + RESPONSE_SECONDS, channel, ts)
    return f"{state.base_url}/actions/{state.team}/{new_id('R')}/{key}"


def _prune(tickets: dict[str, Ticket], now: float) -> None:
    """Forget what ended an hour ago; until then its end is an error of its own."""
    for key in [key for key, ticket in tickets.items() if ticket.expires < now - 3600]:
        del tickets[key]
