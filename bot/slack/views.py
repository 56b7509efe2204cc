"""A view that somebody clicked in: what stands in it next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from bot.slack.errors import SlackError
from bot.slack.render.pieces import Block
from bot.slack.web import Web

log = structlog.get_logger()


async def change(web: Web, body: Mapping[str, Any], view: Block) -> None:
    """Show `view` in place of the one that was clicked in; one that is closed is no fault."""
    try:
        await web.call("views.update", view_id=body["view"]["id"], view=view)
    except SlackError as error:
        log.info("view_not_updated", reason=error.code)
