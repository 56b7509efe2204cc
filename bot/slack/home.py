"""The App Home: published when it is opened and after each click in it.

Every part is asked for by itself and given little time: what is down is said in its place, and the
rest is shown. Whether somebody is an admin is asked for at each opening and each click.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot.domain import Asker
from bot.slack import scope
from bot.slack.errors import SlackError
from bot.slack.home_deeds import DEEDS, Click, ask_again
from bot.slack.outages import words
from bot.slack.ports import Rooms
from bot.slack.render import home as texts
from bot.slack.render.home import PAGE, Spot, Tab
from bot.slack.render.pieces import Block, line
from bot.slack.render.status import status_messages
from bot.texts import say

log = structlog.get_logger()

PART_SECONDS = 3.0
"""How long one part of the Home may take; then it is said to be down."""

Found = TypeVar("Found")
Page = tuple[list[Block], bool]
"""Blocks, and whether there is a next page."""


def listen(app: AsyncApp, rooms: Rooms) -> None:
    """Take the opening of the Home tab and every click in it."""

    async def is_home(event: Mapping[str, Any]) -> bool:
        return event.get("tab") == "home"

    async def opened(event: Mapping[str, Any], context: AsyncBoltContext) -> None:
        metadata = (event.get("view") or {}).get("private_metadata", "")
        await show(rooms, context.team_id or "", str(event["user"]), texts.spot_from(metadata))

    async def clicked(ack: AsyncAck, body: Mapping[str, Any]) -> None:
        await ack()
        await _clicked(rooms, body)

    app.event("app_home_opened", matchers=[is_home])(opened)
    app.action(re.compile(r"^home_\w+$"))(clicked)


async def show(rooms: Rooms, team: str, user: str, spot: Spot, note: str = "") -> None:
    """Publish somebody's Home. Logs what Slack refuses."""
    admin = await _is_admin(rooms, team, user)
    if not admin and spot.tab is not Tab.HOME:
        spot = Spot()
    blocks, more = await _TABS[spot.tab](rooms, team, user, spot.page)
    view = texts.home_view(spot, blocks, admin=admin, more=more, note=note)
    try:
        await rooms.web.call("views.publish", user_id=user, view=view)
    except SlackError as error:
        log.warning("home_not_published", reason=error.code)


async def _is_admin(rooms: Rooms, team: str, user: str) -> bool:
    try:
        return await rooms.people.is_admin(team, user)
    except SlackError as error:
        log.warning("admin_not_known", reason=error.code)
        return False


async def _clicked(rooms: Rooms, body: Mapping[str, Any]) -> None:
    """Do what a click in the Home asks for, and show the Home as it is then."""
    team, user = str(body["team"]["id"]), str(body["user"]["id"])
    action = body["actions"][0]
    value = str(action.get("value") or (action.get("selected_option") or {}).get("value", ""))
    spot = texts.spot_from(str((body.get("view") or {}).get("private_metadata", "")))
    name = str(action["action_id"])
    if name.startswith(texts.GO):
        await show(rooms, team, user, texts.spot_from(value))
        return
    trigger, stamp = str(body.get("trigger_id", "")), str(action.get("action_ts", ""))
    click = Click(rooms, team, user, value, trigger, stamp)
    try:
        if name == texts.ASK:
            note = await ask_again(click)
        elif not await rooms.people.is_admin(team, user):
            note = say("clicks.admins_only")
        else:
            note = await DEEDS[name](click) if name in DEEDS else say("home.gone")
    except Exception as error:  # noqa: BLE001 (`words` logs it)
        note = words(error)
    if note is not None:
        await show(rooms, team, user, spot, note)


async def _part(step: Awaitable[Found]) -> Found | str:
    """What `step` gives, or a sentence on what is down."""
    try:
        async with asyncio.timeout(PART_SECONDS):
            return await step
    except TimeoutError:
        return say("home.slow")
    except Exception as error:  # noqa: BLE001 (`words` logs it)
        return words(error)


async def _paged(
    step: Awaitable[Sequence[Found]], draw: Callable[[Sequence[Found]], list[Block]]
) -> Page:
    found = await _part(step)
    if isinstance(found, str):
        return [line(found)], False
    return draw(found), len(found) > PAGE


async def _home(rooms: Rooms, team: str, user: str, page: int) -> Page:
    asker = Asker("slack", team, user)

    async def left() -> Block:
        rate = (await rooms.store.rules.of(team, user, "")).rate
        return texts.limits_left(await rooms.store.limits.left(asker, rate))

    audit = rooms.store.audit
    mine = audit.page(team, person=user, limit=PAGE + 1, skip=page * PAGE)
    where, limits, (asked, more) = await asyncio.gather(
        _part(scope.askable(rooms, team, user)), _part(left()), _paged(mine, texts.my_questions)
    )
    known = {} if isinstance(where, str) else where
    blocks = texts.how_to_ask(known, datetime.now(UTC))
    if isinstance(where, str):
        blocks[-1] = line(where)
    return [*blocks, line(limits) if isinstance(limits, str) else limits, *asked], more


async def _feedback(rooms: Rooms, team: str, _user: str, page: int) -> Page:
    step = rooms.store.feedback.open(team, limit=PAGE + 1, skip=page * PAGE)
    return await _paged(step, texts.feedback)


async def _verified(rooms: Rooms, team: str, _user: str, page: int) -> Page:
    step = rooms.store.verified.all(team, limit=PAGE + 1, skip=page * PAGE)
    return await _paged(step, texts.verified)


async def _problems(rooms: Rooms, team: str, _user: str, page: int) -> Page:
    step = rooms.store.audit.page(team, failed=True, limit=PAGE + 1, skip=page * PAGE)
    return await _paged(step, texts.problems)


async def _channels(rooms: Rooms, team: str, _user: str, page: int) -> Page:
    digests = await _part(rooms.store.digests.all(team))
    known = {} if isinstance(digests, str) else {one.channel: one for one in digests}

    async def bound() -> Sequence[tuple[str, Any]]:
        found = sorted((await rooms.answering.bindings(team)).items())
        return found[page * PAGE : (page + 1) * PAGE + 1]

    return await _paged(bound(), lambda found: texts.channels(found, known))


async def _model(rooms: Rooms, _team: str, _user: str, _page: int) -> Page:
    status = await _part(rooms.answering.status())
    if isinstance(status, str):
        return [line(status)], False
    return list(status_messages(status)[0].blocks), False


_TABS: Mapping[Tab, Callable[[Rooms, str, str, int], Awaitable[Page]]] = {
    Tab.HOME: _home,
    Tab.FEEDBACK: _feedback,
    Tab.VERIFIED: _verified,
    Tab.CHANNELS: _channels,
    Tab.PROBLEMS: _problems,
    Tab.MODEL: _model,
}
