"""Whether this is a bot for many workspaces, from the settings; a look at the tokens it keeps."""

from __future__ import annotations

from urllib.parse import urlsplit

import structlog
from redis.asyncio import Redis

from bot.app import ConfigError, plain
from bot.settings import Settings
from bot.slack.oauth import REDIRECT_PATH, Distribution
from bot.slack.web import is_local
from bot.store import Database, Installations, Keys, Store

log = structlog.get_logger()

PREFIX = "gamestats:installation:"
NEW_KEY = "`game-stats-bot workspaces new-key` makes one"


def check_distribution(settings: Settings) -> bool:
    """Whether this is a bot for many workspaces. Raises ConfigError for what cannot be."""
    given = {
        "SLACK_CLIENT_ID": settings.slack_client_id,
        "SLACK_CLIENT_SECRET": plain(settings.slack_client_secret),
        "TOKEN_KEY": plain(settings.token_key),
        "PUBLIC_URL": settings.public_url,
    }
    if not any(given.values()):
        return False
    given |= {"SLACK_SIGNING_SECRET": plain(settings.slack_signing_secret)}
    if missing := [name for name, value in given.items() if not value]:
        raise ConfigError(f"For many workspaces set {', '.join(missing)} too (see .env.example).")
    if settings.slack_bot_token or settings.slack_app_token:
        raise ConfigError(
            "SLACK_CLIENT_ID is for many workspaces, each with a token of its own, and events by"
            " HTTP. Take away SLACK_BOT_TOKEN and SLACK_APP_TOKEN (Socket Mode), or the client id."
        )
    _check_admins(settings.bot_admins)
    _check_public(settings.public_url)
    _keys(settings)
    return True


def read_distribution(settings: Settings, store: Store) -> Distribution | None:
    """What a bot for many workspaces needs; None for one workspace's. Raises ConfigError."""
    if not check_distribution(settings):
        return None
    return Distribution(
        client_id=settings.slack_client_id,
        client_secret=plain(settings.slack_client_secret),
        public_url=settings.public_url,
        installations=read_installations(settings, store.database, store.redis),
        claims=store.claims,
    )


def read_installations(settings: Settings, database: Database, redis: Redis) -> Installations:
    """The workspaces that have installed the bot. Raises ConfigError."""
    return Installations(database, redis, PREFIX, _keys(settings))


async def check_tokens(installations: Installations) -> None:
    """Log each workspace whose token cannot be read. Raises ConfigError if none can, StoreError."""
    teams = await installations.teams()
    lost = [team for team, opens in teams.items() if not opens]
    if lost and len(lost) == len(teams):
        raise ConfigError(
            f"TOKEN_KEY opens the token of none of the {len(teams)} workspaces that have installed"
            " the bot. Set the key that they were sealed with, after a comma if there is a new one."
        )
    for team in lost:
        log.error("token_unreadable", team=team, mend="an old TOKEN_KEY, or install there again")


def _keys(settings: Settings) -> Keys:
    try:
        return Keys(plain(settings.token_key))
    except ValueError as error:
        raise ConfigError(f"TOKEN_KEY is no key: {error}; {NEW_KEY}.") from None


def _check_public(url: str) -> None:
    parts = urlsplit(url)
    if not parts.hostname or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ConfigError(f"PUBLIC_URL is an address without a path, before {REDIRECT_PATH}.")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_local(url)):
        raise ConfigError("PUBLIC_URL begins with https://, or Slack sends nobody there.")


def _check_admins(text: str) -> None:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if any(name.count(":") != 1 for name in names):
        raise ConfigError(
            "With many workspaces BOT_ADMINS are TEAM:USER, such as T012AB:U034CD, since a user's"
            " id is good in one workspace."
        )
