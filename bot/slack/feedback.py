"""Thumbs under an answer: kept at the click, and after a thumbs-down asked what was wrong.

Everybody has one word on an answer, and may change it. Only who sees the answer can reach it; who
closes the view without a word has still been heard.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack import actions, delivery
from bot.slack.actions import Click
from bot.slack.errors import TriggerExpiredError
from bot.slack.outages import words
from bot.slack.ports import Rooms
from bot.slack.render.feedback import (
    DOWN,
    EXPECTED,
    FEEDBACK,
    REASON,
    UP,
    feedback_view,
    sorry,
    thanks,
)
from bot.store import Reason


def listen(app: AsyncApp, rooms: Rooms) -> None:
    """Take thumbs and the view."""

    async def submitted(ack: AsyncAck, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        try:
            await _complain(rooms, body, view)
        except Exception as error:  # noqa: BLE001 (`words` logs it)
            await ack(response_action="errors", errors={EXPECTED: words(error)})
        else:
            await ack()

    app.action(re.compile(rf"^{FEEDBACK}(_{UP}|_{DOWN})?$"))(actions.clicked(rooms, _thumb))
    app.view(FEEDBACK)(submitted)


async def _thumb(rooms: Rooms, clicked: Click) -> None:
    stored = await actions.stored_here(rooms, clicked)
    if stored is None:
        return
    good = clicked.chosen == UP
    feedback = rooms.store.feedback
    await feedback.give(clicked.team, clicked.question_id, clicked.user, good=good)
    rooms.web.metrics.feedback.labels(UP if good else DOWN).inc()
    if good:
        await delivery.tell(rooms.web, clicked, thanks())
        return
    view = feedback_view(clicked.question_id, stored.text)
    try:
        await rooms.web.call("views.open", trigger_id=clicked.trigger_id, view=view)
    except TriggerExpiredError:
        await delivery.tell(rooms.web, clicked, sorry())


async def _complain(rooms: Rooms, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
    """Keep what was wrong. Raises StoreError."""
    state = view["state"]["values"]
    chosen = state[REASON][REASON].get("selected_option") or {}
    await rooms.store.feedback.give(
        str(body["team"]["id"]),
        str(json.loads(view["private_metadata"])["question"]),
        str(body["user"]["id"]),
        good=False,
        reason=Reason(str(chosen.get("value", ""))),
        expected=str(state[EXPECTED][EXPECTED].get("value") or ""),
    )
