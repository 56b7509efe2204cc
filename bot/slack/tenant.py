"""Which workspace the running event or job belongs to, in a bot for many: every call asks here.

It is set once, where an event comes in or a job begins (`workspaces`). It is a context variable, so
asyncio hands it to each task begun there and to no other; no listener can pick a wrong token.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from bot.store import Installation

_HERE: ContextVar[Installation] = ContextVar("tenant")


class NoTenantError(RuntimeError):
    """A call to Slack outside of any event or job: a bug of ours."""


def here() -> Installation:
    """The installation in whose name calls are made. Raises NoTenantError."""
    try:
        return _HERE.get()
    except LookupError:
        raise NoTenantError("a call to Slack outside of any workspace's event or job") from None


def enter(installation: Installation) -> None:
    """Make calls in its name for the rest of this task."""
    _HERE.set(installation)


@contextmanager
def within(installation: Installation) -> Iterator[None]:
    """Make calls in its name for the block."""
    before = _HERE.set(installation)
    try:
        yield
    finally:
        _HERE.reset(before)
