"""pins.*: pinning a message to its channel, and taking it off. `pinned_to` is as Slack has it."""

from __future__ import annotations

from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.messages import show
from bot.demo.workspace.state import Channel, Json
from bot.demo.workspace.web_api.calls import Call, Method, writable


def _message(call: Call) -> tuple[Channel, Json]:
    call.need("pins:write")
    channel = writable(call)
    message = channel.messages.get(str(call.args["timestamp"]))
    if message is None:
        raise SlackError("message_not_found")
    return channel, message


def add(call: Call) -> Json:
    """Pin. Errors: already_pinned, message_not_found."""
    channel, message = _message(call)
    if channel.id in message.get("pinned_to", ()):
        raise SlackError("already_pinned")
    message["pinned_to"] = [channel.id]
    show(call.state, channel, message)
    return {}


def remove(call: Call) -> Json:
    """Take a pin off. Errors: no_pin, message_not_found."""
    channel, message = _message(call)
    if not message.pop("pinned_to", None):
        raise SlackError("no_pin")
    show(call.state, channel, message)
    return {}


METHODS = {
    "pins.add": Method(add, ("channel", "timestamp"), tier=2),
    "pins.remove": Method(remove, ("channel", "timestamp"), tier=2),
}
