"""The Slack surface put together: what listens, what works, how it starts, is watched and stops.

async with open_slack(config, answering, digests, jobs, metrics, store) as slack:
await slack.listen()        # Socket Mode, until cancelled; or mount slack.routes()
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.digests import Digests
from bot.metrics import Metrics
from bot.slack import (
    actions,
    admin,
    channel,
    commands,
    digest_posts,
    digests,
    feedback,
    home,
    languages,
    live,
    mentions,
    messages,
    pane,
    rest,
    shortcuts,
    worker,
)
from bot.slack.drain import Drain
from bot.slack.errors import SlackDownError, SlackError
from bot.slack.oauth import Distribution, Install
from bot.slack.outages import KNOWN
from bot.slack.people import People
from bot.slack.ports import Answering, Jobs, Rooms
from bot.slack.web import Web, is_local, new_client, open_web
from bot.slack.workspaces import TeamJobs, Workspaces
from bot.store import Store

log = structlog.get_logger()

PING_SECONDS = 10.0
DEAF_SECONDS = 60.0
"""Without a pong for so long the connection counts as dead, whatever it says of itself."""

RETRY_SECONDS = 5.0
"""Between two tries to have our tokens accepted."""

DRAIN_SECONDS = 10.0
EVENTS_PATH = "/slack/events"


@dataclass(frozen=True, slots=True)
class SlackConfig:
    """How to reach Slack. With an `app_token` events come by Socket Mode, else by HTTP.

    With `reactions` a question in a channel gets eyes while it is worked on.
    `admins` are user ids that count as admins beside Slack's own. Empty texts for what is not set.
    With a `distribution` the bot is one for many workspaces, each with a token of its own, by HTTP.
    """

    bot_token: str = field(repr=False, default="")
    app_token: str = field(repr=False, default="")
    signing_secret: str = field(repr=False, default="")
    api_url: str = "https://slack.com/api/"
    admins: frozenset[str] = frozenset()
    reactions: bool = True
    distribution: Distribution | None = None


@dataclass(slots=True)
class SlackSurface:
    """A running surface. `app` is Bolt's."""

    app: AsyncApp
    rooms: Rooms
    drain: Drain
    config: SlackConfig
    install: Install | None = None
    _socket: AsyncSocketModeHandler | None = None

    def routes(self) -> list[BaseRoute]:
        """The request URL, where events come by HTTP; each request's signature is checked."""
        if not self.config.signing_secret:
            return []  # an empty secret would let anybody sign
        handler = AsyncSlackRequestHandler(self.app)

        async def events(request: Request) -> Response:
            return await handler.handle(request)

        more = self.install.routes() if self.install else []
        return [Route(EVENTS_PATH, events, methods=["POST"]), *more]

    async def listen(self) -> None:
        """Take events by Socket Mode until cancelled; without an app token, only wait."""
        address = "" if self.config.distribution else await self._accepted()
        if not address:
            await asyncio.Event().wait()
        socket = AsyncSocketModeHandler(self.app, self.config.app_token, ping_interval=PING_SECONDS)
        if is_local(self.config.api_url):
            socket.client.proxy = None
        socket.client.wss_uri = address
        self._socket = socket
        try:
            await socket.connect_async()  # type: ignore[no-untyped-call]
            log.info("slack_connected")
            await asyncio.Event().wait()
        finally:
            # Whoever is being answered is answered first: acks go out over this connection.
            await self.drain.wait(DRAIN_SECONDS)
            await socket.close_async()  # type: ignore[no-untyped-call]
            self._socket = None

    async def _accepted(self) -> str:
        """The socket's address (empty in HTTP mode), once Slack takes our tokens.

        The socket's own client would try for ever too, with a traceback each time.
        """
        web, app_token = self.rooms.web, self.config.app_token
        while True:
            try:
                await self.rooms.people.bot()
                if not app_token:
                    return ""
                return str((await web.call("apps.connections.open", app_token=app_token))["url"])
            except SlackError as error:
                log.warning("slack_waits", call=error.method, reason=error.code)
            await asyncio.sleep(RETRY_SECONDS)

    async def check(self) -> None:
        """Return if Slack reaches us. Raises SlackError where it does not."""
        if self.config.distribution:
            return  # it comes to us, workspace by workspace
        await self.rooms.people.bot()
        if self.config.app_token:
            age = self.ping_age()
            if age is None or age > DEAF_SECONDS:
                raise SlackDownError("socket", "no connection" if age is None else "no ping")

    def ping_age(self) -> float | None:
        """Seconds since Slack last answered on the socket; None while there is no connection."""
        if self._socket is None or self._socket.client.last_ping_pong_time is None:
            return None
        return time.time() - self._socket.client.last_ping_pong_time


def build_slack_app(
    rooms: Rooms, config: SlackConfig, workspaces: Workspaces | None = None
) -> AsyncApp:
    """Bolt's app with every listener. It reads no environment for what we give it."""
    session = rooms.web.plain.session
    assert session is not None  # open_web made it

    async def authorize() -> AuthorizeResult:
        return await rooms.people.bot()

    app = AsyncApp(
        name="game-stats",
        client=new_client(session, config.api_url, None, rooms.web.metrics),
        before_authorize=workspaces.admit if workspaces else None,
        authorize=authorize,
        signing_secret=config.signing_secret,
        attaching_conversation_kwargs_enabled=False,
    )

    async def failed(error: Exception) -> None:
        # Before the ack this leaves the event to Slack, which sends it again.
        if isinstance(error, KNOWN):
            log.warning("listener_failed", error=repr(error))
        else:
            log.error("listener_broke", exc_info=error)

    app.error(failed)
    languages.listen(app, rooms)
    mentions.listen(app, rooms)
    messages.listen(app, rooms)
    commands.listen(app, rooms)
    channel.listen(app, rooms)
    shortcuts.listen(app, rooms)
    pane.listen(app, rooms)
    digests.listen(app, rooms)
    actions.listen(app, rooms)
    feedback.listen(app, rooms)
    admin.listen(app, rooms)
    home.listen(app, rooms)
    rest.listen(app)
    return app


@asynccontextmanager
async def open_slack(
    config: SlackConfig,
    answering: Answering,
    others: Digests,
    jobs: Jobs,
    metrics: Metrics,
    store: Store,
) -> AsyncIterator[SlackSurface]:
    """Open the surface and take its jobs; leaving waits for running listeners.

    Slack need not be reachable yet.
    """
    ours = config.distribution
    token, many = config.bot_token, ours is not None
    async with open_web(token, config.api_url, metrics, many=many) as web:
        bare = Web(web.plain, metrics)
        workspaces = Workspaces(ours.installations, jobs, bare) if ours else None
        install = Install(ours, bare) if ours else None
        jobs = TeamJobs(jobs, ours.installations) if ours else jobs
        people = People(web, config.admins)
        rooms = Rooms(web, people, answering, others, jobs, store, config.reactions)
        worker.register(rooms)
        digest_posts.register(rooms)
        live.register(rooms)
        app = build_slack_app(rooms, config, workspaces)
        surface = SlackSurface(app, rooms, Drain(app), config, install)
        try:
            yield surface
        finally:
            if not await surface.drain.wait(DRAIN_SECONDS):
                log.warning("listeners_cut_off")
