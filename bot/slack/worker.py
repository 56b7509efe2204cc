"""What workers do for Slack: answer a question, show the bot's state; `rows` does the rest.

Each job may run twice (its first worker died); a second run edits or repeats, and never asks the
person anything again. A channel that is closed to us ends a job: there is nobody to tell.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import structlog

from bot.domain import Answer, Clarification, Code, Outcome, Progress, Question, Refusal, silent
from bot.jobs import Handler, Job
from bot.slack import delivery, eyes, intake, models, pane, reply, rows, scope, withdrawal
from bot.slack.errors import ChannelClosedError
from bot.slack.intake import Ask, Reader
from bot.slack.languages import spoken_to
from bot.slack.ports import Rooms
from bot.slack.render.answer import Setting, answer_messages
from bot.slack.render.choices import choice_messages
from bot.slack.render.pieces import Message
from bot.slack.render.refusal import refusal_messages
from bot.slack.render.stages import looking
from bot.slack.render.status import status_messages
from bot.slack.withdrawal import GivenWayError
from bot.store import StoreError
from bot.texts import say, speaking

log = structlog.get_logger()

STATUS = "status"

SETTLE = 1.5
"""Seconds for which an edited question waits for the next edit."""

SLOW = 1.0
"""Seconds after which a person who waits for a private answer is told that it is on its way."""


def register(rooms: Rooms) -> None:
    """Take this room's jobs."""

    def told(handler: Handler) -> Handler:
        return _open_channels(spoken_to(rooms.people, handler))

    rooms.jobs.register(intake.QUESTION, _open_channels(lambda job: _question(rooms, job)))
    rooms.jobs.register(rows.ROWS, _open_channels(lambda job: rows.show(rooms, job)))
    rooms.jobs.register(withdrawal.WITHDRAW, _open_channels(lambda job: withdrawal.do(rooms, job)))
    rooms.jobs.register(models.MODELS, told(lambda job: models.do(rooms, job)))
    rooms.jobs.register(STATUS, told(lambda job: _status(rooms, job)))


def _open_channels(handler: Callable[[Job], Awaitable[None]]) -> Handler:
    async def handle(job: Job) -> None:
        try:
            await handler(job)
        except ChannelClosedError as error:
            log.warning("channel_closed", job=job.id, method=error.method, reason=error.code)

    return handle


async def _question(rooms: Rooms, job: Job) -> None:
    ask = intake.read(Ask, job.payload)
    if ask.instead:
        await asyncio.sleep(SETTLE)  # of several edits in a row the last is asked
    if not await withdrawal.stands(rooms, ask):
        return
    if ask.instead:
        await rooms.answering.withdraw(ask.instead)
    standing = await rooms.store.asked.standing(ask.said) if ask.said_ts else None
    ours = standing.reply_ts if standing is not None else ""
    here = (ask.team, ask.channel, ask.thread_ts)
    if ask.overheard and not ours and await rooms.answering.last_in(*here) is None:
        return
    with speaking(await rooms.people.tongue(ask.team, ask.user)):
        if ask.response_url:
            await _whispered(rooms, ask)
            return
        async with eyes.on(rooms, ask, again=job.attempt > 1):
            await _replied(rooms, replace(ask, reply_ts=ask.reply_ts or ours), job)


async def _whispered(rooms: Rooms, ask: Ask) -> None:
    question = await scope.scoped(rooms, ask)
    async with _note_if_slow(rooms, ask, looking(ask.id, ask.user)):
        outcome = await rooms.answering.answer(question, silent)
    setting = await _setting(rooms, ask, outcome)
    form = await delivery.whisper(rooms.web, ask, _messages(outcome, question, setting))
    await rows.draw(rooms, ask, outcome, setting, form)


async def _replied(rooms: Rooms, ask: Ask, job: Job) -> None:
    ts = await _placed(rooms, ask, again=job.attempt > 1)
    question = await scope.scoped(rooms, replace(ask, thread_ts=ask.thread_ts or ts))
    try:
        await withdrawal.check(rooms, ask)
        async with (
            pane.session(rooms, ask, question.thread) as tell,
            reply.showing(rooms.web, ask, ts) as show,
        ):

            async def report(progress: Progress, /) -> None:
                await tell(progress)
                await show(progress)

            outcome = await rooms.answering.answer(question, report)
        setting = await _setting(rooms, ask, outcome)
        forms = _messages(outcome, question, setting)
        form = await reply.finish(rooms.web, ask, ts, forms, lambda: withdrawal.check(rooms, ask))
        # Once more: it may have been deleted while the answer was on its way to Slack.
        await withdrawal.check(rooms, ask)
    except GivenWayError:
        await withdrawal.give_way(rooms, ask, ts)
    else:
        await rows.draw(rooms, ask, outcome, setting, form)


async def _placed(rooms: Rooms, ask: Ask, *, again: bool) -> str:
    """The ts of the one reply to a message, which an edit of it takes over."""
    ts = await reply.place(rooms.web, ask, again=again)
    if not ask.said_ts:
        return ts
    first = await rooms.store.asked.reply(ask.said, ts)
    if first != ts:  # the question before the edit was placed at the same moment
        await delivery.remove(rooms.web, ask.channel, ts)
    return first


async def _setting(rooms: Rooms, ask: Ask, outcome: Outcome) -> Setting:
    zone = await rows.reader_zone(rooms, ask, outcome) if isinstance(outcome, Answer) else None
    return Setting(quoted=ask.quoted, reader=zone)


@asynccontextmanager
async def _note_if_slow(rooms: Rooms, to: Ask | Reader, note: Message) -> AsyncIterator[None]:
    """Show `note` once to one person if what is inside takes longer than SLOW seconds.

    Private answers show no stages (a response address takes five messages in all), and a command's
    ack says nothing, because a quick answer would come before it.
    """
    over = asyncio.Event()

    async def wait_and_say() -> None:
        if not await reply.happens_within(over, SLOW):
            await delivery.tell(rooms.web, to, note)

    task = asyncio.create_task(wait_and_say())
    try:
        yield
    finally:
        over.set()
        await task


def _messages(outcome: Outcome, question: Question, setting: Setting) -> tuple[Message, ...]:
    quoted = setting.quoted
    try:
        if isinstance(outcome, Refusal):
            return refusal_messages(_placeless(outcome, question), question, quoted=quoted)
        if isinstance(outcome, Clarification):
            return choice_messages(outcome, question, quoted=quoted)
        return answer_messages(outcome, setting)
    except Exception:  # A result that we cannot draw must not leave "Looking…" for ever.
        log.exception("not_drawn", question=question.id)
        words = say("refusals.not_drawn", reference=question.id[:8])
        return refusal_messages(Refusal(Code.BUG, words), question, quoted=quoted)


def _placeless(refusal: Refusal, question: Question) -> Refusal:
    """In a direct message there is no channel to connect."""
    if refusal.code is Code.NOT_BOUND and scope.is_direct(question.channel):
        return replace(refusal, message=say("refusals.which_event"))
    return refusal


async def _status(rooms: Rooms, job: Job) -> None:
    reader = intake.read(Reader, job.payload)
    async with _note_if_slow(rooms, reader, Message(say("clicks.asking_server"))):
        forms = await _state(rooms)
    await delivery.whisper(rooms.web, reader, forms)


async def _state(rooms: Rooms) -> tuple[Message, ...]:
    try:
        return status_messages(await rooms.answering.status())
    except StoreError:
        return (Message(f":warning: {say('refusals.store_down')}"),)
