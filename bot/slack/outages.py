"""What a person reads when a command or a click fails: which of our servers is down, or a bug.

Questions have refusals; this is for everything else that a listener does.
"""

from __future__ import annotations

import structlog

from bot.domain import Kind
from bot.slack.errors import SlackDownError, SlackError, TriggerExpiredError
from bot.store import StoreError
from bot.warehouse import WarehouseError

log = structlog.get_logger()

Known = StoreError | WarehouseError | SlackError
KNOWN = (StoreError, WarehouseError, SlackError)
"""The failures that a listener says in words; anything else is a bug and goes to the log."""


def words(error: Known) -> str:
    """One sentence for `error`, and a line in the log."""
    log.warning("listener_failed", error=repr(error))
    if isinstance(error, TriggerExpiredError):
        return "That took too long for Slack. Please try again."
    if isinstance(error, SlackDownError):
        return ":warning: Slack did not answer me. Please try again in a minute."
    if isinstance(error, SlackError):
        return f":beetle: Slack refused that (`{error.code}`). Please tell an admin."
    if error.code.kind is Kind.OUTAGE:
        place = "My own storage" if isinstance(error, StoreError) else "The tournament database"
        return f":warning: {place} is not reachable right now. Please try again in a few minutes."
    return ":beetle: Something went wrong on my side. Please tell an admin."
