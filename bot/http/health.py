"""How the servers behind the bot are: one look at each, for `/readyz` and for the metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

Check = Callable[[], Awaitable[object]]
"""Returns when a dependency is well, raises when it is not."""

CHECK_SECONDS = 3.0


async def look(checks: Mapping[str, Check]) -> dict[str, str]:
    """Each dependency's state by name: "ok", or the kind of its trouble. Takes CHECK_SECONDS."""
    states = await asyncio.gather(*(_state(check) for check in checks.values()))
    return dict(zip(checks, states, strict=True))


async def _state(check: Check) -> str:
    try:
        await asyncio.wait_for(check(), CHECK_SECONDS)
    except Exception as error:  # noqa: BLE001 - whatever is wrong, readiness names it
        return type(error).__name__
    return "ok"
