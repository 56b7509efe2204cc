"""Who the bot is, who people are, and who may change settings: Slack's admins, and those listed.

Rights are asked for at every click, for the person who clicks; an answer is kept for a minute.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from slack_bolt.authorization import AuthorizeResult

from bot.slack import tenant
from bot.slack.errors import ChannelClosedError, SlackError
from bot.slack.web import Web
from bot.texts import ENGLISH, Tongue, tongue_of

log = structlog.get_logger()

_SECONDS = 60.0
_KEPT = 1_000
ACK_SECONDS = 1.0
"""What asking for somebody's language may take before an ack, for which Slack waits three."""

TONGUE_SECONDS = 3.0
"""The same where nobody waits for an ack, but for the first sign of an answer."""

_PAGE = 999


@dataclass(frozen=True, slots=True)
class Profile:
    """A person as Slack knows them. `timezone` is an IANA name, `locale` such as "de-DE".

    Empty texts for what is not set.
    """

    name: str = ""
    timezone: str = ""
    locale: str = ""
    admin: bool = False


_UNKNOWN = (float("-inf"), Profile())


class People:
    """Looks people up. `admins` are user ids that count as admins beside Slack's own.

    In a bot for many workspaces they are TEAM:USER, for a user's id is good in one of them.
    """

    def __init__(self, web: Web, admins: frozenset[str]) -> None:
        self._web = web
        self._admins = admins
        self._known: dict[tuple[str, str], tuple[float, Profile]] = {}
        self._inside: dict[tuple[str, str], tuple[float, Mapping[str, str]]] = {}
        self._bot: AuthorizeResult | None = None

    async def bot(self) -> AuthorizeResult:
        """Our own ids and token in this workspace, asked for once. Raises SlackError.

        Bolt's own look-up would acknowledge an event that it then drops when Slack does not
        answer; ours raises, so the event stays unacknowledged and Slack sends it again.
        """
        if self._web.many:
            one = tenant.here()
            return AuthorizeResult(
                enterprise_id=None,
                team_id=one.team,
                bot_user_id=one.bot_user,
                bot_id=one.bot_id,
                bot_token=one.token,
            )
        if self._bot is None:
            found = await self._web.call("auth.test")
            self._bot = AuthorizeResult(
                enterprise_id=found.get("enterprise_id"),
                team_id=found["team_id"],
                bot_user_id=found["user_id"],
                bot_id=found.get("bot_id"),
                bot_token=self._web.client.token,
            )
        return self._bot

    async def is_admin(self, team: str, user: str) -> bool:
        """Whether `user` may change the bot's settings in `team`. Raises SlackError."""
        name = f"{team}:{user}" if self._web.many else user
        return name in self._admins or (await self.profile(team, user)).admin

    async def runs_the_bot(self, team: str, user: str) -> bool:
        """Whether `user` may change what all workspaces share. Raises SlackError.

        Where there are many, being an admin of one is not enough.
        """
        if self._web.many:
            return f"{team}:{user}" in self._admins
        return await self.is_admin(team, user)

    async def profile(self, team: str, user: str) -> Profile:
        """Who `user` is. Raises SlackError."""
        asked_at, known = self._known.get((team, user), _UNKNOWN)
        if time.monotonic() - asked_at < _SECONDS:
            return known
        found = (await self._web.call("users.info", user=user, include_locale=True))["user"]
        # A guest from a connected workspace may be an admin, but at home.
        at_home = found.get("team_id", team) == team and not found.get("deleted")
        flags = ("is_admin", "is_owner", "is_primary_owner")
        names = found.get("profile") or {}
        known = Profile(
            name=str(names.get("display_name") or found.get("real_name") or found.get("name", "")),
            timezone=str(found.get("tz") or ""),
            locale=str(found.get("locale") or ""),
            admin=at_home and any(found.get(flag) for flag in flags),
        )
        if len(self._known) >= _KEPT:
            self._known.clear()
        self._known[team, user] = (time.monotonic(), known)
        return known

    def forget(self, team: str, user: str) -> None:
        """Ask anew about somebody, who has changed."""
        self._known.pop((team, user), None)

    async def tongue(self, team: str, user: str, *, ack: bool = False) -> Tongue:
        """What `user` reads, by the language of their Slack; English while that is not known.

        Never raises, and takes TONGUE_SECONDS at most, ACK_SECONDS before an `ack`: nobody waits
        for their language.
        """
        if not user:
            return ENGLISH
        try:
            async with asyncio.timeout(ACK_SECONDS if ack else TONGUE_SECONDS):
                return tongue_of((await self.profile(team, user)).locale)
        except (SlackError, TimeoutError) as error:
            log.info("language_not_known", error=repr(error))
            _, known = self._known.get((team, user), _UNKNOWN)
            return tongue_of(known.locale)

    async def channels(self, team: str, user: str) -> Mapping[str, str]:
        """The channels that `user` is in, private ones only where we are too: ids and names.

        Raises SlackError.
        """
        asked_at, known = self._inside.get((team, user), (float("-inf"), {}))
        if time.monotonic() - asked_at < _SECONDS:
            return known
        found: dict[str, str] = {}
        cursor = ""
        while True:
            page = await self._web.call(
                "users.conversations",
                user=user,
                types="public_channel,private_channel",
                exclude_archived=True,
                limit=_PAGE,
                cursor=cursor or None,
            )
            found |= {str(one["id"]): str(one.get("name", "")) for one in page["channels"]}
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                break
        if len(self._inside) >= _KEPT:
            self._inside.clear()
        self._inside[team, user] = (time.monotonic(), found)
        return found

    async def are_we_in(self, channel: str) -> bool:
        """Whether we are a member of `channel` now. Raises SlackError."""
        try:
            found = await self._web.call("conversations.info", channel=channel)
        except ChannelClosedError:
            return False
        about = found["channel"]
        return bool(about.get("is_member") or about.get("is_im"))
