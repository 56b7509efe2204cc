"""The page in the browser and what it asks for: /_workspace/….

The page acts as one of the people of the workspace; there is no password, since the server listens
on loopback only and refuses other host names. Requests that change something must be JSON, which
no other site's page can send. Live updates are server-sent events.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.demo.workspace.addresses import file_response
from bot.demo.workspace.clicks import Clicks
from bot.demo.workspace.errors import PageError, SlackError
from bot.demo.workspace.gestures import Gestures
from bot.demo.workspace.state import LOCALES, Channel, Json, Person, State

STATIC = Path(__file__).parent / "static"
QUIET_SECONDS = 15.0
"""A stream that has nothing to say says so this often, so that a dead one is noticed."""

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}

Action = Callable[[str, Mapping[str, Any]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Page:
    """The page's routes. `suggestions` are questions to offer in an empty composer."""

    state: State
    gestures: Gestures
    clicks: Clicks
    suggestions: tuple[str, ...] = ()

    def routes(self) -> list[BaseRoute]:
        """Return the routes, the page itself at /."""
        return [
            Route("/", self.index),
            Route("/_workspace/stream", self.stream),
            Route("/_workspace/files/{id}", self.file),
            Route("/_workspace/do/{action}", self.act, methods=["POST"]),
            Mount("/_workspace/static", _Static(directory=STATIC)),
        ]

    async def index(self, _request: Request) -> Response:
        """Give the page."""
        return FileResponse(STATIC / "index.html", headers=_HEADERS)

    def _who(self, request: Request) -> str:
        """Return who asks; a page that does not know yet is the first person's."""
        user = request.query_params.get("user", "")
        return user if user in self.state.people else next(iter(self.state.people))

    def _seen_by(self, user: str) -> Json:
        """Everything that a person sees."""
        state = self.state
        state.direct(user)
        mine = [one for one in state.channels.values() if user in one.members]
        open_view = next((v for v in reversed(state.views.values()) if v.user == user), None)
        home = state.homes.get(user)
        return {
            "me": user,
            "team": state.team_name,
            "bot": state.bot.id,
            "people": [_person(one) for one in state.everyone().values()],
            "switch": list(state.people),
            "locale": state.people[user].locale,
            "locales": LOCALES,
            "channels": [_channel(one) for one in mine],
            "messages": {one.id: list(one.messages.values()) for one in mine},
            "whispers": [
                {"channel": one.channel, "message": one.message}
                for one in state.whispers
                if one.user == user
            ],
            "commands": [asdict(one) for one in self.gestures.manifest.commands],
            "shortcuts": [asdict(one) for one in self.gestures.manifest.shortcuts],
            "view": open_view.view if open_view else None,
            "home": home.view if home else None,
            "statuses": [
                {"channel": channel, "thread_ts": thread, "status": status}
                for (channel, thread), status in state.statuses.items()
            ],
            "prompts": state.prompts,
            "notice": state.notice,
            "suggestions": self.suggestions,
        }

    async def stream(self, request: Request) -> Response:
        """Stream everything that a person sees, then what changes of it."""
        return StreamingResponse(
            self._changes(self._who(request)),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store"},
        )

    async def _changes(self, user: str) -> AsyncIterator[str]:
        queue: asyncio.Queue[Json | None] = asyncio.Queue()
        watcher = (user, queue)
        # In one step, so that each change is either in the first event or after it.
        self.state.watchers.add(watcher)
        seen = {"type": "state", "state": self._seen_by(user)}
        try:
            yield f"retry: 1000\ndata: {json.dumps(seen)}\n\n"
            while True:
                try:
                    async with asyncio.timeout(QUIET_SECONDS):
                        event = await queue.get()
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if event is None:
                    return
                yield f"data: {json.dumps(event)}\n\n"
        finally:
            self.state.watchers.discard(watcher)

    async def file(self, request: Request) -> Response:
        """Give a file that was shared where the person can see it."""
        user = self._who(request)
        stored = self.state.files.get(request.path_params["id"])
        shares = stored.shares if stored else []
        if not any(user in self.state.channels[channel].members for channel, _ in shares):
            return JSONResponse({"error": "no such file"}, 404)
        return file_response(self.state, request.path_params["id"])

    async def act(self, request: Request) -> Response:
        """Do what a person did; what went wrong comes back as {"error"} in words."""
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return JSONResponse({"error": "JSON only"}, 415)
        action = self._actions().get(request.path_params["action"])
        if action is None:
            return JSONResponse({"error": "unknown action"}, 404)
        try:
            body = json.loads(await request.body())
            return JSONResponse({"done": await action(str(body["user"]), body)})
        except PageError as error:
            return JSONResponse({"error": str(error)}, 400)
        except SlackError as error:
            return JSONResponse({"error": f"Slack would refuse this: {error.code}"}, 400)
        except (ValueError, KeyError, TypeError) as error:
            return JSONResponse({"error": f"not understood: {error!r}"}, 400)

    async def _lack(self, _user: str, body: Mapping[str, Any]) -> None:
        """Refuse block types from now on, as an older workspace does; none: take them all."""
        self.state.lacking = frozenset(map(str, body["types"]))

    def _actions(self) -> Mapping[str, Action]:
        hands = self.gestures

        async def post(user: str, body: Mapping[str, Any]) -> None:
            words, thread = str(body["text"]), str(body.get("thread_ts") or "")
            if words.startswith("/") and not thread:
                await hands.command(user, body["channel"], words)
            else:
                hands.post(user, body["channel"], words, thread)

        async def click(user: str, body: Mapping[str, Any]) -> None:
            await self.clicks.click(
                user,
                body["container"],
                body["action_id"],
                block_id=body.get("block_id", ""),
                value=body.get("value"),
                given=body.get("given"),
            )

        async def suggest(user: str, body: Mapping[str, Any]) -> Json:
            return await self.clicks.suggest(
                user, body["container"], body["action_id"], str(body.get("words", ""))
            )

        async def submit(user: str, body: Mapping[str, Any]) -> dict[str, str]:
            return await self.clicks.submit(user, body["view"], body["given"])

        async def close(user: str, body: Mapping[str, Any]) -> None:
            await self.clicks.close(user, body["view"])

        async def home(user: str, body: Mapping[str, Any]) -> None:
            hands.open_home(user, str(body.get("tab", "home")))

        async def speak(user: str, body: Mapping[str, Any]) -> None:
            hands.speak(user, str(body["locale"]))

        return {
            "click": click,
            "close": close,
            "home": home,
            "lack": self._lack,
            "post": post,
            "speak": speak,
            "submit": submit,
            "suggest": suggest,
            **self._message_actions(),
        }

    def _message_actions(self) -> Mapping[str, Action]:
        """What is done to a message that is there."""
        hands = self.gestures

        async def react(user: str, body: Mapping[str, Any]) -> None:
            hands.react(user, body["channel"], body["ts"], body["name"])

        async def edit(user: str, body: Mapping[str, Any]) -> None:
            hands.edit(user, body["channel"], body["ts"], str(body["text"]))

        async def delete(user: str, body: Mapping[str, Any]) -> None:
            hands.delete(user, body["channel"], body["ts"])

        async def shortcut(user: str, body: Mapping[str, Any]) -> None:
            if body.get("ts"):
                await self.clicks.message_shortcut(
                    user, body["channel"], body["ts"], body["callback"]
                )
            else:
                await self.clicks.shortcut(user, body["callback"])

        async def look(user: str, body: Mapping[str, Any]) -> None:
            hands.look(user, body["channel"])

        return {
            "delete": delete,
            "edit": edit,
            "look": look,
            "react": react,
            "shortcut": shortcut,
        }


class _Static(StaticFiles):
    """Static files with the page's headers."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers.update(_HEADERS)
        return response


def _person(person: Person) -> Json:
    kept = ("id", "handle", "name", "is_admin", "is_bot")
    return {name: getattr(person, name) for name in kept}


def _channel(channel: Channel) -> Json:
    return {"id": channel.id, "name": channel.name, "kind": channel.kind}
