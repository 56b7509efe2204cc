"""In which language a channel reads what the bot says by itself: digests, the live message."""

from __future__ import annotations

from bot.store.database import Database


class ChannelLanguages:
    """The table of them. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, team: str, channel: str) -> str:
        """A code such as "de"; empty where nobody has chosen one."""
        sql = "SELECT language FROM bot.channel_languages WHERE team = $1 AND channel = $2"
        async with self._database.connection() as connection:
            return str(await connection.fetchval(sql, team, channel) or "")

    async def choose(self, team: str, channel: str, language: str) -> None:
        """Choose one."""
        sql = """
            INSERT INTO bot.channel_languages (team, channel, language) VALUES ($1, $2, $3)
            ON CONFLICT (team, channel) DO UPDATE SET language = excluded.language
        """
        async with self._database.connection() as connection:
            await connection.execute(sql, team, channel, language)
