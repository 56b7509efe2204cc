"""chat.*: posting, editing, deleting, whispering, links and streams."""

from __future__ import annotations

from bot.demo.workspace import messages
from bot.demo.workspace.blocks import check_message
from bot.demo.workspace.errors import SlackError, invalid
from bot.demo.workspace.messages import show
from bot.demo.workspace.state import Json, Whisper
from bot.demo.workspace.web_api.calls import Call, Method, channel_of, own_message, writable

STREAM_SECONDS = 300.0
"""How long a stream may live; seen in practice, not documented."""


def _check_metadata(call: Call) -> None:
    metadata = call.args.get("metadata")
    if metadata is None:
        return
    whole = isinstance(metadata, dict) and isinstance(metadata.get("event_payload"), dict)
    if not whole or not isinstance(metadata.get("event_type"), str):
        raise SlackError("invalid_metadata_format")


def _known_thread(call: Call, channel_id: str) -> str | None:
    """Return thread_ts, checked for its form only: Slack takes one that names no message."""
    thread_ts = call.args.get("thread_ts")
    if thread_ts in (None, ""):
        return None
    if not str(thread_ts).replace(".", "", 1).isdigit():
        raise invalid("invalid_thread_ts", [f"not a timestamp in {channel_id}"])
    return str(thread_ts)


def post_message(call: Call) -> Json:
    """Post a message. Errors: channel_not_found, not_in_channel, those of check_message."""
    call.need("chat:write")
    channel = writable(call)
    check_message(call.args, lacking=call.state.lacking)
    _check_metadata(call)
    thread_ts = _known_thread(call, channel.id)
    state = call.state
    message = messages.from_app(state, call.args, state.next_ts())
    if thread_ts and call.args.get("reply_broadcast"):
        message["subtype"] = messages.BROADCAST
    messages.place(state, channel, message, thread_ts)
    state.tell_app(f"message.{channel.family}", messages.event_of(state, channel, message))
    return {"channel": channel.id, "ts": message["ts"], "message": message}


def update(call: Call) -> Json:
    """Edit a message of the app's own.

    Text without blocks takes the blocks away; only text makes the mark "edited"
    (docs.slack.dev/reference/methods/chat.update).
    """
    call.need("chat:write")
    channel, message = own_message(call, "cant_update_message")
    check_message(call.args, updating=True, lacking=call.state.lacking)
    _check_metadata(call)
    state = call.state
    before = dict(message)
    fresh = messages.from_app(state, call.args, message["ts"])
    message |= {name: fresh[name] for name in ("text", "blocks")}
    message |= {n: call.args[n] for n in ("metadata", "attachments") if n in call.args}
    now = state.next_ts()
    if not call.args.get("blocks"):
        message["edited"] = {"user": state.bot.id, "ts": now}
    show(state, channel, message)
    changed = messages.change_of(state, channel, message, before, now)
    state.tell_app(f"message.{channel.family}", changed)
    return {
        "channel": channel.id,
        "ts": message["ts"],
        "text": message["text"],
        "message": message,
    }


def delete(call: Call) -> Json:
    """Delete a message of the app's own."""
    call.need("chat:write")
    channel, message = own_message(call, "cant_delete_message")
    messages.remove(call.state, channel, message)
    return {"channel": channel.id, "ts": message["ts"]}


def post_ephemeral(call: Call) -> Json:
    """Post a message that one member sees. Errors: user_not_in_channel."""
    call.need("chat:write")
    channel = writable(call)
    user = str(call.args["user"])
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    check_message(call.args, lacking=call.state.lacking)
    thread_ts = _known_thread(call, channel.id)
    state = call.state
    message = messages.from_app(state, call.args, state.next_ts()) | {"is_ephemeral": True}
    if thread_ts:
        message["thread_ts"] = thread_ts
    state.whispers.append(Whisper(user, channel.id, message))
    state.publish({"type": "message", "channel": channel.id, "message": message}, {user})
    return {"message_ts": message["ts"]}


def get_permalink(call: Call) -> Json:
    """Return the address of a message."""
    channel = channel_of(call)
    ts = str(call.args["message_ts"])
    if ts not in channel.messages:
        raise SlackError("message_not_found")
    link = f"{call.state.base_url}/archives/{channel.id}/p{ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": link}


def start_stream(call: Call) -> Json:
    """Start a streamed reply in a thread; a channel needs its recipients named."""
    call.need("chat:write")
    channel = writable(call)
    state = call.state
    if channel.kind != "im":
        for name in ("recipient_user_id", "recipient_team_id"):
            if not call.args.get(name):
                raise SlackError(f"missing_{name}")
    message = messages.from_app(state, {"text": _streamed(call)}, state.next_ts())
    message["streaming_state"] = "in_progress"
    messages.place(state, channel, message, _known_thread(call, channel.id))
    state.streams[channel.id, message["ts"]] = state.clock() + STREAM_SECONDS
    return {"channel": channel.id, "ts": message["ts"]}


def append_stream(call: Call) -> Json:
    """Add to a stream. Errors: message_not_in_streaming_state."""
    channel, message = own_message(call, "message_not_owned_by_app")
    if call.state.streams.get((channel.id, message["ts"]), 0.0) < call.state.clock():
        raise SlackError("message_not_in_streaming_state")
    message["text"] += _streamed(call)
    show(call.state, channel, message)
    return {"channel": channel.id, "ts": message["ts"]}


def stop_stream(call: Call) -> Json:
    """End a stream, with blocks and metadata if given."""
    answer = append_stream(call)
    channel, message = own_message(call, "message_not_owned_by_app")
    if call.args.get("blocks"):
        check_message(
            {"text": message["text"], "blocks": call.args["blocks"]}, lacking=call.state.lacking
        )
        message["blocks"] = messages.with_ids(call.args["blocks"])
    _check_metadata(call)
    if call.args.get("metadata"):
        message["metadata"] = call.args["metadata"]
    message.pop("streaming_state", None)
    del call.state.streams[channel.id, message["ts"]]
    show(call.state, channel, message)
    return answer | {"message": message}


def _streamed(call: Call) -> str:
    """Return the text of markdown_text or of the chunks."""
    chunks = call.args.get("chunks") or []
    texts = [str(chunk.get("text", "")) for chunk in chunks if chunk.get("type") == "markdown_text"]
    return str(call.args.get("markdown_text") or "") + "".join(texts)


METHODS = {
    "chat.appendStream": Method(append_stream, ("channel", "ts"), tier=4),
    "chat.delete": Method(delete, ("channel", "ts")),
    "chat.getPermalink": Method(get_permalink, ("channel", "message_ts"), tier=0),
    "chat.postEphemeral": Method(post_ephemeral, ("channel", "user"), tier=4),
    "chat.postMessage": Method(post_message, ("channel",), tier=4),
    "chat.startStream": Method(start_stream, ("channel", "thread_ts"), tier=2),
    "chat.stopStream": Method(stop_stream, ("channel", "ts"), tier=2),
    "chat.update": Method(update, ("channel", "ts")),
}
