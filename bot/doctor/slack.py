"""Slack: are the tokens good, has the app the scopes of manifest.yml, are the admins people?

The scopes come from the header `x-oauth-scopes` that Slack sends with every answer, as described at
https://docs.slack.dev/authentication/installing-with-oauth.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx

from bot.app import ConfigError, plain
from bot.distribution import check_distribution
from bot.doctor.clock import Clock
from bot.doctor.finding import Finding, down, fails, ok, warning
from bot.settings import Settings
from bot.slack.oauth import SCOPES

_REINSTALL = "api.slack.com/apps → the app → App Manifest: paste manifest.yml, then install it anew"
_USER = re.compile(r"[UW][A-Z0-9]{2,}")


async def check_slack(settings: Settings, clock: Clock) -> tuple[Finding, ...]:
    """The tokens, the scopes, the way that events come in, and who may change settings."""
    if many := _many(settings):
        return (many,)
    bot, app = plain(settings.slack_bot_token), plain(settings.slack_app_token)
    found = list(_way_in(settings))
    if not bot:
        says = "SLACK_BOT_TOKEN is not set, so the bot does not speak to Slack."
        mend = "OAuth & Permissions → Bot User OAuth Token (xoxb-…)"
        return (fails("slack", "bot_token_missing", says, mend), *found)
    local = httpx.URL(settings.slack_api_url).host in {"localhost", "127.0.0.1", "::1"}
    async with httpx.AsyncClient(
        base_url=settings.slack_api_url, timeout=10, trust_env=not local
    ) as http:
        try:
            found += await _bot(http, bot, clock)
            if app:
                found += await _app(http, app)
            found += await _admins(http, bot, settings.bot_admins)
        except httpx.HTTPError as error:
            says = f"Slack cannot be reached at SLACK_API_URL ({type(error).__name__})."
            found.append(
                down("slack", "slack_down", says, "curl -sS https://slack.com/api/api.test")
            )
    return tuple(found)


def _many(settings: Settings) -> Finding | None:
    """How a bot for many workspaces is set up; their tokens are looked at by `workspaces list`."""
    try:
        return ok("slack", "It is for many workspaces.") if check_distribution(settings) else None
    except ConfigError as error:
        return fails("slack", "distribution", str(error), "docs/slack.md, “Many workspaces”")


def _way_in(settings: Settings) -> Iterator[Finding]:
    if not plain(settings.slack_app_token) and not plain(settings.slack_signing_secret):
        yield fails(
            "slack",
            "app_token_missing",
            "Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set: no event comes in.",
            "Basic Information → App-Level Tokens: one with connections:write (xapp-…)",
        )


async def _call(http: httpx.AsyncClient, method: str, token: str, **form: str) -> tuple[Any, Any]:
    """Slack's answer and its headers. What is no answer of Slack's has the error `not_slack`."""
    head = {"Authorization": f"Bearer {token}"}
    reply = await http.post(method, headers=head, data=form)
    try:
        said = json.loads(reply.content)
    except ValueError:
        said = None
    return (said if isinstance(said, dict) else {"ok": False, "error": "not_slack"}), reply.headers


async def _bot(http: httpx.AsyncClient, token: str, clock: Clock) -> list[Finding]:
    said, headers = await _call(http, "auth.test", token)
    clock.saw_header("Slack", headers.get("date"))
    if not said.get("ok"):
        return [_refused("SLACK_BOT_TOKEN", "bot_token", str(said.get("error")))]
    found = [ok("slack", f"It is {said.get('user')} in {said.get('team')}.")]
    if "x-oauth-scopes" not in headers:
        says = "The server does not say which scopes the token has."
        return [*found, warning("scopes", "scopes_unknown", says, "Set SLACK_API_URL to Slack's.")]
    has = {name.strip() for name in headers["x-oauth-scopes"].split(",")} - {""}
    if missing := sorted(SCOPES - has):
        says = f"The app lacks {', '.join(missing)}, which manifest.yml asks for."
        return [*found, fails("scopes", "scope_missing", says, _REINSTALL)]
    if more := sorted(has - SCOPES):
        says = f"The app may {', '.join(more)}, which manifest.yml does not ask for."
        return [*found, warning("scopes", "scope_unused", says, _REINSTALL)]
    return [*found, ok("scopes", "They are those of manifest.yml.")]


async def _app(http: httpx.AsyncClient, token: str) -> list[Finding]:
    # Only an address is handed out; nothing connects to it, and it ends by itself.
    said, _headers = await _call(http, "apps.connections.open", token)
    if said.get("ok"):
        return [ok("socket mode", "The app token opens connections.")]
    return [_refused("SLACK_APP_TOKEN", "app_token", str(said.get("error")))]


async def _admins(http: httpx.AsyncClient, token: str, listed: str) -> list[Finding]:
    found = []
    for user in filter(None, (name.strip() for name in listed.split(","))):
        known = bool(_USER.fullmatch(user))
        if known:
            said, _headers = await _call(http, "users.info", token, user=user)
            known = said.get("error") not in {"user_not_found", "user_not_visible"}
        if not known:
            says = f"BOT_ADMINS names {user!r}, who is no one in this workspace."
            mend = "In Slack: the person's profile → ⋮ → Copy member ID (U…)"
            found.append(warning("admins", "admin_unknown", says, mend))
    return found


_REFUSED = {
    "not_slack": "The server at SLACK_API_URL is not Slack",
    "missing_scope": "{setting} lacks a scope",
    "not_allowed_token_type": "{setting} is a token of another kind",
    "account_inactive": "{setting} belongs to an app that was removed",
    "token_revoked": "{setting} was revoked",
    "token_expired": "{setting} has expired",
}


def _refused(setting: str, name: str, error: str) -> Finding:
    if error in {"ratelimited", "internal_error", "service_unavailable", "fatal_error"}:
        return down("slack", "slack_down", f"Slack does not answer now: {error}.", "Try again.")
    what = _REFUSED.get(error, "Slack does not accept {setting}").format(setting=setting)
    mend = (
        "OAuth & Permissions → Bot User OAuth Token (xoxb-…)"
        if name == "bot_token"
        else "Basic Information → App-Level Tokens: one with connections:write (xapp-…)"
    )
    if error == "not_slack":
        return fails("slack", "not_slack", f"{what}.", "SLACK_API_URL=https://slack.com/api/")
    return fails("slack", f"{name}_refused", f"{what} ({error}).", mend)
