"""Several workspaces with one app between them: Slack's one Web API, its OAuth pages, its tokens.

    async with several(desks, client_id="1.2", client_secret="s") as slack:
        settings = Settings(slack_api_url=slack.api_url, …)
        code = slack.approve(desks[0], address)     # what a person does on Slack's page
        slack.uninstall(desks[0])

Each call goes to the workspace whose token it carries. Source of the exchange and of both events:
docs.slack.dev/authentication/installing-with-oauth, reference/events/app_uninstalled.
"""

from __future__ import annotations

import base64
import secrets
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.demo.workspace.server import serving
from bot.demo.workspace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class _Grant:
    workspace: Workspace
    redirect_url: str


@dataclass(slots=True)
class Several:
    """Workspaces behind one API at `url`. `more` is laid over what oauth.v2.access answers."""

    workspaces: Sequence[Workspace]
    client_id: str
    client_secret: str
    url: str
    more: dict[str, Any] = field(default_factory=dict)
    exchanges: list[dict[str, Any]] = field(default_factory=list)
    _codes: dict[str, _Grant] = field(default_factory=dict)
    _tokens: dict[str, Workspace] = field(default_factory=dict)
    _revoked: set[str] = field(default_factory=set)

    @property
    def api_url(self) -> str:
        """What SLACK_API_URL must be."""
        return f"{self.url}/api/"

    # What people do.

    def approve(self, workspace: Workspace, address: str) -> str:
        """Press Allow on the page at `address`; return where Slack sends the browser.

        Raises ValueError if the page would show an error instead.
        """
        parts = urlsplit(address)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path != "/oauth/v2/authorize" or asked.get("client_id") != self.client_id:
            raise ValueError("no such page, or no such app")
        code = f"{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._codes[code] = _Grant(workspace, asked["redirect_uri"])
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def revoke(self, workspace: Workspace) -> None:
        """Make the workspace's token worthless, and say nothing yet."""
        gone = [token for token, owner in self._tokens.items() if owner is workspace]
        for token in gone:
            del self._tokens[token]
            self._revoked.add(token)

    def uninstall(self, workspace: Workspace) -> None:
        """Remove the app there, as an admin does: two events, after the token is gone."""
        self.revoke(workspace)
        bots: dict[str, list[str]] = {"oauth": [], "bot": [workspace.bot_user]}
        workspace.outbox.tell("tokens_revoked", {"type": "tokens_revoked", "tokens": bots})
        workspace.outbox.tell("app_uninstalled", {"type": "app_uninstalled"})

    # What the app calls.

    def app(self) -> Starlette:
        """The Web API."""
        return Starlette(
            routes=[
                Route("/api/oauth.v2.access", self._exchange, methods=["POST"]),
                Route("/api/{method}", self._call, methods=["GET", "POST"]),
            ]
        )

    async def _exchange(self, request: Request) -> Response:
        given = {name: str(value) for name, value in (await request.form()).items()}
        self.exchanges.append(given)
        answer = self._granted(request, given)
        return JSONResponse({"ok": "error" not in answer, **answer})

    def _granted(self, request: Request, given: dict[str, str]) -> dict[str, Any]:
        who = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {who}":
            return {"error": "bad_client_secret"}
        grant = self._codes.pop(given.get("code", ""), None)
        if grant is None:
            return {"error": "invalid_code"}
        if given.get("redirect_uri") != grant.redirect_url:
            return {"error": "bad_redirect_uri"}
        state = grant.workspace.state
        token = next((one for one, of in self._tokens.items() if of is grant.workspace), "")
        token = token or f"xoxb-{secrets.randbelow(10**12)}-{secrets.token_hex(12)}"
        self._tokens[token] = grant.workspace
        grant.workspace.door.bot_token = token
        answer = {
            "access_token": token,
            "token_type": "bot",
            "scope": ",".join(sorted(grant.workspace.door.scopes or ())),
            "bot_user_id": state.bot.id,
            "app_id": state.app,
            "team": {"id": state.team, "name": state.team_name},
            "enterprise": None,
            "is_enterprise_install": False,
            "authed_user": {"id": next(iter(state.people))},
        }
        return {**answer, **self.more}

    async def _call(self, request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        workspace = self._tokens.get(token)
        if workspace is not None:
            return await workspace.door.serve(request)
        code = "token_revoked" if token in self._revoked else "invalid_auth"
        return JSONResponse({"ok": False, "error": code if token else "not_authed"})


@asynccontextmanager
async def several(
    workspaces: Sequence[Workspace], *, client_id: str, client_secret: str
) -> AsyncIterator[Several]:
    """Serve an API for workspaces that run already."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    slack = Several(workspaces, client_id, client_secret, url)
    async with serving(slack.app(), listener):
        yield slack
