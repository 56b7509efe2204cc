"""The settings themselves: each bad one is named, and the rest can still be checked."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import limits
from pydantic import ValidationError

from bot.app import POSTGRES, REDIS, ConfigError, needed
from bot.doctor.finding import Finding, fails, ok, warning
from bot.settings import Settings

_EXAMPLE = "See .env.example; `game-stats-bot config show` says where each comes from."


def read() -> tuple[Settings, tuple[Finding, ...]]:
    """The settings of the environment, bad ones at their defaults, and what is wrong with them."""
    faults: dict[str, str] = {}
    while True:
        defaults = {name: Settings.model_fields[name].default for name in faults}
        try:
            settings = Settings(**defaults)
        except ValidationError as error:
            # Those that are not here yet: each round puts at least one more to its default.
            faults |= {str(fault["loc"][0]): fault["msg"] for fault in error.errors()}
        else:
            break
    found = [
        fails("settings", name, f"{name.upper()} cannot be used: {why}.", _EXAMPLE)
        for name, why in faults.items()
    ]
    found += _looked_at(settings)
    return settings, tuple(found) or (ok("settings", "Every setting can be read."),)


def _looked_at(settings: Settings) -> Iterator[Finding]:
    for name, schemes in (("database_url", POSTGRES), ("bot_database_url", POSTGRES)):
        yield from _address(settings, name, schemes)
    yield from _address(settings, "redis_url", REDIS)
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        yield fails(
            "settings", "timezone", "TIMEZONE is no IANA name.", "TIMEZONE=Europe/Berlin, or UTC"
        )
    try:
        limits.parse(settings.rate_limit)
    except ValueError:
        yield fails("settings", "rate_limit", "RATE_LIMIT cannot be read.", "RATE_LIMIT=20/hour")
    if settings.log_level.upper() not in logging.getLevelNamesMapping():
        yield fails("settings", "log_level", "LOG_LEVEL is no level.", "LOG_LEVEL=INFO")
    if settings.ollama_num_predict >= settings.ollama_num_ctx:
        yield fails(
            "settings",
            "ollama_num_predict",
            "OLLAMA_NUM_PREDICT leaves no room for a question in OLLAMA_NUM_CTX.",
            "OLLAMA_NUM_CTX=4096 and OLLAMA_NUM_PREDICT=512",
        )
    if settings.database_url and settings.database_url == settings.bot_database_url:
        yield warning(
            "settings",
            "one_database",
            "DATABASE_URL and BOT_DATABASE_URL are the same, so a question's role can write.",
            "Give the bot a database of its own, and DATABASE_URL a role that only reads.",
        )


def _address(settings: Settings, name: str, schemes: tuple[str, ...]) -> Iterator[Finding]:
    try:
        needed(getattr(settings, name), name.upper(), schemes)
    except ConfigError as error:
        yield fails("settings", name, str(error), _EXAMPLE)
