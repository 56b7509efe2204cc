"""Installing the bot in one more workspace: the page with the button, and where Slack sends people.

The state in the button's address is good once, for ten minutes, in the browser that got it. What
fails is told on a page that says what to do; nothing of the request is repeated there.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from bot.slack import oauth_pages as pages
from bot.slack.errors import SlackDownError, SlackError
from bot.slack.web import Web
from bot.store import Claims, Installation, Installations, StoreError

log = structlog.get_logger()

INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"
STATE_SECONDS = 600
COOKIE = "game_stats_install"

SCOPES = frozenset(
    {
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "pins:write",
        "reactions:write",
        "team:read",
        "users:read",
    }
)
"""What a workspace is asked to grant: those of manifest.yml."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A bot for many workspaces: the app's id and secret, where it is reached, what it keeps."""

    client_id: str
    client_secret: str = field(repr=False)
    public_url: str
    installations: Installations
    claims: Claims

    @property
    def redirect_url(self) -> str:
        """Where Slack sends people back to; Slack's app settings list the same."""
        return self.public_url.rstrip("/") + REDIRECT_PATH


class NotInstalledError(Exception):
    """It did not work. `page` is for the person, `status` HTTP's, `reason` for the log."""

    def __init__(self, page: str, status: int, reason: str) -> None:
        super().__init__(reason)
        self.page = page
        self.status = status
        self.reason = reason


class Install:
    """The two pages. `bare` makes calls without a token of its own."""

    def __init__(self, distribution: Distribution, bare: Web) -> None:
        self._ours = distribution
        self._bare = bare
        self._secure = urlsplit(distribution.public_url).scheme == "https"

    def routes(self) -> list[BaseRoute]:
        """For the HTTP server."""
        return [
            Route(INSTALL_PATH, self.install, methods=["GET"]),
            Route(REDIRECT_PATH, self.redirected, methods=["GET"]),
        ]

    async def install(self, _request: Request) -> Response:
        """The page with the button."""
        state = secrets.token_urlsafe(32)
        try:
            await self._ours.claims.claim(_claim(state), STATE_SECONDS)
        except StoreError as error:
            log.warning("install_failed", reason=repr(error))
            return _shown(pages.BUSY, 503)
        asked = {
            "client_id": self._ours.client_id,
            "scope": ",".join(sorted(SCOPES)),
            "redirect_uri": self._ours.redirect_url,
            "state": state,
        }
        address = urljoin(self._bare.plain.base_url, "../oauth/v2/authorize")
        response = _shown(pages.install(f"{address}?{urlencode(asked)}"), 200)
        # Lax: the browser comes back from Slack's site with it.
        response.set_cookie(
            COOKIE,
            state,
            max_age=STATE_SECONDS,
            path=REDIRECT_PATH,
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )
        return response

    async def redirected(self, request: Request) -> Response:
        """Slack sends a person back with a code: install, and say what came of it."""
        try:
            installation = await self._finish(request)
        except NotInstalledError as error:
            log.warning("install_failed", reason=error.reason)
            response = _shown(error.page, error.status)
        except StoreError as error:
            log.warning("install_failed", reason=repr(error))
            response = _shown(pages.BUSY, 503)
        else:
            log.info("installed", team=installation.team, by=installation.installed_by)
            response = _shown(pages.done(installation), 200)
        response.delete_cookie(COOKIE, path=REDIRECT_PATH)
        return response

    async def _finish(self, request: Request) -> Installation:
        """Raises NotInstalledError, StoreError."""
        given = request.query_params
        state = given.get("state", "")
        mine = secrets.compare_digest(state.encode(), request.cookies.get(COOKIE, "").encode())
        if not state or not mine or not await self._ours.claims.take(_claim(state)):
            raise NotInstalledError(pages.STALE, 400, "state")
        if given.get("error"):
            raise NotInstalledError(pages.CANCELLED, 400, "cancelled")
        try:
            installation = await self._exchange(given.get("code", ""))
        except SlackDownError as error:
            raise NotInstalledError(pages.BUSY, 503, repr(error)) from error
        except SlackError as error:
            raise NotInstalledError(pages.REFUSED, 400, repr(error)) from error
        await self._ours.installations.put(installation)
        return installation

    async def _exchange(self, code: str) -> Installation:
        """What a code stands for. Raises SlackError, NotInstalledError."""
        granted = await self._bare.exchange(
            code,
            client_id=self._ours.client_id,
            client_secret=self._ours.client_secret,
            redirect_url=self._ours.redirect_url,
        )
        _check(granted)
        token = str(granted["access_token"])
        own = await self._bare.call("auth.test", token=token)
        team = granted["team"]
        return Installation(
            team=str(team["id"]),
            name=str(team.get("name") or team["id"]),
            app=str(granted["app_id"]),
            bot_user=str(own["user_id"]),
            bot_id=str(own["bot_id"]),
            token=token,
            installed_by=str((granted.get("authed_user") or {}).get("id", "")),
        )


def _check(granted: Mapping[str, Any]) -> None:
    """Raise NotInstalledError for what Slack may grant and we cannot keep."""
    if granted.get("is_enterprise_install") or not granted.get("team"):
        raise NotInstalledError(pages.ORGANISATION, 400, "a whole organisation")
    if granted.get("refresh_token"):
        raise NotInstalledError(pages.ROTATION, 400, "token rotation is switched on")


def _claim(state: str) -> str:
    return f"install:{state}"


def _shown(page: str, status: int) -> HTMLResponse:
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": pages.POLICY,
        "Referrer-Policy": "no-referrer",
    }
    return HTMLResponse(page, status, headers)
