"""A circuit breaker: leave a language model that keeps failing alone for a while.

Closed: calls go through. After `failures` in a row it is open and calls are not even tried. After
`seconds` it is half open: the next call decides. Times are of one monotonic clock, given by the
caller. No library in the environment does this without a thread or a decorator of its own.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field


class CircuitState(enum.StrEnum):
    """Whether calls go through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


@dataclass(slots=True)
class Circuit:
    """`failures` in a row open it for `seconds`."""

    failures: int = 3
    seconds: float = 30.0
    _failed: int = field(default=0, init=False)
    _opened: float = field(default=0.0, init=False)

    def state(self, now: float) -> CircuitState:
        """Where the circuit is at `now`."""
        if self._failed < self.failures:
            return CircuitState.CLOSED
        return CircuitState.HALF_OPEN if self.wait(now) == 0 else CircuitState.OPEN

    def wait(self, now: float) -> float:
        """Seconds until a call may be tried; 0 if it may be now."""
        if self._failed < self.failures:
            return 0.0
        return max(0.0, self._opened + self.seconds - now)

    def failed(self, now: float) -> None:
        """Count a failure."""
        self._failed += 1
        self._opened = now

    def worked(self) -> None:
        """Close the circuit."""
        self._failed = 0
