"""reactions.*: adding and taking away."""

from __future__ import annotations

from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.messages import show
from bot.demo.workspace.state import Channel, Json
from bot.demo.workspace.web_api.calls import Call, Method, channel_of


def _message(call: Call) -> tuple[Channel, Json]:
    channel = channel_of(call)
    message = channel.messages.get(str(call.args["timestamp"]))
    if message is None:
        raise SlackError("message_not_found")
    return channel, message


def react(message: Json, name: str, user: str) -> bool:
    """Add the reaction of `user`; False if it was there."""
    reactions = message.setdefault("reactions", [])
    for one in reactions:
        if one["name"] == name:
            if user in one["users"]:
                return False
            one["users"].append(user)
            one["count"] = len(one["users"])
            return True
    reactions.append({"name": name, "users": [user], "count": 1})
    return True


def unreact(message: Json, name: str, user: str) -> bool:
    """Take the reaction of `user` away; False if there was none."""
    for one in message.get("reactions", []):
        if one["name"] == name and user in one["users"]:
            one["users"].remove(user)
            one["count"] = len(one["users"])
            message["reactions"] = [left for left in message["reactions"] if left["count"]]
            return True
    return False


def add(call: Call) -> Json:
    """React. Errors: already_reacted, message_not_found."""
    call.need("reactions:write")
    channel, message = _message(call)
    if not react(message, str(call.args["name"]).strip(":"), call.state.bot.id):
        raise SlackError("already_reacted")
    show(call.state, channel, message)
    return {}


def remove(call: Call) -> Json:
    """Take a reaction back. Errors: no_reaction, message_not_found."""
    call.need("reactions:write")
    channel, message = _message(call)
    if not unreact(message, str(call.args["name"]).strip(":"), call.state.bot.id):
        raise SlackError("no_reaction")
    show(call.state, channel, message)
    return {}


METHODS = {
    "reactions.add": Method(add, ("channel", "name", "timestamp")),
    "reactions.remove": Method(remove, ("channel", "name", "timestamp"), tier=2),
}
