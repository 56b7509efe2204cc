"""What workers do for Slack: answer a question, send a CSV file, show the bot's state.

Each job may run twice (its first worker died); a second run edits or repeats, and never asks the
person anything again. A channel that is closed to us ends a job: there is nobody to tell.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import structlog

from bot.domain import Clarification, Code, Outcome, Question, Refusal, silent
from bot.jobs import Handler, Job
from bot.slack import delivery, intake, reply
from bot.slack.errors import ChannelClosedError
from bot.slack.intake import Ask
from bot.slack.ports import Rooms
from bot.slack.render.answer import answer_messages
from bot.slack.render.choices import choice_messages
from bot.slack.render.csv import to_csv
from bot.slack.render.pieces import Message, cut, escape, one_line
from bot.slack.render.refusal import refusal_messages
from bot.slack.render.stages import LOOKING
from bot.slack.render.status import status_messages
from bot.slack.render.trust import row_count
from bot.store import StoreError

log = structlog.get_logger()

CSV = "csv"
STATUS = "status"

SLOW = 1.0
"""Seconds after which a person who waits for a private answer is told that it is on its way."""

Payload = TypeVar("Payload", bound="Ask | Reader")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who gets a file or a state: a person in a channel, perhaps in a thread.

    `private` keeps a file out of the channel. `question_id` is the answer that a file is made of.
    """

    team: str
    channel: str
    user: str
    thread_ts: str = ""
    response_url: str = ""
    question_id: str = ""
    private: bool = False

    def payload(self) -> dict[str, Any]:
        """As the queue carries it."""
        return asdict(self)


def register(rooms: Rooms) -> None:
    """Take this room's jobs."""
    rooms.jobs.register(intake.QUESTION, _open_channels(lambda job: _question(rooms, job)))
    rooms.jobs.register(CSV, _open_channels(lambda job: _csv(rooms, job)))
    rooms.jobs.register(STATUS, _open_channels(lambda job: _status(rooms, job)))


def _open_channels(handler: Callable[[Job], Awaitable[None]]) -> Handler:
    async def handle(job: Job) -> None:
        try:
            await handler(job)
        except ChannelClosedError as error:
            log.warning("channel_closed", job=job.id, method=error.method, reason=error.code)

    return handle


def _read(kind: type[Payload], payload: Mapping[str, object]) -> Payload:
    values: dict[str, Any] = dict(payload)
    return kind(**values)


async def _question(rooms: Rooms, job: Job) -> None:
    ask = _read(Ask, job.payload)
    question = ask.question()
    here = (ask.team, ask.channel, ask.thread_ts)
    if ask.overheard and not await rooms.answering.answered_in(*here):
        return
    if ask.response_url:
        async with _note_if_slow(rooms, ask, LOOKING):
            outcome = await rooms.answering.answer(question, silent)
        await delivery.whisper(rooms.web, ask, _messages(outcome, question, quoted=ask.quoted))
        return
    ts = await reply.place(rooms.web, ask, again=job.attempt > 1)
    async with reply.showing(rooms.web, ask, ts) as report:
        outcome = await rooms.answering.answer(question, report)
    await reply.finish(rooms.web, ask, ts, _messages(outcome, question, quoted=ask.quoted))


@asynccontextmanager
async def _note_if_slow(rooms: Rooms, to: Ask | Reader, note: Message) -> AsyncIterator[None]:
    """Show `note` once to one person if what is inside takes longer than SLOW seconds.

    Private answers show no stages (a response address takes five messages in all), and a command's
    ack says nothing, because a quick answer would come before it.
    """
    over = asyncio.Event()

    async def wait_and_say() -> None:
        try:
            await asyncio.wait_for(over.wait(), SLOW)
        except TimeoutError:
            await delivery.tell(rooms.web, to, note)

    task = asyncio.create_task(wait_and_say())
    try:
        yield
    finally:
        over.set()
        await task


def _messages(outcome: Outcome, question: Question, *, quoted: bool) -> tuple[Message, ...]:
    try:
        if isinstance(outcome, Refusal):
            return refusal_messages(outcome, question, quoted=quoted)
        if isinstance(outcome, Clarification):
            return choice_messages(outcome, question, quoted=quoted)
        return answer_messages(outcome, quoted=quoted)
    except Exception:  # A result that we cannot draw must not leave "Looking…" for ever.
        log.exception("not_drawn", question=question.id)
        words = "I found an answer but cannot show it. Please tell an admin this reference: "
        return refusal_messages(Refusal(Code.BUG, words + question.id[:8]), question, quoted=quoted)


async def _csv(rooms: Rooms, job: Job) -> None:
    reader = _read(Reader, job.payload)
    outcome = await rooms.answering.rows(reader.question_id, reader.team, reader.channel)
    if isinstance(outcome, Refusal):
        await delivery.tell(rooms.web, reader, Message(escape(outcome.message)))
        return
    channel, thread = reader.channel, reader.thread_ts
    if reader.private:
        channel, thread = await delivery.direct(rooms.web, reader.user), ""
    text = one_line(outcome.question.text)
    comment = f"{row_count(outcome.table)} of “{cut(text, 200)}”"
    await rooms.web.upload(
        channel,
        thread,
        _file_name(text),
        await asyncio.to_thread(to_csv, outcome.table),
        title=cut(text, 100) or "Answer",
        comment=escape(comment),
    )
    if reader.private:
        sent = Message("I sent you the file as a direct message.")
        await delivery.tell(rooms.web, reader, sent)


def _file_name(question: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", question.lower()).strip("-")[:60].strip("-")
    return f"{words or 'answer'}.csv"


async def _status(rooms: Rooms, job: Job) -> None:
    reader = _read(Reader, job.payload)
    async with _note_if_slow(rooms, reader, Message("Asking the model's server…")):
        forms = await _state(rooms)
    await delivery.whisper(rooms.web, reader, forms)


async def _state(rooms: Rooms) -> tuple[Message, ...]:
    try:
        return status_messages(await rooms.answering.status())
    except StoreError:
        return (Message(":warning: My own storage is not reachable right now."),)
