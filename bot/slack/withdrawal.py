"""Taking a question back because its message was deleted, and giving way to its edit.

`take_back` is for listeners; a job then takes our reply away, unless the worker that answers sees
first that nothing stands any more. Whoever posts or edits the reply looks before and after.
"""

from __future__ import annotations

from dataclasses import asdict

import structlog

from bot.jobs import Job
from bot.slack import delivery
from bot.slack.intake import Ask
from bot.slack.ports import Rooms
from bot.store import Said, StoreError
from bot.store.asked import DELETED

log = structlog.get_logger()

WITHDRAW = "withdraw"
"""The name of the job that takes a reply away."""


class GivenWayError(Exception):
    """The message was edited or deleted meanwhile: this question's answer is wanted no more."""


async def take_back(
    rooms: Rooms, said: Said, version: float = DELETED, *, addressed: bool = False
) -> None:
    """Stop what a message asked, and have our reply removed. Raises StoreError.

    A message that asked nothing is left alone, unless it is `addressed` to us: then its question
    may still arrive, since Slack repeats events in any order.
    """
    if not addressed and await rooms.store.asked.standing(said) is None:
        return
    before = await rooms.store.asked.withdraw(said, version)
    if before:
        await rooms.answering.stop(before)
        payload = {**asdict(said), "question_id": before}
        await rooms.jobs.put(WITHDRAW, payload, f"{WITHDRAW}:{before}")


async def do(rooms: Rooms, job: Job) -> None:
    """The job."""
    payload = {name: str(value) for name, value in job.payload.items()}
    await rooms.answering.withdraw(payload.pop("question_id"))
    said = Said(**payload)
    standing = await rooms.store.asked.standing(said)
    if standing is not None and standing.reply_ts and not standing.question_id:
        await _remove(rooms, said, standing.reply_ts)


async def _remove(rooms: Rooms, said: Said, ts: str) -> None:
    await delivery.remove(rooms.web, said.channel, ts)
    await rooms.store.asked.reply_removed(said)


async def stands(rooms: Rooms, ask: Ask) -> bool:
    """Whether `ask` is still what its message says; while that cannot be known it is."""
    if not ask.said_ts:
        return True
    try:
        standing = await rooms.store.asked.standing(ask.said)
    except StoreError as error:
        log.warning("not_known_whether_it_stands", error=repr(error))
        return True
    return standing is None or standing.question_id == ask.id


async def check(rooms: Rooms, ask: Ask) -> None:
    """Raise GivenWayError if `ask` stands no more."""
    if not await stands(rooms, ask):
        raise GivenWayError


async def give_way(rooms: Rooms, ask: Ask, ts: str) -> None:
    """After GivenWayError: an edit takes our reply `ts` over; of a deleted message none is left."""
    await rooms.answering.withdraw(ask.id)
    standing = await rooms.store.asked.standing(ask.said)
    if standing is not None and not standing.question_id:
        await _remove(rooms, ask.said, ts)
