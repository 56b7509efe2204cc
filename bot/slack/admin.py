"""`/stats-admin`: limits, usage, the audit, the cache, blocks, and forgetting a person.

By words, or by a view that asks what to do and to whom. The right is asked for again at every
command, click and submission, for the person who does it. People and channels come as Slack's
markup (`should_escape` in the manifest), so that ids are known.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain import Asker
from bot.slack import views
from bot.slack.outages import told, words
from bot.slack.ports import Rooms
from bot.slack.render import admin as texts
from bot.slack.render import help as helps
from bot.slack.render.admin import AUDIT_PAGE, Filter
from bot.slack.render.channel import said
from bot.slack.render.home import per_words
from bot.slack.render.pieces import Block, Message, done_view, paragraph
from bot.slack.slash import Typed, typed
from bot.store import Subject, readable
from bot.texts import say

log = structlog.get_logger()

WHO = "Say who, for example `/stats-admin {} @person`."
BAD_RATE = "A limit is written like `5/hour`, `40/day` or `5/minute;40/day`, with at least one."

_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_CHANNEL = re.compile(r"<#([CGD][A-Z0-9]+)(?:\|[^>]*)?>")


@dataclass(frozen=True, slots=True)
class Order:
    """What an admin wants: a `word` of the command and the `rest` of it, about whom (ids)."""

    team: str
    by: str
    word: str
    person: str = ""
    channel: str = ""
    rest: str = ""


def listen(app: AsyncApp, rooms: Rooms) -> None:
    """Take the command, its views and what is clicked in them."""

    async def command(ack: AsyncAck, command: Mapping[str, Any]) -> None:
        await ack()
        given = typed(command)
        text = str(command.get("text", ""))
        await told(rooms.web, given, lambda: _command(rooms, given, text))

    async def chosen(ack: AsyncAck, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        await views.answer(ack, _chosen(rooms, body, view["state"]["values"]), texts.TASK)

    async def limits(ack: AsyncAck, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        fault = await _guarded(rooms, body, lambda: _limit_from(rooms, body, view))
        if fault:
            await ack(response_action="errors", errors={texts.LIMIT_RATE: fault})
            return
        await ack(response_action="update", view=await _limits(rooms, _team(body)))

    async def forget(ack: AsyncAck, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        person = str(json.loads(view["private_metadata"])["person"])
        told = await _guarded(rooms, body, lambda: _forget(rooms, body, person))
        done = done_view("Forget a person", paragraph(told))
        await ack(response_action="update", view=done)

    async def look(ack: AsyncAck, body: Mapping[str, Any]) -> None:
        await ack()
        fault = await _guarded(rooms, body, lambda: _look(rooms, body))
        if fault:
            await views.change(rooms.web, body, done_view("Audit", paragraph(fault)))

    app.command("/stats-admin")(command)
    app.view(texts.ADMIN)(chosen)
    app.view(texts.LIMITS)(limits)
    app.view(texts.FORGET)(forget)
    app.action(re.compile(rf"^{texts.AUDIT}_(who|where|go_\w+)$"))(look)


def _team(body: Mapping[str, Any]) -> str:
    return str(body["team"]["id"])


async def _guarded(rooms: Rooms, body: Mapping[str, Any], step: Any) -> str:
    """What `step` says, for an admin alone; what goes wrong becomes a sentence."""
    try:
        if not await rooms.people.is_admin(_team(body), str(body["user"]["id"])):
            return say("clicks.admins_only")
        return str(await step())
    except Exception as error:  # noqa: BLE001 (`words` logs it)
        return words(error)


async def _command(rooms: Rooms, given: Typed, raw: str) -> Message | None:
    """Do the command; what to tell who typed it, if anything."""
    if given.word == "help":
        return Message(helps.ADMIN)
    if not await rooms.people.is_admin(given.team, given.user):
        return said(say("clicks.admins_only")) if given.word else Message(helps.ADMIN)
    who, where = _PERSON.search(raw), _CHANNEL.search(raw)
    order = Order(
        given.team,
        given.user,
        given.word,
        person=who[1] if who else "",
        channel=where[1] if where else "",
        rest=_rest(raw),
    )
    view = await _view(rooms, order) if given.word else texts.admin_view()
    if view is not None:
        await rooms.web.call("views.open", trigger_id=given.trigger_id, view=view)
        return None
    return await _done(rooms, order)


async def _chosen(
    rooms: Rooms, body: Mapping[str, Any], values: Mapping[str, Any]
) -> tuple[dict[str, str], Block]:
    """Do what was chosen in the view; what is wrong with it by block, and what to show.

    Raises StoreError, SlackError.
    """
    team, user = _team(body), str(body["user"]["id"])
    if not await rooms.people.is_admin(team, user):
        return {texts.TASK: say("clicks.admins_only")}, {}
    word = str(values[texts.TASK][texts.TASK]["selected_option"]["value"])
    person = values[texts.WHO][texts.WHO].get("selected_user") or ""
    channel = values[texts.WHERE][texts.WHERE].get("selected_conversation") or ""
    if word in texts.ABOUT_PEOPLE and not person:
        return {texts.WHO: say("admin_form.choose_who")}, {}
    order = Order(team, user, word, person, channel, "clear" if word == "cache" else "")
    view = await _view(rooms, order)
    if view is None:
        done = await _done(rooms, order)
        view = done_view(say("admin_form.title"), *(done.blocks or (paragraph(done.text),)))
    return {}, view


async def _done(rooms: Rooms, order: Order) -> Message:
    match order.word:
        case "limits":
            return said(await _limit(rooms, order))
        case "usage":
            return texts.usage_message(await rooms.store.audit.usage(order.team))
        case "cache" if order.rest == "clear":
            return said(await _clear(rooms, order))
        case "block" | "unblock" | "forget":
            return said(await _block(rooms, order))
    return Message(f"{say('clicks.not_understood')}\n{helps.ADMIN}")


async def _view(rooms: Rooms, order: Order) -> Block | None:
    """The view that shows what is wanted, if one does."""
    if order.word == "audit":
        return await _audit(rooms, order.team, Filter(order.person, order.channel))
    if order.word == "limits" and not (order.person or order.channel or order.rest):
        return await _limits(rooms, order.team)
    return texts.forget_view(order.person) if order.word == "forget" and order.person else None


async def _clear(rooms: Rooms, order: Order) -> str:
    gone = await rooms.store.cache.clear(order.team)
    log.info("cache_cleared", by=order.by, drafts=gone)
    return f"Forgotten: the cached SQL of {gone} questions. It is written anew when they are asked."


def _rest(raw: str) -> str:
    """What is typed after the first word, without people and channels."""
    bare = _CHANNEL.sub(" ", _PERSON.sub(" ", raw)).split()
    return " ".join(bare[1:]).lower()


async def _block(rooms: Rooms, order: Order) -> str:
    if not order.person:
        return WHO.format(order.word)
    blocked = order.word == "block"
    if blocked and order.person == order.by:
        return "That is you. Ask another admin if you mean it."
    rules = rooms.store.rules
    changed = await rules.block(order.team, order.person, order.by, blocked=blocked)
    if blocked:
        return "Blocked: I answer none of their questions." if changed else "Already blocked."
    return "They may ask again." if changed else "They were not blocked."


async def _limit(rooms: Rooms, order: Order) -> str:
    person, team = order.person, order.team
    if not person and not order.channel:
        return "Say whose, for example `/stats-admin limits @person 5/hour`."
    kind, subject = (Subject.PERSON, person) if person else (Subject.CHANNEL, order.channel)
    if order.rest:
        return await _set(rooms, team, kind, subject, order.rest, order.by)
    rule = await rooms.store.rules.get(team, kind, subject)
    if kind is Subject.CHANNEL:
        return f"That channel's limit: {rule.rate or 'none'}."
    left = await rooms.store.limits.left(Asker("slack", team, person), rule.rate)
    rests = ", ".join(f"{one.remaining} of {one.amount} left {per_words(one)}" for one in left)
    own = "their own limit" if rule.rate else "the default"
    return f"{rests} ({own}){'; blocked' if rule.blocked else ''}."


async def _set(rooms: Rooms, team: str, kind: Subject, subject: str, rate: str, by: str) -> str:
    """Set a limit, or take it back with "reset"; what to say. Raises StoreError."""
    rules, limits = rooms.store.rules, rooms.store.limits
    before = (await rules.get(team, kind, subject)).rate
    try:
        wanted = "" if rate in {"", "reset", "default"} else readable(rate)
    except ValueError:
        return BAD_RATE
    await rules.limit(team, kind, subject, wanted, by)
    if wanted:
        return f"Saved: {wanted}."
    # What was used up is given back too: whoever resets wants them to be able to ask.
    if kind is Subject.PERSON:
        await limits.clear(Asker("slack", team, subject), before)
        await limits.clear(Asker("slack", team, subject))
        return f"Reset: the default again, {limits.default}, and nothing used of it."
    await limits.clear_channel(team, subject, before)
    return "Reset: that channel has no limit of its own."


async def _limits(rooms: Rooms, team: str) -> Block:
    return texts.limits_view(await rooms.store.rules.all(team), rooms.store.limits.default)


async def _limit_from(rooms: Rooms, body: Mapping[str, Any], view: Mapping[str, Any]) -> str:
    """Set what the view says; what is wrong with it, or an empty text."""
    state = view["state"]["values"]
    person = state[texts.LIMIT_PERSON][texts.LIMIT_PERSON].get("selected_user") or ""
    where = state[texts.LIMIT_CHANNEL][texts.LIMIT_CHANNEL]
    channel = where.get("selected_conversation") or ""
    if bool(person) == bool(channel):
        return "Choose a person or a channel above, one of them."
    kind, subject = (Subject.PERSON, person) if person else (Subject.CHANNEL, channel)
    rate = (state[texts.LIMIT_RATE][texts.LIMIT_RATE].get("value") or "").strip().lower()
    told = await _set(rooms, _team(body), kind, subject, rate, str(body["user"]["id"]))
    return told if told == BAD_RATE else ""


async def _audit(rooms: Rooms, team: str, chosen: Filter) -> Block:
    found = await rooms.store.audit.page(
        team,
        person=chosen.person,
        channel=chosen.channel,
        limit=AUDIT_PAGE + 1,
        skip=chosen.page * AUDIT_PAGE,
    )
    return texts.audit_view(found, chosen)


async def _look(rooms: Rooms, body: Mapping[str, Any]) -> str:
    """Show what was chosen in the view of the audit."""
    action = body["actions"][0]
    chosen = Filter(**json.loads(body["view"]["private_metadata"]))
    match action["action_id"]:
        case texts.AUDIT_PERSON:
            chosen = replace(chosen, person=str(action.get("selected_user") or ""), page=0)
        case texts.AUDIT_CHANNEL:
            where = str(action.get("selected_conversation") or "")
            chosen = replace(chosen, channel=where, page=0)
        case _:
            chosen = Filter(**json.loads(action["value"]))
    view = await _audit(rooms, _team(body), chosen)
    await rooms.web.call("views.update", view_id=body["view"]["id"], view=view)
    return ""


async def _forget(rooms: Rooms, body: Mapping[str, Any], person: str) -> str:
    gone = await rooms.store.audit.forget(_team(body), person)
    log.info("person_forgotten", by=str(body["user"]["id"]), questions=gone)
    questions = "1 question" if gone == 1 else f"{gone} questions"
    return f"Forgotten: {questions}, and what they said of answers."
