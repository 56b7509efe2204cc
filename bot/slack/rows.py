"""What a click makes of an answer's rows, which are read anew: a file, another view, a shared copy.

Each is for who clicked, and only if the answer was given where the click is (`Answering.rows`
looks). A job that runs twice edits or sends again; an answer is shared once.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from bot.domain import Answer, ColumnKind, Outcome, Refusal
from bot.jobs import Job, Later
from bot.slack import delivery, intake, reply, scope
from bot.slack.errors import SlackError
from bot.slack.intake import Ask, Reader
from bot.slack.picture import picture
from bot.slack.ports import Rooms
from bot.slack.render.answer import Setting, answer_messages, chart_shown
from bot.slack.render.buttons import CHART, CSV, EXPLAIN, RUN_AGAIN, SHARE, TABLE
from bot.slack.render.chart import in_words
from bot.slack.render.csv import to_csv
from bot.slack.render.explanation import explanation_messages
from bot.slack.render.pieces import Message, cut, escape, one_line
from bot.slack.render.trust import row_count
from bot.store import StoreError
from bot.texts import say, speaking

log = structlog.get_logger()

ROWS = "rows"
"""The name of the job."""

SHARED = "game_stats_shared"
"""The metadata's event type of an answer that somebody shared."""

_NATIVE_CHART = "data_visualization"


SHARE_SECONDS = 20.0
"""What sharing takes at most; whoever shares the same answer meanwhile waits so long."""


def once(question_id: str) -> str:
    """The id of the job that shares an answer first."""
    return f"{SHARE}:{question_id}"


async def show(rooms: Rooms, job: Job) -> None:
    """Do what the click asked for."""
    reader = intake.read(Reader, job.payload)
    with speaking(await rooms.people.tongue(reader.team, await _speaks(rooms, reader))):
        await _show(rooms, job, reader)


async def _speaks(rooms: Rooms, reader: Reader) -> str:
    """In whose language: a message in a channel stays in that of who asked."""
    if reader.private or reader.how not in {CHART, TABLE, RUN_AGAIN}:
        return reader.user
    try:
        stored = await rooms.answering.stored(reader.question_id)
    except StoreError:
        return reader.user  # who is told about it next
    return stored.asker.user if stored is not None else reader.user


async def _show(rooms: Rooms, job: Job, reader: Reader) -> None:
    if reader.how == SHARE and await _is_shared(rooms, reader):
        await delivery.tell(rooms.web, reader, Message(say("clicks.shared_already")))
        return
    if reader.how == SHARE and job.id != once(reader.question_id) and job.age < SHARE_SECONDS:
        raise Later  # somebody else may be sharing it this very moment
    outcome = await rooms.answering.rows(reader.question_id, reader.team, reader.channel)
    if isinstance(outcome, Refusal):
        await delivery.tell(rooms.web, reader, Message(escape(outcome.message)))
        return
    where = outcome.question.scope
    if where and not await scope.may_ask(rooms, reader.team, reader.user, where):
        await delivery.tell(rooms.web, reader, Message(say("clicks.not_inside")))
        return
    await _WAYS[reader.how](rooms, reader, outcome)


async def draw(
    rooms: Rooms, to: Ask | Reader, outcome: Outcome, setting: Setting, shown: Message
) -> None:
    """Where a chart is to be seen and Slack took none, put a picture of it beside the answer."""
    chart = chart_shown(outcome, setting) if isinstance(outcome, Answer) else None
    if chart is None or _NATIVE_CHART in shown.kinds:
        return
    private = to.private if isinstance(to, Reader) else bool(to.response_url)
    channel, thread = await _place(rooms, to, private=private)
    try:
        await rooms.web.upload(
            channel,
            thread,
            "chart.png",
            await picture(chart),
            title=chart.title,
            comment="",
            alt=in_words(chart),
        )
    except SlackError as error:  # the answer itself is there
        log.warning("picture_not_sent", reason=error.code)


async def reader_zone(rooms: Rooms, to: Ask | Reader, answer: Answer) -> ZoneInfo | None:
    """The zone of who alone reads, if the answer has times and Slack knows it.

    In a channel there are many readers, whose clock is the event's.
    """
    alone = to.private if isinstance(to, Reader) else bool(to.response_url)
    timed = any(column.kind is ColumnKind.DATETIME for column in answer.table.columns)
    if not timed or not (alone or scope.is_direct(to.channel)):
        return None
    try:
        return ZoneInfo((await rooms.people.profile(to.team, to.user)).timezone)
    except (SlackError, ZoneInfoNotFoundError, ValueError):
        return None


async def _csv(rooms: Rooms, reader: Reader, answer: Answer) -> None:
    text = one_line(answer.question.text)
    comment = say("clicks.csv", rows=row_count(answer.table), question=cut(text, 200))
    channel, thread = await _place(rooms, reader, private=reader.private)
    await rooms.web.upload(
        channel,
        thread,
        _file_name(text),
        await asyncio.to_thread(to_csv, answer.table),
        title=cut(text, 100) or say("answer.caption"),
        comment=escape(comment),
    )
    if reader.private:
        sent = Message(say("clicks.csv_sent"))
        await delivery.tell(rooms.web, reader, sent)


def _file_name(question: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", question.lower()).strip("-")[:60].strip("-")
    return f"{words or 'answer'}.csv"


async def _place(rooms: Rooms, to: Ask | Reader, *, private: bool) -> tuple[str, str]:
    """Channel and thread of a file; nobody else sees a private one."""
    if private:
        return await delivery.direct(rooms.web, to.user), ""
    return to.channel, to.thread_ts


async def _view(rooms: Rooms, reader: Reader, answer: Answer) -> None:
    """Show the answer as a chart or a table, or as fresh, in the place of the message."""
    setting = Setting(
        quoted=reader.quoted,
        reader=await reader_zone(rooms, reader, answer),
        view="" if reader.how == RUN_AGAIN else reader.how,
        again=datetime.now(UTC),
    )
    forms = answer_messages(answer, setting)
    if reader.private:
        shown = await delivery.whisper(rooms.web, reader, forms)
    else:
        shown = await delivery.replace(
            rooms.web,
            reader.channel,
            reader.message_ts,
            reader.thread_ts,
            forms,
            reply.metadata(reader.question_id),
        )
    if reader.how != RUN_AGAIN:
        await draw(rooms, reader, answer, setting, shown)


async def _share(rooms: Rooms, reader: Reader, answer: Answer) -> None:
    who = await rooms.people.profile(reader.team, reader.user)
    forms = answer_messages(answer, Setting(shared_by=who.name or say("clicks.a_member")))
    await delivery.post(rooms.web, reader.channel, "", forms, _mark(reader))


def _mark(reader: Reader) -> dict[str, Any]:
    return {"event_type": SHARED, "event_payload": {"question_id": reader.question_id}}


async def _is_shared(rooms: Rooms, reader: Reader) -> bool:
    """Whether the answer stands among the last hundred messages of the channel."""
    page = await rooms.web.call(
        "conversations.history", channel=reader.channel, limit=100, include_all_metadata=True
    )
    mark = _mark(reader)
    return any(message.get("metadata") == mark for message in page.get("messages", ()))


async def _explain(rooms: Rooms, reader: Reader, answer: Answer) -> None:
    await delivery.whisper(rooms.web, reader, explanation_messages(answer))


_WAYS: Mapping[str, Callable[[Rooms, Reader, Answer], Awaitable[None]]] = {
    CHART: _view,
    CSV: _csv,
    EXPLAIN: _explain,
    RUN_AGAIN: _view,
    SHARE: _share,
    TABLE: _view,
}
