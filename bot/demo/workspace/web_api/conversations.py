"""conversations.*: what conversations there are, who is in them, what was said."""

from __future__ import annotations

from bot.demo.workspace import messages
from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.state import Channel, Json
from bot.demo.workspace.web_api.calls import Call, Method, page_of, readable

_KINDS = {"public_channel": "public", "private_channel": "private", "im": "im"}


def _about(call: Call, channel: Channel) -> Json:
    about: Json = {
        "id": channel.id,
        "created": 1_700_000_000,
        "is_channel": channel.kind == "public",
        "is_group": False,
        "is_im": channel.kind == "im",
        "is_mpim": False,
        "is_private": channel.kind != "public",
        "is_archived": False,
        "is_member": call.state.bot.id in channel.members,
        "context_team_id": call.state.team,
        "num_members": len(channel.members),
    }
    if channel.kind == "im":
        return about | {"user": channel.person}
    return about | {"name": channel.name, "name_normalized": channel.name}


def info(call: Call) -> Json:
    """Describe a conversation."""
    return {"channel": _about(call, readable(call, "read"))}


def list_all(call: Call) -> Json:
    """List conversations of the `types` asked for; public channels by default."""
    wanted = str(call.args.get("types") or "public_channel").split(",")
    kinds = {_KINDS[kind.strip()] for kind in wanted if kind.strip() in _KINDS}
    families = {"public": "channels:read", "private": "groups:read", "im": "im:read"}
    for kind in kinds:
        call.need(families[kind])
    found = [
        _about(call, channel)
        for channel in call.state.channels.values()
        if channel.kind in kinds and (channel.kind == "public" or _inside(call, channel))
    ]
    return page_of(found, call.args, "channels")


def _inside(call: Call, channel: Channel) -> bool:
    return call.state.bot.id in channel.members


def of_user(call: Call) -> Json:
    """List the conversations that the app (or `user`) is a member of (users.conversations)."""
    user = str(call.args.get("user") or call.state.bot.id)
    if user not in call.state.everyone():
        raise SlackError("user_not_found")
    inside = {one.id for one in call.state.channels.values() if user in one.members}
    answer = list_all(call)
    answer["channels"] = [one for one in answer["channels"] if one["id"] in inside]
    return answer


def history(call: Call) -> Json:
    """Give the messages of a conversation that are no replies, newest first."""
    channel = readable(call, "history")
    return _some(call, messages.roots(channel)[::-1])


def replies(call: Call) -> Json:
    """Give a thread, oldest first. Errors: thread_not_found."""
    channel = readable(call, "history")
    found = messages.thread(channel, str(call.args["ts"]))
    if not found:
        raise SlackError("thread_not_found")
    return _some(call, found)


def _some(call: Call, found: list[Json]) -> Json:
    args = call.args
    oldest = float(args.get("oldest") or 0)
    latest = float(args.get("latest") or "inf")
    edge = bool(args.get("inclusive"))
    kept = [
        messages.public(one, metadata=bool(args.get("include_all_metadata")))
        for one in found
        if oldest < float(one["ts"]) < latest or (edge and float(one["ts"]) in (oldest, latest))
    ]
    answer = page_of(kept, args, "messages", most=999)
    return answer | {"has_more": bool(answer["response_metadata"]["next_cursor"])}


def open_direct(call: Call) -> Json:
    """Open a direct conversation with one person."""
    call.need("im:write")
    if call.args.get("channel"):
        return {"channel": {"id": readable(call, "read").id}}
    users = [one for one in str(call.args.get("users") or "").split(",") if one]
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) != 1:
        raise SlackError("not_enough_users" if not users else "invalid_user_combination")
    if users[0] not in call.state.people:
        raise SlackError("user_not_found")
    return {"channel": {"id": call.state.direct(users[0]).id}}


def members(call: Call) -> Json:
    """List the members of a conversation."""
    return page_of(sorted(readable(call, "read").members), call.args, "members")


METHODS = {
    "conversations.history": Method(history, ("channel",)),
    "conversations.info": Method(info, ("channel",), takes_json=False),
    "conversations.list": Method(list_all, tier=2),
    "conversations.members": Method(members, ("channel",), tier=4),
    "conversations.open": Method(open_direct),
    "conversations.replies": Method(replies, ("channel", "ts")),
    "users.conversations": Method(of_user),
}
