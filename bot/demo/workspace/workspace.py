"""The workspace as a whole: a server on a free port, and the same gestures for tests in Python.

    async with Workspace(manifest=Path("manifest.yml")) as workspace:
        app = AsyncApp(client=AsyncWebClient(workspace.bot_token, base_url=workspace.api_url))
        workspace.post("maya", "general", "@Game Stats top 5 teams")
        reply = await workspace.until(lambda: workspace.replies("general", ts))

People and channels are named by handle and name, or by id. Everything runs in the caller's event
loop; leaving the block ends every connection and task, and raises what `inspect` complained about.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Route, WebSocketRoute

from bot.demo.workspace import messages
from bot.demo.workspace.addresses import Addresses
from bot.demo.workspace.clicks import Clicks
from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.events import HttpEvents
from bot.demo.workspace.gestures import Gestures
from bot.demo.workspace.manifest import read_manifest
from bot.demo.workspace.outbox import Courier, Outbox
from bot.demo.workspace.page import Page
from bot.demo.workspace.rates import Rates
from bot.demo.workspace.server import serving
from bot.demo.workspace.socket_mode import SocketMode
from bot.demo.workspace.state import Channel, Json, Person, State, StoredFile, named_id
from bot.demo.workspace.web_api import Door, Served

Found = TypeVar("Found")

MAYA = Person("U0MAYA0RTZ", "maya", "Maya Ortiz", is_admin=True)
SAM = Person("U0SAM0LIND", "sam", "Sam Lindqvist")
PEOPLE = (MAYA, SAM)
CHANNELS = ("general", "spring-classic", "winter-cup")


class Workspace:
    """A workspace with one app.

    `request_url` chooses signed HTTP delivery over Socket Mode, with `signing_secret` if one is
    given; `retries` are seconds before each try of an event; `rates` None switches rate limits off;
    `inspect` sees every Web API call as (method, arguments); `hosts` are the host names that the
    page answers to; `lacking` are block types to refuse, as an older workspace does.
    """

    def __init__(
        self,
        *,
        manifest: Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        people: Sequence[Person] = PEOPLE,
        channels: Sequence[str] = CHANNELS,
        team_name: str = "Tournament desk",
        request_url: str = "",
        signing_secret: str = "",
        retries: Sequence[float] = (0.0, 0.0, 60.0, 300.0),
        ack_seconds: float = 3.0,
        trigger_seconds: float = 3.0,
        rates: Rates | None = None,
        limited: bool = True,
        suggestions: Sequence[str] = (),
        inspect: Callable[[str, Json], None] | None = None,
        hosts: Sequence[str] = ("127.0.0.1", "localhost"),
        clock: Callable[[], float] = time.time,
        lacking: Collection[str] = (),
    ) -> None:
        about = read_manifest(manifest)
        bot = Person(named_id("U", about.name), "game_stats", about.name, is_bot=True)
        members = {bot.id, *(person.id for person in people)}
        made = [Channel(named_id("C", name), name, "public", set(members)) for name in channels]
        self.state = State(
            team=named_id("T", team_name),
            team_name=team_name,
            app=named_id("A", about.name),
            bot=bot,
            bot_id=named_id("B", about.name),
            people={person.id: person for person in people},
            channels={channel.id: channel for channel in made},
            clock=clock,
            lacking=frozenset(lacking),
        )
        self.bot_token = f"xoxb-{secrets.randbelow(10**12)}-{secrets.token_hex(12)}"
        self.app_token = f"xapp-1-{self.state.app}-{secrets.token_hex(16)}"
        self.signing_secret = signing_secret or secrets.token_hex(16)
        self.request_url = request_url
        self.socket_mode = SocketMode(self.state, ack_seconds)
        self._listen = (host, port)
        self._stack = AsyncExitStack()
        self._client = httpx.AsyncClient()
        courier: Courier = self.socket_mode
        if request_url:
            courier = HttpEvents(
                self.state, request_url, self.signing_secret, self._client, ack_seconds
            )
        self.outbox = Outbox(self.state, courier, tuple(retries), about.events)
        self.state.tell_app = self.outbox.tell
        self.gestures = Gestures(self.state, self.outbox, about, trigger_seconds)
        self.clicks = Clicks(self.state, self.outbox, trigger_seconds)
        self.door = Door(
            self.state,
            self.bot_token,
            self.app_token,
            self.socket_mode.open,
            (rates or Rates()) if limited else None,
            about.scopes,
            inspect,
        )
        self._app = self._routes(tuple(suggestions), list(hosts))

    def _routes(self, suggestions: tuple[str, ...], hosts: list[str]) -> Starlette:
        addresses = Addresses(self.state, self.gestures, self.bot_token)
        page = Page(self.state, self.gestures, self.clicks, suggestions)
        private = "/files-pri/{id}/{rest:path}"
        return Starlette(
            routes=[
                Route("/api/{method}", self.door.serve, methods=["GET", "POST"]),
                WebSocketRoute("/link/", self.socket_mode.serve),
                Route("/actions/{team}/{id}/{key}", addresses.respond, methods=["POST"]),
                Route("/upload/v1/{ticket}", addresses.upload, methods=["POST", "PUT"]),
                Route(private, addresses.private_file),
                *page.routes(),
            ],
            middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=hosts)],
        )

    async def __aenter__(self) -> Self:
        listener = socket.create_server(self._listen)
        port = listener.getsockname()[1]
        self.state.base_url = f"http://{self._listen[0]}:{port}"
        await self._stack.enter_async_context(serving(self._app, listener))
        self._stack.push_async_callback(self._hang_up)
        await self._stack.enter_async_context(self._client)
        self._stack.push_async_callback(self.outbox.close)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        await self._stack.aclose()
        if kind is None and self.door.complaints:
            raise self.door.complaints[0]

    async def _hang_up(self) -> None:
        for _, queue in tuple(self.state.watchers):
            queue.put_nowait(None)
        await self.socket_mode.disconnect("link_disabled")

    # Addresses and tokens for the app.

    @property
    def url(self) -> str:
        """The page's address."""
        return self.state.base_url

    @property
    def api_url(self) -> str:
        """What SLACK_API_URL must be."""
        return f"{self.state.base_url}/api/"

    @property
    def bot_user(self) -> str:
        """The id of the app's bot user."""
        return self.state.bot.id

    @property
    def requests(self) -> list[Served]:
        """The last Web API calls, with their answers."""
        return list(self.door.log)

    @property
    def files(self) -> list[StoredFile]:
        """Every file that the app uploaded."""
        return [stored for stored in self.state.files.values() if stored.body is not None]

    # What people do.

    def post(self, user: str, channel: str, text: str, thread_ts: str = "") -> str:
        """Write as a person; return the ts. "@Game Stats" in `text` is a mention."""
        place = self.channel(channel)
        return str(self.gestures.post(self.person(user), place.id, text, thread_ts)["ts"])

    def direct(self, user: str, text: str, thread_ts: str = "") -> str:
        """Write to the app in private; return the ts."""
        place = self.state.direct(self.person(user))
        return self.post(user, place.id, text, thread_ts)

    def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        """Change a message of one's own."""
        self.gestures.edit(self.person(user), self.channel(channel).id, ts, text)

    def delete(self, user: str, channel: str, ts: str) -> None:
        """Delete a message of one's own."""
        self.gestures.delete(self.person(user), self.channel(channel).id, ts)

    def speak(self, user: str, locale: str) -> None:
        """Choose the language of a person's Slack, such as "de-DE"."""
        self.gestures.speak(self.person(user), locale)

    async def command(self, user: str, channel: str, words: str) -> None:
        """Run a slash command. Raises PageError if the app does not take it."""
        await self.gestures.command(self.person(user), self.channel(channel).id, words)

    async def click(
        self, user: str, channel: str, message: Json, action_id: str, value: Any = None
    ) -> None:
        """Use an element of a message (from `messages`, `replies` or `ephemerals`)."""
        container = {"channel": self.channel(channel).id, "ts": str(message["ts"])}
        await self.clicks.click(self.person(user), container, action_id, value=value)

    async def click_in(self, user: str, view: Json, action_id: str, value: Any = None) -> None:
        """Use an element of a modal or of Home."""
        container = {"view": str(view["id"])}
        await self.clicks.click(self.person(user), container, action_id, value=value)

    async def shortcut(self, user: str, callback: str) -> None:
        """Use a global shortcut."""
        await self.clicks.shortcut(self.person(user), callback)

    async def message_shortcut(self, user: str, channel: str, ts: str, callback: str) -> None:
        """Use a shortcut on a message."""
        place = self.channel(channel).id
        await self.clicks.message_shortcut(self.person(user), place, ts, callback)

    async def suggest(self, user: str, view: Json, action_id: str, words: str) -> Json:
        """Ask for the choices of an external select in a view."""
        container = {"view": str(view["id"])}
        return await self.clicks.suggest(self.person(user), container, action_id, words)

    async def submit(
        self, user: str, view: Json, values: Mapping[str, Any] | None = None
    ) -> dict[str, str]:
        """Submit a modal with values by action_id; return its errors by block_id."""
        return await self.clicks.submit(self.person(user), str(view["id"]), values or {})

    async def close(self, user: str, view: Json) -> None:
        """Close a modal."""
        await self.clicks.close(self.person(user), str(view["id"]))

    # What there is to see.

    def person(self, name: str) -> str:
        """Return the id of a person named by handle or id."""
        for person in self.state.people.values():
            if name in (person.id, person.handle):
                return person.id
        raise KeyError(name)

    def channel(self, name: str) -> Channel:
        """Return a conversation named by name or id."""
        found = self.state.named(name)
        if found is None:
            raise KeyError(name)
        return found

    def messages(self, channel: str) -> list[Json]:
        """Return the messages of a conversation, replies included, oldest first."""
        return list(self.channel(channel).messages.values())

    def replies(self, channel: str, ts: str) -> list[Json]:
        """Return the replies to a message, oldest first."""
        return messages.thread(self.channel(channel), ts)[1:]

    def ephemerals(self, user: str, channel: str) -> list[Json]:
        """Return what only `user` sees in a conversation, oldest first."""
        who, place = self.person(user), self.channel(channel).id
        found = [one for one in self.state.whispers if (one.user, one.channel) == (who, place)]
        return [one.message for one in found]

    def view(self, user: str) -> Json | None:
        """Return the modal that `user` has open, the topmost."""
        who = self.person(user)
        found = [one.view for one in self.state.views.values() if one.user == who]
        return found[-1] if found else None

    def home(self, user: str) -> Json | None:
        """Return the Home that the app published for `user`."""
        found = self.state.homes.get(self.person(user))
        return found.view if found else None

    def calls(self, method: str) -> list[Served]:
        """Return the calls of one method so far."""
        return [one for one in self.door.log if one.method == method]

    async def until(
        self,
        predicate: Callable[[], Found | None],
        timeout: float = 30.0,  # noqa: ASYNC109 - a test's deadline, said where it waits
    ) -> Found:
        """Return the first true value of `predicate`, tried after every change.

        Raises TimeoutError after `timeout` seconds.
        """
        async with asyncio.timeout(timeout):
            while True:
                found = predicate()
                if found:
                    return found
                await self.state.change()

    # Faults and notices.

    def deliver_again(self, number: int = -1) -> None:
        """Deliver an event a second time; the last one by default."""
        self.outbox.again(self.outbox.told[number])

    def fail_next(self, method: str, error: str, *, retry_after: int | None = None) -> None:
        """Make the next call of a method fail."""
        fault = SlackError(error, retry_after=retry_after)
        self.door.faults.setdefault(method, []).append(fault)

    def notice(self, text: str, *, detail: str = "", kind: str = "info") -> None:
        """Show a line above the page; an empty text takes it away. `kind` is info or busy."""
        self.state.notice = {"text": text, "detail": detail, "kind": kind} if text else {}
        self.state.publish({"type": "notice", "notice": self.state.notice})

    def connected(self) -> bool:
        """Whether the app is connected over Socket Mode."""
        return bool(self.socket_mode.sockets)
