"""`/stats QUESTION` (answered to the asker alone) and `/stats-model`; both are queued, then acked.

`/stats-channel` is in `channel`, `/stats-digest` in `digests`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack import intake, models, worker
from bot.slack.intake import Ask
from bot.slack.outages import signed
from bot.slack.ports import Rooms
from bot.slack.render import help as texts
from bot.slack.slash import Typed, typed


def listen(app: AsyncApp, rooms: Rooms) -> None:
    """Take the two commands."""

    async def stats(ack: AsyncAck, command: Mapping[str, Any]) -> None:
        given = typed(command)
        if given.word == "" or given.text.lower() == "help":
            await ack(texts.stats())
            return
        try:
            await intake.put(rooms, _private(given))
        except Exception as error:  # noqa: BLE001 (`words` logs it)
            await ack(signed(error))
        else:
            await ack()

    async def model(ack: AsyncAck, command: Mapping[str, Any]) -> None:
        given = typed(command)
        if given.word and given.word not in models.ACTIONS:
            await ack(texts.MODEL)
            return
        job = models.MODELS if given.word else worker.STATUS
        wanted = replace(given.reader(), how=given.text)
        try:
            await rooms.jobs.put(job, wanted.payload(), given.id)
        except Exception as error:  # noqa: BLE001 (`words` logs it)
            await ack(signed(error))
        else:
            await ack()

    app.command("/stats")(stats)
    app.command("/stats-model")(model)


def _private(given: Typed) -> Ask:
    return Ask(
        id=given.id,
        team=given.team,
        channel=given.channel,
        user=given.user,
        text=given.text,
        response_url=given.response_url,
        quoted=True,
    )
