"""`/healthz`, which tells whether this process lives, and `/readyz`, whether it can do its work.

A process that is alive but not ready is left alone: what it waits for is not mended by a restart.
One that lacks only what it can do without (the language model: much is answered from checked or
cached SQL) is degraded, which is ready: it is told by name, and still gets what is sent to it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

CHECK_SECONDS = 3.0
OK = "ok"
READY, DEGRADED, NOT_READY = "ready", "degraded", "not ready"
KEPT_SECONDS = 1.0
"""How long a look at the dependencies is kept, however often somebody asks."""

Check = Callable[[], Awaitable[object]]
"""Returns when a dependency is well, raises when it is not."""


@dataclass(frozen=True, slots=True)
class Life:
    """What `/healthz` says. Seconds are ages, None where there is nothing to be old.

    `worker_seconds` is since the loop that takes jobs last came round, `socket_ping_seconds` since
    Slack last answered on Socket Mode.
    """

    status: str
    worker_seconds: float | None = None
    socket_ping_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class State:
    """How one dependency is: "ok" or the kind of its trouble, and the seconds that it took."""

    state: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Readiness:
    """What `/readyz` says: "ready", "degraded" or "not ready", and each dependency by its name."""

    status: str
    checks: dict[str, State]


@dataclass(slots=True)
class Health:
    """Answers both. `life` tells how this process is; `checks` are the dependencies' by name.

    `optional` names those without which it is degraded and yet ready.
    """

    checks: Mapping[str, Check]
    life: Callable[[], Life] = lambda: Life(OK)
    optional: frozenset[str] = frozenset()
    _kept: Readiness | None = None
    _read_at: float = float("-inf")
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def healthz(self, _request: Request) -> Response:
        """Alive or not."""
        life = self.life()
        return JSONResponse(asdict(life), status_code=200 if life.status == OK else 503)

    async def readyz(self, _request: Request) -> Response:
        """Ready or not, with each dependency."""
        readiness = await self._readiness()
        return JSONResponse(
            asdict(readiness), status_code=503 if readiness.status == NOT_READY else 200
        )

    async def _readiness(self) -> Readiness:
        async with self._lock:
            if self._kept is None or time.monotonic() - self._read_at > KEPT_SECONDS:
                found = await look(self.checks)
                ill = {name for name, each in found.items() if each.state != OK}
                status = NOT_READY if ill - self.optional else DEGRADED if ill else READY
                self._kept = Readiness(status, found)
                self._read_at = time.monotonic()
            return self._kept


async def look(checks: Mapping[str, Check]) -> dict[str, State]:
    """Each dependency's state by its name. Takes up to CHECK_SECONDS."""
    states = await asyncio.gather(*map(_state, checks.values()))
    return dict(zip(checks, states, strict=True))


async def _state(check: Check) -> State:
    began, state = time.monotonic(), OK
    try:
        await asyncio.wait_for(check(), CHECK_SECONDS)
    except Exception as error:  # noqa: BLE001 - whatever is wrong, readiness names it
        state = type(error).__name__
    return State(state, round(time.monotonic() - began, 3))
