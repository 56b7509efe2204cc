"""In whose language a click, a command or a view is answered: that of whoever does it.

Set before any listener runs, for the task of that one request. Questions and other jobs are told in
the language of their person by the worker (`spoken_to`). An event that answers nobody at once costs
no look-up. Who changes their language is read in it from the next question on: Slack tells the
process that it reaches, the others ask again within a minute.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.jobs import Handler, Job
from bot.slack.people import People
from bot.slack.ports import Rooms
from bot.texts import ENGLISH, Tongue, enter, speaking, tongue_in

_ANSWERED = frozenset({"app_home_opened", "app_context_changed"})
"""Events whose listener shows something by itself."""


def listen(app: AsyncApp, rooms: Rooms) -> None:
    """Begin each request by saying in which language it is answered."""

    async def speak(
        body: Mapping[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[Any]]
    ) -> Any:
        event = body.get("event")
        known = event is None or event.get("type") in _ANSWERED
        team, user = context.team_id or "", context.user_id or ""
        enter(await rooms.people.tongue(team, user, ack=True) if known else ENGLISH)
        return await next_()

    async def changed(event: Mapping[str, Any], context: AsyncBoltContext) -> None:
        rooms.people.forget(context.team_id or "", str(event["user"]["id"]))

    app.use(speak)
    app.event("user_change")(changed)


async def in_channel(rooms: Rooms, team: str, channel: str) -> Tongue:
    """The language of what is said there unasked: an admin's choice, else English.

    Raises StoreError.
    """
    return tongue_in(await rooms.store.languages.get(team, channel))


def spoken_to(people: People, handler: Callable[[Job], Awaitable[None]]) -> Handler:
    """`handler`, told in the language of the job's "user"."""

    async def handle(job: Job) -> None:
        team, user = (str(job.payload.get(name, "")) for name in ("team", "user"))
        with speaking(await people.tongue(team, user)):
            await handler(job)

    return handle
