"""A view that somebody clicked in or sent: what stands in it next."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.errors import SlackError
from bot.slack.outages import words
from bot.slack.render.pieces import Block
from bot.slack.web import Web

log = structlog.get_logger()


async def change(web: Web, body: Mapping[str, Any], view: Block) -> None:
    """Show `view` in place of the one that was clicked in; one that is closed is no fault."""
    try:
        await web.call("views.update", view_id=body["view"]["id"], view=view)
    except SlackError as error:
        log.info("view_not_updated", reason=error.code)


async def answer(ack: AsyncAck, step: Awaitable[tuple[dict[str, str], Block]], block: str) -> None:
    """Do `step` for a view that was sent: show its view, or its faults by block.

    What it raises is said at `block`.
    """
    try:
        faults, shown = await step
    except Exception as error:  # noqa: BLE001 (`words` logs it)
        faults, shown = {block: words(error)}, {}
    if faults:
        await ack(response_action="errors", errors=faults)
    else:
        await ack(response_action="update", view=shown)
