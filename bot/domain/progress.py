"""How far a question is, and who is told."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol


class Stage(enum.StrEnum):
    """Where a question is on its way; what progress reports carry, in this order."""

    QUEUED = "queued"
    CHECKING = "checking"
    WARMING = "warming"
    DRAFTING = "drafting"
    GUARDING = "guarding"
    RUNNING = "running"
    REPAIRING = "repairing"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of a question. `detail` is a short sentence for people, or empty."""

    stage: Stage
    detail: str = ""


class Report(Protocol):
    """Takes progress; Slack, the HTTP API and the terminal each have one. Must not raise."""

    async def __call__(self, progress: Progress, /) -> None:
        """Show `progress` to whoever waits."""


async def silent(_progress: Progress, /) -> None:
    """Report to nobody."""
