"""Everything that Slack may send and no surface takes: acknowledged, so that it is not sent again.

Registered last.
"""

from __future__ import annotations

import re

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack.mentions import acknowledged
from bot.texts import say

_ANY = re.compile("")


def listen(app: AsyncApp) -> None:
    """Acknowledge what is left."""

    async def nothing(ack: AsyncAck) -> None:
        await ack()

    async def no_options(ack: AsyncAck) -> None:
        await ack(options=[])

    async def unknown(ack: AsyncAck) -> None:
        await ack(say("clicks.unknown_command"))

    app.event("app_home_opened")(acknowledged)
    app.event(_ANY)(acknowledged)
    app.action(_ANY)(nothing)
    app.view(_ANY)(nothing)
    app.view_closed(_ANY)(nothing)
    app.shortcut(_ANY)(nothing)
    app.options(_ANY)(no_options)
    app.command(_ANY)(unknown)
