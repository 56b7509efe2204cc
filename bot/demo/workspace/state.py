"""What the workspace holds: people, channels, messages, files, open views, and who watches.

Messages and views are kept as the JSON that Slack sends, since that is all anyone here does with
them. Everything lives in memory and ends with the process. Every change is published: the page's
streams and `until` in the tests wait on the same signal.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

LOCALES = {
    "en-GB": "English (UK)",
    "en-US": "English (US)",
    "de-DE": "Deutsch",
    "es-ES": "Español (España)",
    "es-LA": "Español (Latinoamérica)",
    "fr-FR": "Français",
}
"""Some of the languages that Slack has, by the locale that its API calls them."""

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_id(prefix: str) -> str:
    """Return an id as Slack makes them: a letter for the kind, ten of letters and digits."""
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(10))


def named_id(prefix: str, name: str) -> str:
    """Return the id of what has this name: the same in every run, so that an app still knows it."""
    return prefix + base64.b32encode(hashlib.sha256(name.encode()).digest()).decode()[:10]


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the workspace. `handle` is the short name, `tz` an IANA name."""

    id: str
    handle: str
    name: str
    is_admin: bool = False
    is_bot: bool = False
    tz: str = "Europe/Madrid"
    tz_offset: int = 3600
    locale: str = "en-GB"


@dataclass(slots=True)
class Channel:
    """A conversation. `kind` is public, private or im; an im has the `person` the app talks to."""

    id: str
    name: str
    kind: str = "public"
    members: set[str] = field(default_factory=set)
    person: str = ""
    messages: dict[str, Json] = field(default_factory=dict)

    @property
    def family(self) -> str:
        """What scopes and message events call it: channels, groups or im."""
        return {"public": "channels", "private": "groups", "im": "im"}[self.kind]


@dataclass(slots=True)
class StoredFile:
    """A file. `body` is None until it was uploaded; `shares` are (channel, ts) of its messages."""

    id: str
    name: str
    length: int
    user: str
    created: int
    ticket: str
    title: str = ""
    alt: str = ""
    body: bytes | None = None
    shares: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class OpenView:
    """A modal (or Home) of one person. `stack` holds ids of the views below it."""

    id: str
    user: str
    view: Json
    stack: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Whisper:
    """A message that only `user` sees."""

    user: str
    channel: str
    message: Json


@dataclass(slots=True)
class Ticket:
    """What a trigger_id or a response_url stands for; `expires` is on the state's clock."""

    user: str
    expires: float
    channel: str = ""
    ts: str = ""
    uses: int = 0
    view: str = ""


@dataclass(slots=True)
class State:
    """Everything. `tell_app` hands an event to whoever delivers it to the app.

    `lacking` are the block types that this workspace refuses, as an older one does.
    """

    team: str
    team_name: str
    app: str
    bot: Person
    bot_id: str
    people: dict[str, Person]
    channels: dict[str, Channel]
    clock: Callable[[], float] = time.time
    tell_app: Callable[[str, Json], None] = lambda _kind, _event: None
    base_url: str = ""
    lacking: frozenset[str] = frozenset()
    files: dict[str, StoredFile] = field(default_factory=dict)
    views: dict[str, OpenView] = field(default_factory=dict)
    homes: dict[str, OpenView] = field(default_factory=dict)
    whispers: list[Whisper] = field(default_factory=list)
    triggers: dict[str, Ticket] = field(default_factory=dict)
    response_urls: dict[str, Ticket] = field(default_factory=dict)
    streams: dict[tuple[str, str], float] = field(default_factory=dict)
    statuses: dict[tuple[str, str], Json] = field(default_factory=dict)
    viewing: dict[str, str] = field(default_factory=dict)
    prompts: dict[str, list[Json]] = field(default_factory=dict)
    notice: Json = field(default_factory=dict)
    watchers: set[tuple[str, asyncio.Queue[Json | None]]] = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _last_ts: int = 0

    def next_ts(self) -> str:
        """Return a message timestamp that was never given before."""
        self._last_ts = max(int(self.clock() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def publish(self, event: Json, to: Iterable[str] | None = None) -> None:
        """Tell the pages of `to` (None: of everybody) and wake whoever waits for a change."""
        for user, queue in self.watchers:
            if to is None or user in to:
                queue.put_nowait(event)
        self.touch()

    def touch(self) -> None:
        """Wake whoever waits for a change."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def change(self) -> None:
        """Wait for the next change."""
        await self._changed.wait()

    def named(self, channel: str) -> Channel | None:
        """Return the conversation with this id or name (with or without #)."""
        if channel in self.channels:
            return self.channels[channel]
        wanted = channel.removeprefix("#")
        found = (one for one in self.channels.values() if one.kind != "im" and one.name == wanted)
        return next(found, None)

    def direct(self, user: str) -> Channel:
        """Return the direct conversation of `user` with the app, made if there is none."""
        for channel in self.channels.values():
            if channel.kind == "im" and channel.person == user:
                return channel
        channel = Channel(named_id("D", user), "", "im", {user, self.bot.id}, user)
        self.channels[channel.id] = channel
        return channel

    def everyone(self) -> dict[str, Person]:
        """Return people and the app's bot user, by id."""
        return {**self.people, self.bot.id: self.bot}

    def readers(self, channel: Channel) -> set[str] | None:
        """Return who sees `channel`; None for everybody."""
        return None if channel.kind == "public" else channel.members
