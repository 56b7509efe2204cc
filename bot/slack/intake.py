"""From an event to a job: what was asked, by whom, where the reply goes. Nothing is answered here.

A question's id is made from team, channel and timestamp, so that a delivery that Slack repeats, or
a text that arrives both as a mention and as a message, is one question.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar
from uuid import UUID, uuid5

from bot.domain import Asker, Question
from bot.slack.ports import Rooms
from bot.store import Said

QUESTION = "question"
"""The name of the job that answers a question."""

_SPACE = UUID("5b1f2c0e-7a64-4a55-9c0b-3d0a5f6f7c11")
_REFERENCE = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")


@dataclass(frozen=True, slots=True)
class Ask:
    """A question as the queue carries it. Empty texts where there is nothing.

    `ts` is when it was asked, `thread_ts` the thread that the reply goes to. With a `response_url`
    the answer is for the asker alone. `quoted` repeats the question above the answer, and the
    answer takes the place of our message `reply_ts`. One that was `overheard`, not said to us, is
    answered only in a thread where we have answered before.

    `scope` is the channel whose events were chosen, `viewed` the one that the person looked at when
    they asked in private. Without a `thread_ts` the answer begins a thread.

    `said_ts` is the person's message, which they may edit or delete; `instead` is the question that
    it asked before it was edited.
    """

    id: str
    team: str
    channel: str
    user: str
    text: str
    ts: str = ""
    thread_ts: str = ""
    response_url: str = ""
    quoted: bool = False
    reply_ts: str = ""
    overheard: bool = False
    said_ts: str = ""
    instead: str = ""
    scope: str = ""
    viewed: str = ""

    @property
    def said(self) -> Said:
        """The message that asks this; without a `said_ts` there is none."""
        return Said(self.team, self.channel, self.said_ts)

    def question(self) -> Question:
        """The question without what only Slack needs."""
        asker = Asker("slack", self.team, self.user)
        return Question(
            self.id, self.text, asker, self.channel, thread=self.thread_ts, scope=self.scope
        )


@dataclass(frozen=True, slots=True)
class Reader:
    """Who gets a file, a state or a view: a person in a channel, perhaps in a thread.

    `question_id` is the answer that it is made of, `message_ts` the message that shows it,
    `quoted` whether that repeats the question. `private` keeps everything out of the channel.
    `how` is what is wanted (`bot.slack.rows`).
    """

    team: str
    channel: str
    user: str
    thread_ts: str = ""
    response_url: str = ""
    question_id: str = ""
    private: bool = False
    message_ts: str = ""
    quoted: bool = False
    how: str = ""

    def payload(self) -> dict[str, Any]:
        """As the queue carries it."""
        return asdict(self)


Payload = TypeVar("Payload", Ask, Reader)


def read(kind: type[Payload], payload: Mapping[str, object]) -> Payload:
    """A job's payload as what it was made from."""
    values: dict[str, Any] = dict(payload)
    return kind(**values)


def question_id(team: str, channel: str, ts: str) -> str:
    """The id of what was said there and then; `ts` may be anything that is unique there."""
    return str(uuid5(_SPACE, f"{team}:{channel}:{ts}"))


def ask_from_event(team: str, event: Mapping[str, Any]) -> Ask:
    """The question in an app_mention or message event."""
    channel, ts = str(event["channel"]), str(event["ts"])
    return Ask(
        id=question_id(team, channel, ts),
        team=team,
        channel=channel,
        user=str(event["user"]),
        text=readable(str(event.get("text", ""))),
        ts=ts,
        thread_ts=str(event.get("thread_ts") or ts),
        said_ts=ts,
        viewed=viewed(event.get("app_context")),
    )


def viewed(context: object) -> str:
    """The channel that a person looks at beside the pane, from an event's context; or empty.

    Entities come with what matters most first.
    Source: docs.slack.dev/reference/events/app_context_changed.
    """
    entities = context.get("entities") if isinstance(context, Mapping) else None
    for entity in entities or ():
        value = entity.get("value")
        if entity.get("type") == "slack#/types/message_context" and isinstance(value, Mapping):
            value = value.get("channel_id")
        elif entity.get("type") != "slack#/types/channel_id":
            continue
        if isinstance(value, str) and not value.startswith("D"):
            return value
    return ""


async def put(rooms: Rooms, ask: Ask, version: float = 0) -> None:
    """Queue a question, once; not if its message was edited or deleted since. Raises StoreError.

    A `version` above 0 is an edit: the question before it is stopped.
    """
    if ask.said_ts:
        stands, before = await rooms.store.asked.note(
            ask.said, version=version, question_id=ask.id, text=ask.text
        )
        if stands != ask.id:
            return
        if before:
            ask = replace(ask, instead=before)
            await rooms.answering.stop(before)
    await rooms.jobs.put(QUESTION, asdict(ask), ask.id)


def readable(text: str) -> str:
    """Slack's text as it looks on the screen: no mentions, links by their words, no escapes."""
    return html.unescape(_REFERENCE.sub(_shown, text)).strip()


def _shown(match: re.Match[str]) -> str:
    sign, target, label = match.groups()
    if sign == "@":
        return " "
    if sign == "#":
        return f"#{label or target}"
    return label or target.removeprefix("mailto:")
