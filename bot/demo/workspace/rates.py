"""How often the app may call each method: Slack's tiers, as token buckets.

Tiers are calls a minute for a method and workspace; `chat.postMessage` is one a second for a
channel, with a small burst. Source: docs.slack.dev/apis/web-api/rate-limits.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

TIERS: Mapping[int, int] = {1: 1, 2: 20, 3: 50, 4: 100}
"""Calls a minute for each tier."""

POSTS_A_SECOND = 1.0
POSTS_AT_ONCE = 4


@dataclass(slots=True)
class Bucket:
    """A token bucket: `size` calls at once, `rate` calls a second after that."""

    size: float
    rate: float
    tokens: float
    filled: float

    def take(self, now: float) -> float:
        """Take one token; return 0, or the seconds until there is one."""
        self.tokens = min(self.size, self.tokens + (now - self.filled) * self.rate)
        self.filled = now
        if self.tokens >= 1:
            self.tokens -= 1
            return 0.0
        return (1 - self.tokens) / self.rate


@dataclass(slots=True)
class Rates:
    """The limits in force. `scale` multiplies all of them; `clock` gives seconds."""

    scale: float = 1.0
    clock: Callable[[], float] = time.monotonic
    buckets: dict[tuple[str, str], Bucket] = field(default_factory=dict)

    def wait(self, method: str, tier: int, channel: str) -> int:
        """Count a call; return 0 if it may go, else whole seconds to wait (Retry-After)."""
        if tier == 0:
            return 0
        posting = method == "chat.postMessage"
        key = (method, channel if posting else "")
        now = self.clock()
        if key not in self.buckets:
            size: float = POSTS_AT_ONCE if posting else TIERS[tier]
            rate: float = POSTS_A_SECOND if posting else TIERS[tier] / 60
            size, rate = max(1.0, size * self.scale), rate * self.scale
            self.buckets[key] = Bucket(size, rate, tokens=size, filled=now)
        return math.ceil(self.buckets[key].take(now))
