"""Is this machine's clock right? Held against what Slack, Ollama and PostgreSQL say it is.

Slack signs its requests with the time and both sides refuse what is five minutes old; tokens of
the HTTP API end by the clock; "today" is a day of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

from bot.doctor.finding import Finding, fails, ok, warning

_SLIGHT, _LARGE = 30.0, 240.0  # seconds; Slack's limit is 300


@dataclass(slots=True)
class Clock:
    """Differences in seconds by the server that was asked; positive if that server is ahead."""

    now: Callable[[], float]
    seen: dict[str, float] = field(default_factory=dict)

    def saw(self, server: str, timestamp: float) -> None:
        """Note what a server said just now."""
        self.seen[server] = timestamp - self.now()

    def saw_header(self, server: str, date: str | None) -> None:
        """Note an HTTP Date header, if there is one that can be read."""
        try:
            self.saw(server, parsedate_to_datetime(date or "").timestamp())
        except ValueError:
            return


def drift(clock: Clock) -> Iterator[Finding]:
    """One finding on the clock; none if no server said a time."""
    if not clock.seen:
        return
    server = max(clock.seen, key=lambda name: abs(clock.seen[name]))
    off = clock.seen[server]
    says = f"This machine is {abs(off):.0f} s {'behind' if off > 0 else 'ahead of'} {server}."
    alone = len(clock.seen) > 1 and min(map(abs, clock.seen.values())) <= _SLIGHT
    mend = f"Set the clock of {server}'s machine." if alone else "timedatectl set-ntp true"
    if abs(off) > _LARGE:
        yield fails("clock", "clock_off", says, mend)
    elif abs(off) > _SLIGHT:
        yield warning("clock", "clock_off", says, mend)
    else:
        yield ok("clock", f"It agrees with {', '.join(sorted(clock.seen))}.")
