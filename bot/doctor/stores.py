"""The bot's own PostgreSQL and Redis: do they answer, are they up to date, do they keep things?"""

from __future__ import annotations

from collections.abc import Iterator

from bot.app import POSTGRES, REDIS, ConfigError, needed
from bot.doctor.clock import Clock
from bot.doctor.finding import Finding, down, fails, ok, warning
from bot.settings import Settings
from bot.store import StoreError
from bot.store.look import DatabaseLook, RedisLook, look_at_database, look_at_redis
from bot.store.migrate import revisions

_OLDEST = (6, 2)
"""The first Redis that has XAUTOCLAIM; every Valkey has it."""


async def check_own_database(settings: Settings, _clock: Clock) -> tuple[Finding, ...]:
    """Whether it answers, and how far its tables are."""
    try:
        found = await look_at_database(
            needed(settings.bot_database_url, "BOT_DATABASE_URL", POSTGRES)
        )
    except ConfigError:
        return ()  # said among the settings
    except StoreError as error:
        mend = 'psql "$BOT_DATABASE_URL" -c "SELECT 1"'
        return (down("bot database", "bot_database_down", f"{_sentence(error)}.", mend),)
    return (_tables(found),)


def _tables(found: DatabaseLook) -> Finding:
    known, check = revisions(), "bot database"
    if found.revision and found.revision not in known:
        says = "Its tables are those of a newer release than this one."
        return fails(check, "newer_tables", says, "Install that release, or restore a backup.")
    if found.revision == known[-1]:
        return ok(check, "It answers, and its tables are up to date.")
    if not found.may_create:
        says = "Its role may not make or change the bot's tables."
        mend = "As its owner: GRANT CREATE ON DATABASE … TO …; and let that role own schema bot."
        return fails(check, "bot_database_rights", says, mend)
    says = "Its tables are " + ("of an older release" if found.revision else "not made yet")
    return ok(check, f"It answers. {says}: the next start makes them so.")


async def check_redis(settings: Settings, _clock: Clock) -> tuple[Finding, ...]:
    """Whether it answers, takes writes, and keeps the questions that wait."""
    try:
        found = await look_at_redis(needed(settings.redis_url, "REDIS_URL", REDIS))
    except ConfigError:
        return ()
    except ValueError:
        says = "REDIS_URL cannot be read."
        return (fails("redis", "redis_url", says, "REDIS_URL=redis://:password@host:6379/0"),)
    except StoreError as error:
        mend = 'valkey-cli -u "$REDIS_URL" ping'
        return (down("redis", "redis_down", f"{_sentence(error)}.", mend),)
    faults = tuple(_faults(found))
    return faults or (ok("redis", f"{found.name} {found.version}."),)


def _faults(found: RedisLook) -> Iterator[Finding]:
    if found.name == "Redis" and _version(found.version) < _OLDEST:
        says = f"Redis {found.version} lacks what the queue needs."
        yield fails("redis", "redis_old", says, "Install Valkey, or Redis 6.2 or newer.")
    if found.replica:
        says = "It is a replica and takes no writes."
        yield fails("redis", "redis_replica", says, "Set REDIS_URL to the primary.")
    # What waits has no end of life, so a volatile-… policy leaves it.
    if found.limited and found.policy.startswith("allkeys"):
        says = f"When it is full it throws away questions that wait ({found.policy})."
        mend = "valkey-cli CONFIG SET maxmemory-policy noeviction, and the same in its file"
        yield warning("redis", "redis_evicts", says, mend)
    if found.lasting is False:
        says = "It keeps nothing on disk: questions that wait are lost when it restarts."
        mend = "valkey-cli CONFIG SET appendonly yes, and the same in its file"
        yield warning("redis", "redis_forgets", says, mend)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:2] if part.isdigit())


def _sentence(error: Exception) -> str:
    text = str(error)
    return text[:1].upper() + text[1:]
