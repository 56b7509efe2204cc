"""Every check, at once, each within its time; the findings in a fixed order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable

import structlog

from bot.doctor.clock import Clock, drift
from bot.doctor.database import check_database
from bot.doctor.finding import Finding, down, fails
from bot.doctor.models import check_models
from bot.doctor.slack import check_slack
from bot.doctor.stores import check_own_database, check_redis
from bot.settings import Settings

CHECK_SECONDS = 20.0
"""How long one check may take; the slowest is a database that is far away."""

log = structlog.get_logger()

_CHECKS = {
    "slack": check_slack,
    "database": check_database,
    "bot database": check_own_database,
    "redis": check_redis,
    "ollama": check_models,
}


async def examine(
    settings: Settings,
    *,
    now: Callable[[], float] = time.time,
    seconds: float = CHECK_SECONDS,
) -> tuple[Finding, ...]:
    """Look at everything. `now` is this machine's clock, `seconds` what one check may take."""
    clock = Clock(now)

    async def one(name: str) -> Iterable[Finding]:
        try:
            async with asyncio.timeout(seconds):
                return await _CHECKS[name](settings, clock)
        except TimeoutError:
            says = f"It did not answer within {seconds:.0f} seconds."
            return (down(name, "slow", says, "Look at the network between the bot and it."),)
        except Exception:  # the others are still worth having
            log.exception("check broke", check=name)
            mend = "Please report it with the lines above."
            return (fails(name, "bug", "The check itself broke.", mend),)

    found = await asyncio.gather(*(one(name) for name in _CHECKS))
    return (*(finding for each in found for finding in each), *drift(clock))
