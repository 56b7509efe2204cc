"""What admins do with `/stats-model`: pull, use, fallback, warm, test, evict. Each is a job.

The right is asked for by the job, for who typed it. A pull posts one message that is edited as it
goes on (in a direct message where the channel is closed to us); a worker that takes the job over
finds that message by its metadata, and the server goes on where it was. All else is told to the
admin alone.
"""

from __future__ import annotations

from typing import Any

from bot.answering import TRIALS
from bot.jobs import Job
from bot.llm import LanguageModelError, Pulled
from bot.slack import delivery, intake, reply
from bot.slack.errors import ChannelClosedError
from bot.slack.intake import Reader
from bot.slack.outages import told
from bot.slack.ports import Rooms
from bot.slack.render import help as helps
from bot.slack.render import models as texts
from bot.slack.render.pieces import Message, escape

MODELS = "models"
ACTIONS = frozenset({"pull", "use", "fallback", "warm", "test", "evict"})
ADMINS_ONLY = Message("Only workspace admins can change the language models. Please ask one.")
EVENT_TYPE = "game_stats_pull"


async def do(rooms: Rooms, job: Job) -> None:
    """Do what an admin typed. What goes wrong is told to them."""
    reader = intake.read(Reader, job.payload)
    await told(rooms.web, reader, lambda: _allowed(rooms, job, reader))


async def _allowed(rooms: Rooms, job: Job, reader: Reader) -> Message | None:
    """Do it for an admin; what to tell, also of a language model that fails."""
    if not await rooms.people.runs_the_bot(reader.team, reader.user):
        return ADMINS_ONLY
    try:
        return await _done(rooms, job, reader)
    except LanguageModelError as error:
        return Message(escape(error.message))


async def _done(rooms: Rooms, job: Job, reader: Reader) -> Message | None:
    """Do it; what to tell, if anything."""
    models, by = rooms.answering.models, reader.user
    said: Message | None = Message(helps.MODEL)
    match reader.how.split():
        case ["pull", name]:
            said = await _pull(rooms, job, reader, name)
        case ["use", "default"]:
            said = texts.order(await models.reset(by))
        case ["use", name]:
            said = texts.order(await models.use(name, by))
        case ["fallback", "none"]:
            said = texts.order(await models.fall_back((), by))
        case ["fallback", name, *names]:
            said = texts.order(await models.fall_back((name, *names), by))
        case ["evict", name]:
            said = texts.evicted(await models.evict(name, by))
        case ["warm"]:
            said = texts.warmed(await models.warm(by))
        case ["test"]:
            said = await _test(rooms, reader)
    return said


async def _test(rooms: Rooms, reader: Reader) -> Message:
    events = await rooms.answering.bound(reader.team, reader.channel)
    if not events:
        return texts.UNBOUND
    tried = [(text, await rooms.answering.trial(text, events)) for text in TRIALS]
    return texts.tried(tried)


async def _pull(rooms: Rooms, job: Job, reader: Reader, name: str) -> Message | None:
    channel, ts = await _placed(rooms, job, reader, name)
    marks = _metadata(job)
    first = texts.pulling(name, Pulled(""), job.id, reader.user)
    async with reply.paced(rooms.web, channel, ts, marks, first) as show:

        async def told(pulled: Pulled) -> None:
            show(texts.pulling(name, pulled, job.id, reader.user))

        try:
            fetched = await rooms.answering.models.pull(name, told, job.id)
        except LanguageModelError as error:
            end = texts.failed(error.message)
        else:
            end = texts.pulled(name) if fetched else texts.stopped(name)
    await delivery.replace(rooms.web, channel, ts, "", [end], marks)
    return None


async def _placed(rooms: Rooms, job: Job, reader: Reader, name: str) -> tuple[str, str]:
    """The channel and ts of the message that shows the pull."""
    form = texts.pulling(name, Pulled(""), job.id, reader.user)
    try:
        return reader.channel, await _found_or_posted(rooms, job, reader.channel, form)
    except ChannelClosedError:
        direct = await delivery.direct(rooms.web, reader.user)
        return direct, await _found_or_posted(rooms, job, direct, form)


async def _found_or_posted(rooms: Rooms, job: Job, channel: str, form: Message) -> str:
    if job.attempt > 1:
        for ts, mark in await delivery.marks(rooms.web, channel, EVENT_TYPE):
            if mark.get("job") == job.id:
                return ts
    return await delivery.post(rooms.web, channel, "", [form], _metadata(job))


def _metadata(job: Job) -> dict[str, Any]:
    return {"event_type": EVENT_TYPE, "event_payload": {"job": job.id}}
