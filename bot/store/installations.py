"""The workspaces that installed the bot, each with its token: encrypted in PostgreSQL, cached here.

A cached installation is good while a stamp in Redis says so. Whatever changes one sets a new stamp,
so every process sees a removal with its next look; a change whose process died before it could set
the stamp is seen within KEPT_SECONDS.
"""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from redis.asyncio import Redis

from bot.store.database import Connection, Database
from bot.store.errors import TokenUnreadable, translated

KEPT_SECONDS = 60.0
KEPT = 1_000
"""How long, and how many, installations are cached."""

WIPE_SECONDS = 120.0
"""What removing everything of a workspace may take."""


@dataclass(frozen=True, slots=True)
class Installation:
    """The bot in one workspace: `team` is its id, `name` what people call it.

    `app`, `bot_user` and `bot_id` are the bot's ids there. `installed_at` is an aware time of the
    database's clock, None before it is kept.
    """

    team: str
    name: str
    app: str
    bot_user: str
    bot_id: str
    token: str = field(repr=False)
    installed_by: str
    installed_at: datetime | None = None


class Keys:
    """Seals tokens with the first key, and opens what any of them has sealed."""

    def __init__(self, text: str) -> None:
        """`text` are Fernet keys, the newest first, comma-separated. Raises ValueError."""
        keys = [key.strip() for key in text.split(",") if key.strip()]
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:  # of no key, and of a text that is none; neither may show the key
            raise ValueError("not 32 bytes in URL-safe base64") from None

    def seal(self, team: str, token: str) -> str:
        """A token, unreadable; only good for its workspace."""
        return self._fernet.encrypt(json.dumps([team, token]).encode()).decode()

    def opened(self, team: str, sealed: str) -> str:
        """The token. Raises TokenUnreadable, also for one that was another workspace's."""
        try:
            owner, token = json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise TokenUnreadable(f"no key of TOKEN_KEY opens the token of {team}") from None
        if owner != team:
            raise TokenUnreadable(f"the token kept for {team} is another workspace's")
        return str(token)

    def renewed(self, sealed: str) -> str | None:
        """The same, sealed with the first key; None if no key opens it."""
        try:
            return self._fernet.rotate(sealed).decode()
        except InvalidToken:
            return None


@dataclass(frozen=True, slots=True)
class _Kept:
    stamp: str
    at: float
    installation: Installation | None


class Installations:
    """The table of installations. Every method raises StoreError."""

    def __init__(self, database: Database, redis: Redis, prefix: str, keys: Keys) -> None:
        self._database = database
        self._redis = redis
        self._prefix = prefix
        self._keys = keys
        self._kept: dict[str, _Kept] = {}

    async def get(self, team: str) -> Installation | None:
        """The installation in a workspace, or None. Raises TokenUnreadable."""
        # Before the database is asked: what changes meanwhile leaves a stamp that is not this one.
        with translated():
            stamp = str(await self._redis.get(self._prefix + team) or "")
        kept = self._kept.get(team)
        if kept and kept.stamp == stamp and time.monotonic() - kept.at < KEPT_SECONDS:
            return kept.installation
        asked_at = time.monotonic()
        async with self._database.connection() as connection:
            row = await connection.fetchrow("SELECT * FROM bot.installations WHERE team = $1", team)
        found = self._read(row) if row else None
        if len(self._kept) >= KEPT:
            self._kept.clear()
        self._kept[team] = _Kept(stamp, asked_at, found)
        return found

    async def put(self, installation: Installation) -> None:
        """Keep an installation, in place of the one that the workspace had."""
        sql = """
            INSERT INTO bot.installations (team, name, app, bot_user, bot_id, sealed, installed_by)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (team) DO UPDATE
            SET name = excluded.name, app = excluded.app, bot_user = excluded.bot_user,
                bot_id = excluded.bot_id, sealed = excluded.sealed,
                installed_by = excluded.installed_by, installed_at = now()
        """
        one = installation
        sealed = self._keys.seal(one.team, one.token)
        values = (one.team, one.name, one.app, one.bot_user, one.bot_id, sealed, one.installed_by)
        async with self._database.connection() as connection:
            await connection.execute(sql, *values)
        await self._changed(one.team)

    async def remove(self, team: str) -> bool:
        """Delete all that is kept of a workspace, at once; False if it was not installed."""
        sql = "DELETE FROM bot.installations WHERE team = $1 RETURNING true"
        async with self._database.connection() as connection, connection.transaction():
            was = await connection.fetchval(sql, team)
            await _wipe(connection, team)
        await self._changed(team)
        return bool(was)

    async def sweep(self, team: str) -> None:
        """Delete what was written for a workspace while it was being removed."""
        sql = "SELECT true FROM bot.installations WHERE team = $1 FOR SHARE"
        async with self._database.connection() as connection, connection.transaction():
            if not await connection.fetchval(sql, team):
                await _wipe(connection, team)

    async def teams(self) -> dict[str, bool]:
        """The id of every workspace, and whether our keys open its token."""
        async with self._database.connection() as connection:
            rows = await connection.fetch("SELECT * FROM bot.installations ORDER BY team")
        return {row["team"]: self._opens(row) for row in rows}

    async def seal_anew(self) -> int:
        """Seal each token that our keys open with the first of them; how many there were."""
        sql = "SELECT team, sealed FROM bot.installations FOR UPDATE"
        count = 0
        async with self._database.connection() as connection, connection.transaction():
            for row in await connection.fetch(sql):
                if (sealed := self._keys.renewed(row["sealed"])) is not None:
                    await connection.execute(
                        "UPDATE bot.installations SET sealed = $2 WHERE team = $1",
                        row["team"],
                        sealed,
                    )
                    count += 1
        return count

    def _read(self, row: asyncpg.Record) -> Installation:
        values = dict(row)
        token = self._keys.opened(row["team"], values.pop("sealed"))
        return Installation(**values, token=token)

    def _opens(self, row: asyncpg.Record) -> bool:
        try:
            self._read(row)
        except TokenUnreadable:
            return False
        return True

    async def _changed(self, team: str) -> None:
        # As long as anybody may have cached what there was before, and not for ever.
        seconds = int(10 * KEPT_SECONDS)
        with translated():
            await self._redis.set(self._prefix + team, secrets.token_hex(8), ex=seconds)


async def _wipe(connection: Connection, team: str) -> None:
    """Delete every row of a workspace: each table that knows workspaces has a column `team`."""
    tables = await connection.fetch(
        "SELECT c.oid::regclass::text AS name FROM pg_class AS c JOIN pg_attribute AS a"
        " ON a.attrelid = c.oid WHERE c.relnamespace = 'bot'::regnamespace"
        " AND c.relkind IN ('r', 'p') AND a.attname = 'team' AND NOT a.attisdropped"
    )
    for table in tables:
        sql = f"DELETE FROM {table['name']} WHERE team = $1"  # noqa: S608 - quoted by regclass
        await connection.execute(sql, team, timeout=WIPE_SECONDS)
