"""The addresses that Slack hands out: response URLs, upload URLs and private files.

A response_url takes five messages in thirty minutes; an upload URL takes exactly the promised
bytes, raw or as a multipart form; a private file wants the bot's token.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.demo.workspace import messages
from bot.demo.workspace.access import RESPONSE_USES
from bot.demo.workspace.blocks import check_message
from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.gestures import Gestures
from bot.demo.workspace.state import Json, State, Ticket, Whisper
from bot.demo.workspace.web_api.files import about


@dataclass(frozen=True, slots=True)
class Addresses:
    """The routes; `bot_token` opens private files."""

    state: State
    gestures: Gestures
    bot_token: str

    async def respond(self, request: Request) -> Response:
        """Take a message for a response_url; the answer is Slack's plain text."""
        ticket = self.state.response_urls.get(request.path_params["key"])
        if ticket is None or self.state.clock() > ticket.expires:
            return PlainTextResponse("expired_url", 404)
        if ticket.uses >= RESPONSE_USES:
            return PlainTextResponse("used_url", 404)
        try:
            answer = json.loads(await request.body())
        except ValueError:
            return PlainTextResponse("invalid_payload", 400)
        ticket.uses += 1
        try:
            self._apply(ticket, answer)
        except SlackError as error:
            return PlainTextResponse(error.code, 400)
        return PlainTextResponse("ok")

    def _apply(self, ticket: Ticket, answer: Json) -> None:
        place = self.state.channels[ticket.channel]
        if answer.get("delete_original"):
            self._delete(ticket)
            return
        check_message(answer, lacking=self.state.lacking)
        if answer.get("replace_original") and ticket.ts:
            self._replace(ticket, answer)
            return
        thread = str(answer.get("thread_ts") or "")
        self.gestures.respond(ticket.user, place, answer, thread)

    def _replace(self, ticket: Ticket, answer: Json) -> None:
        place = self.state.channels[ticket.channel]
        fresh = messages.from_app(self.state, answer, ticket.ts)
        for index, whisper in enumerate(self.state.whispers):
            if whisper.message["ts"] == ticket.ts:
                message = whisper.message | {n: fresh[n] for n in ("text", "blocks")}
                self.state.whispers[index] = Whisper(whisper.user, place.id, message)
                event = {"type": "message", "channel": place.id, "message": message}
                self.state.publish(event, {whisper.user})
                return
        if ticket.ts not in place.messages:
            raise SlackError("message_not_found")
        message = place.messages[ticket.ts]
        message |= {name: fresh[name] for name in ("text", "blocks")}
        message["edited"] = {"user": self.state.bot.id, "ts": self.state.next_ts()}
        messages.show(self.state, place, message)

    def _delete(self, ticket: Ticket) -> None:
        place = self.state.channels[ticket.channel]
        left = [one for one in self.state.whispers if one.message["ts"] != ticket.ts]
        self.state.whispers[:] = left
        if ticket.ts in place.messages:
            messages.remove(self.state, place, place.messages[ticket.ts])
        else:
            gone = {"type": "message_deleted", "channel": place.id, "ts": ticket.ts}
            self.state.publish(gone, {ticket.user})

    async def upload(self, request: Request) -> Response:
        """Take the bytes of a promised file."""
        wanted = request.path_params["ticket"]
        for stored in self.state.files.values():
            if stored.ticket == wanted:
                break
        else:
            return PlainTextResponse("unknown upload", 404)
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            async with request.form() as form:
                part = next((one for one in form.values() if not isinstance(one, str)), None)
                body = await part.read() if part is not None else b""
        else:
            body = await request.body()
        if len(body) != stored.length:
            return PlainTextResponse(f"expected {stored.length} bytes, got {len(body)}", 400)
        stored.body = body
        return PlainTextResponse(f"OK - {len(body)}")

    async def private_file(self, request: Request) -> Response:
        """Give a file to a holder of the bot's token."""
        if request.headers.get("authorization") != f"Bearer {self.bot_token}":
            return PlainTextResponse("no access", 403)
        return file_response(self.state, request.path_params["id"].rpartition("-")[2])


def file_response(state: State, file_id: str) -> Response:
    """Return a file to download. Nothing in it is ever shown as a page."""
    stored = state.files.get(file_id)
    if stored is None or stored.body is None:
        return PlainTextResponse("no such file", 404)
    quoted = stored.name.encode("ascii", "replace").decode().replace('"', "'")
    headers = {
        "Content-Disposition": f'attachment; filename="{quoted}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(stored.body, media_type=about(state, stored)["mimetype"], headers=headers)
