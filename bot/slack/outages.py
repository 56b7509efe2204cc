"""What a person reads when a command or a click fails: which of our servers is down, or a bug.

Questions have refusals; this is for everything else that a listener does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from bot.domain import Kind
from bot.slack import delivery
from bot.slack.errors import SlackDownError, SlackError, TriggerExpiredError
from bot.slack.render.pieces import Message
from bot.slack.web import Web
from bot.store import StoreError
from bot.texts import say
from bot.warehouse import WarehouseError

log = structlog.get_logger()

KNOWN = (StoreError, WarehouseError, SlackError)
"""The failures that something outside brings about; anything else is a bug of ours."""


def is_outage(error: Exception) -> bool:
    """Whether something outside is down, so that the same may work later."""
    if isinstance(error, StoreError | WarehouseError):
        return error.code.kind is Kind.OUTAGE
    return isinstance(error, SlackDownError)


async def told(
    web: Web, to: delivery.Addressee, step: Callable[[], Awaitable[Message | None]]
) -> None:
    """Tell one person what `step` gives, if anything, or why it failed. Never raises."""
    try:
        message = await step()
    except Exception as error:  # noqa: BLE001 (`words` logs it)
        message = Message(signed(error))
    if message is not None:
        await delivery.tell(web, to, message)


def signed(error: Exception) -> str:
    """The `words` for `error` with a sign in front, for a message's text.

    Home and modals hold rich text, which would show “:warning:” as it is written.
    """
    if isinstance(error, TriggerExpiredError):
        return words(error)
    return f"{':warning:' if is_outage(error) else ':x:'} {words(error)}"


def words(error: Exception) -> str:
    """One sentence for `error`, and a line in the log.

    A listener catches everything and says this: Bolt forgets an ack when a listener raises soon
    after it.
    """
    if not isinstance(error, KNOWN):
        log.error("listener_broke", exc_info=error)
        return say("outages.bug")
    log.warning("listener_failed", error=repr(error))
    if isinstance(error, SlackError):
        return _slack_words(error)
    if is_outage(error):
        code = "store_down" if isinstance(error, StoreError) else "database_down"
        return say(f"refusals.{code}")
    return say("outages.bug")


def _slack_words(error: SlackError) -> str:
    if isinstance(error, TriggerExpiredError):
        return say("outages.too_late")
    if isinstance(error, SlackDownError):
        return say("outages.slack_down")
    return say("outages.slack_refused", code=error.code)
