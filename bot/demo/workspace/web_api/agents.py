"""agents.* and assistant.*: the status line of a thread, its title, suggested prompts."""

from __future__ import annotations

from bot.demo.workspace.errors import SlackError, invalid
from bot.demo.workspace.state import Json
from bot.demo.workspace.web_api.calls import Call, Method, writable

_LOADING = 10
_SESSION = {"processing", "active", "suspended", "closed"}


def _set(call: Call, status: Json) -> Json:
    channel = writable(call, "channel_id")
    thread_ts = str(call.args.get("thread_ts") or "")
    if not status["text"]:
        call.state.statuses.pop((channel.id, thread_ts), None)
    else:
        call.state.statuses[channel.id, thread_ts] = status
    event = {"type": "status", "channel": channel.id, "thread_ts": thread_ts, "status": status}
    call.state.publish(event, call.state.readers(channel))
    return {}


def thread_status(call: Call) -> Json:
    """Show what the app is doing (assistant.threads.setStatus); an empty status clears it.

    Slack shows the loading messages, of which there are ten at most, in turns; here it is the last.
    """
    call.need("assistant:write", "chat:write")
    loading = call.args.get("loading_messages") or []
    if not isinstance(loading, list) or len(loading) > _LOADING:
        raise invalid("invalid_arguments", ["must be 10 at most [json-pointer:/loading_messages]"])
    text = str(call.args.get("status") or "")
    return _set(call, {"text": text, "loading": str(loading[-1]) if loading else "", "session": ""})


def session_status(call: Call) -> Json:
    """Set the state of an agent's session (agents.sessions.setStatus)."""
    call.need("assistant:write", "chat:write")
    session = call.args["status"]
    if session not in _SESSION:
        raise SlackError("invalid_status")
    return _set(call, {"text": "is working" if session == "processing" else "", "session": session})


def prompts(call: Call) -> Json:
    """Set the prompts that a person may pick. Errors: invalid_arguments beyond four prompts."""
    call.need("assistant:write")
    channel = writable(call, "channel_id")
    given = call.args["prompts"]
    if not isinstance(given, list) or not 1 <= len(given) <= 4:
        raise invalid("invalid_arguments", ["must be 1 to 4 prompts [json-pointer:/prompts]"])
    call.state.prompts[channel.id] = given
    event = {"type": "prompts", "channel": channel.id, "prompts": given}
    call.state.publish(event, call.state.readers(channel))
    return {}


def title(call: Call) -> Json:
    """Name a thread; nothing here shows it."""
    call.need("assistant:write")
    writable(call, "channel_id")
    return {}


METHODS = {
    "agents.sessions.rename": Method(title, ("channel_id", "title")),
    "agents.sessions.setStatus": Method(session_status, ("channel_id", "status")),
    "assistant.threads.setStatus": Method(thread_status, ("channel_id", "thread_ts")),
    "assistant.threads.setSuggestedPrompts": Method(prompts, ("channel_id", "prompts")),
    "assistant.threads.setTitle": Method(title, ("channel_id", "thread_ts", "title")),
}
