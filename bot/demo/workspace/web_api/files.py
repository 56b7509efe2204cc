"""files.*: a place to upload to, finishing the upload, and looking a file up."""

from __future__ import annotations

import mimetypes
import secrets

from bot.demo.workspace import messages
from bot.demo.workspace.errors import SlackError, invalid
from bot.demo.workspace.state import Json, State, StoredFile, new_id
from bot.demo.workspace.web_api.calls import Call, Method, writable

MOST = 100 * 1024 * 1024
"""The largest file taken here, in bytes; Slack takes more, nobody needs to here."""


def about(state: State, stored: StoredFile) -> Json:
    """Describe a file as Slack does."""
    mimetype = mimetypes.guess_type(stored.name)[0] or "application/octet-stream"
    url = f"{state.base_url}/files-pri/{state.team}-{stored.id}"
    shares: Json = {}
    for channel, ts in stored.shares:
        place = state.channels[channel]
        kind = "public" if place.kind == "public" else "private"
        shares.setdefault(kind, {}).setdefault(channel, []).append({"ts": ts})
    return {
        "id": stored.id,
        "created": stored.created,
        "name": stored.name,
        "title": stored.title or stored.name,
        "mimetype": mimetype,
        "filetype": stored.name.rpartition(".")[2].lower() if "." in stored.name else "text",
        "user": stored.user,
        "size": stored.length,
        "mode": "hosted",
        "alt_txt": stored.alt,
        "url_private": f"{url}/{stored.name}",
        "url_private_download": f"{url}/download/{stored.name}",
        "permalink": f"{state.base_url}/files/{stored.user}/{stored.id}/{stored.name}",
        "channels": [one for one, _ in stored.shares if state.channels[one].kind == "public"],
        "ims": [one for one, _ in stored.shares if state.channels[one].kind == "im"],
        "shares": shares,
    }


def get_upload_url(call: Call) -> Json:
    """Promise a file of `length` bytes; give the address that takes it."""
    call.need("files:write")
    length = call.args["length"]
    if not isinstance(length, int) or not 1 <= length <= MOST:
        raise invalid("invalid_arguments", ["must be a size in bytes [json-pointer:/length]"])
    state = call.state
    stored = StoredFile(
        id=new_id("F"),
        name=str(call.args["filename"]).replace("/", "_"),
        length=length,
        user=state.bot.id,
        created=int(state.clock()),
        ticket=secrets.token_urlsafe(16),
        alt=str(call.args.get("alt_txt") or ""),
    )
    state.files[stored.id] = stored
    return {"file_id": stored.id, "upload_url": f"{state.base_url}/upload/v1/{stored.ticket}"}


def complete(call: Call) -> Json:
    """Finish uploads, and share them in a channel (and thread) if one is named.

    Errors: file_not_found, file_upload_incomplete, and those of chat.postMessage.
    """
    call.need("files:write")
    state = call.state
    wanted = call.args["files"]
    if not isinstance(wanted, list) or not all(isinstance(one, dict) for one in wanted):
        raise invalid("invalid_arguments", ["must be an array of objects [json-pointer:/files]"])
    found: list[StoredFile] = []
    for one in wanted:
        stored = state.files.get(str(one.get("id")))
        if stored is None:
            raise SlackError("file_not_found")
        if stored.body is None:
            raise SlackError("file_upload_incomplete")
        stored.title = str(one.get("title") or stored.name)
        found.append(stored)
    if call.args.get("channel_id"):
        _share(call, found)
    return {"files": [about(state, stored) for stored in found]}


def _share(call: Call, found: list[StoredFile]) -> None:
    state = call.state
    channel = writable(call, "channel_id")
    ts = state.next_ts()
    for stored in found:
        stored.shares.append((channel.id, ts))
    args = {
        "text": call.args.get("initial_comment") or "",
        "files": [about(state, stored) for stored in found],
    }
    message = messages.from_app(state, args, ts)
    message["upload"] = True
    messages.place(state, channel, message, call.args.get("thread_ts"))


def info(call: Call) -> Json:
    """Describe a file. Errors: file_not_found."""
    call.need("files:read")
    stored = call.state.files.get(str(call.args["file"]))
    if stored is None or stored.body is None:
        raise SlackError("file_not_found")
    return {"file": about(call.state, stored)}


METHODS = {
    "files.completeUploadExternal": Method(complete, ("files",), tier=4),
    "files.getUploadURLExternal": Method(
        get_upload_url, ("filename", "length"), tier=4, takes_json=False
    ),
    "files.info": Method(info, ("file",), tier=4, takes_json=False),
}
