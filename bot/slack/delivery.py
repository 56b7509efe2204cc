"""Getting a message to Slack whatever it takes, so that no answer is lost to decoration or limits.

Plainer forms where blocks are refused, waiting where Slack says so, a new message where the old one
cannot be edited, direct messages where a channel is closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import structlog

from bot.slack.errors import (
    BlocksRejectedError,
    CallRejectedError,
    ChannelClosedError,
    MessageGoneError,
    RateLimitedError,
    SlackDownError,
    SlackError,
)
from bot.slack.render.feedback import THUMBS, without_thumbs
from bot.slack.render.pieces import Message
from bot.slack.web import Web

log = structlog.get_logger()

T = TypeVar("T")

NOT_EVERYWHERE = frozenset({"data_table", "data_visualization", "table", THUMBS})
"""Blocks that some workspaces do not take."""

PATIENCE = 300.0
"""Seconds that a final answer waits out Slack's limits before its job is tried again."""


async def plainer(
    web: Web, forms: Sequence[Message], send: Callable[[Message], Awaitable[T]]
) -> tuple[Message, T]:
    """Send the first of `forms` (best first) that Slack takes; give it and what `send` gave.

    The last form has no blocks. Forms with a block that the workspace is known not to have are
    passed over. Raises SlackError.
    """
    for form in _tries(web, forms[:-1]):
        try:
            return form, await send(form)
        except BlocksRejectedError as error:
            # What every workspace has is refused for its content: it gets another chance.
            web.unsupported.update(error.unsupported & NOT_EVERYWHERE)
            log.warning("blocks_rejected", method=error.method, reason=error.code)
    return forms[-1], await send(forms[-1])


def _tries(web: Web, forms: Sequence[Message]) -> Iterator[Message]:
    """The forms that the workspace may take; it learns of what it lacks while they are tried.

    Last comes the plainest with buttons for thumbs, should Slack not say that it has none.
    """
    for form in forms:
        if not web.unsupported & form.kinds:
            yield form
        bare = without_thumbs(form)
        if THUMBS in web.unsupported & form.kinds and not web.unsupported & bare.kinds:
            yield bare
    if forms and THUMBS in forms[-1].kinds - web.unsupported:
        yield without_thumbs(forms[-1])


async def patiently(step: Callable[[], Awaitable[T]], *, harmless: bool = False) -> T:
    """Do `step`, waiting as Slack tells us while there are too many calls.

    A `harmless` step, which may be done twice, also waits out that Slack is down.
    Raises SlackError.
    """
    deadline = asyncio.get_running_loop().time() + PATIENCE
    pause = 1.0
    while True:
        try:
            return await step()
        except SlackDownError as error:
            if isinstance(error, RateLimitedError):
                wait = max(error.retry_after, 0.1)
            elif harmless:
                wait, pause = pause, min(2 * pause, 30.0)
            else:
                raise
            if asyncio.get_running_loop().time() + wait > deadline:
                raise
            await asyncio.sleep(wait)


async def post(
    web: Web,
    channel: str,
    thread_ts: str,
    forms: Sequence[Message],
    metadata: Mapping[str, Any] | None = None,
) -> str:
    """Post the best form that Slack takes, in a thread if one is named; give its ts.

    Raises:
        SlackError: when no form can be posted.
    """
    _, ts = await _post(web, channel, thread_ts, forms, metadata)
    return ts


async def _post(
    web: Web,
    channel: str,
    thread_ts: str,
    forms: Sequence[Message],
    metadata: Mapping[str, Any] | None,
) -> tuple[Message, str]:

    async def send(form: Message) -> str:
        reply = await web.call(
            "chat.postMessage",
            channel=channel,
            thread_ts=thread_ts or None,
            text=form.text,
            blocks=list(form.blocks) or None,
            metadata=metadata,
            unfurl_links=False,
            unfurl_media=False,
        )
        return str(reply["ts"])

    return await plainer(web, forms, lambda form: patiently(lambda: send(form)))


async def edit(
    web: Web, channel: str, ts: str, form: Message, metadata: Mapping[str, Any] | None = None
) -> None:
    """Replace a message of ours. Raises SlackError."""
    await web.call(
        "chat.update",
        channel=channel,
        ts=ts,
        text=form.text,
        blocks=list(form.blocks),
        metadata=metadata,
    )


async def replace(
    web: Web,
    channel: str,
    ts: str,
    thread_ts: str,
    forms: Sequence[Message],
    metadata: Mapping[str, Any],
    check: Callable[[], Awaitable[None]] | None = None,
) -> Message:
    """Edit the answer in; where the message is gone, post it anew. Give the form that is shown.

    Raises SlackError, and what `check` raises, which is asked before each try.
    """

    async def step(form: Message) -> None:
        if check is not None:
            await check()
        await edit(web, channel, ts, form, metadata)

    async def send(form: Message) -> None:
        await patiently(lambda: step(form), harmless=True)

    try:
        form, _none = await plainer(web, forms, send)
    except MessageGoneError:
        form, _ = await _post(web, channel, thread_ts, forms, metadata)
    return form


async def remove(web: Web, channel: str, ts: str) -> None:
    """Delete a message of ours; one that is gone or out of reach is no fault. Raises SlackError."""

    async def step() -> None:
        await web.call("chat.delete", channel=channel, ts=ts)

    try:
        await patiently(step, harmless=True)
    except (MessageGoneError, ChannelClosedError, CallRejectedError) as error:
        log.info("not_removed", reason=error.code)


class Addressee(Protocol):
    """One person at one place: an Ask, a Reader, a Click, a Typed. Empty texts for what is not."""

    @property
    def channel(self) -> str:
        """Where they are."""

    @property
    def user(self) -> str:
        """Who they are."""

    @property
    def thread_ts(self) -> str:
        """The thread there."""

    @property
    def response_url(self) -> str:
        """Slack's address for answers to them."""


async def whisper(web: Web, to: Addressee, forms: Sequence[Message]) -> Message:
    """Show `forms` to one person: at the response address, else as an ephemeral message.

    In a channel that is closed to us it becomes a direct message. Gives the form that is shown.
    Raises SlackError.
    """
    if to.response_url:
        try:
            form, _ = await plainer(
                web, forms, lambda form: patiently(lambda: web.respond(to.response_url, form))
            )
        except SlackError as error:
            log.info("response_url_failed", reason=error.code)
        else:
            return form

    async def ephemeral(form: Message) -> None:
        await web.call(
            "chat.postEphemeral",
            channel=to.channel,
            user=to.user,
            thread_ts=to.thread_ts or None,
            text=form.text,
            blocks=list(form.blocks) or None,
        )

    try:
        form, _ = await plainer(web, forms, lambda form: patiently(lambda: ephemeral(form)))
    except ChannelClosedError:
        form, _ = await _post(web, await direct(web, to.user), "", forms, None)
    return form


async def direct(web: Web, user: str) -> str:
    """The id of our direct messages with `user`. Raises SlackError."""
    opened = await web.call("conversations.open", users=user)
    return str(opened["channel"]["id"])


async def tell(web: Web, to: Addressee, message: Message) -> None:
    """Tell one person something; if Slack does not let us, log it. Never raises."""
    try:
        await whisper(web, to, [message])
    except SlackError as error:
        log.warning("not_told", method=error.method, reason=error.code)


async def marks(
    web: Web, channel: str, event_type: str
) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """The ts and metadata of our last messages in a channel that carry `event_type`.

    So a job that runs again finds what it has posted. Raises SlackError.
    """
    page = await web.call(
        "conversations.history", channel=channel, limit=100, include_all_metadata=True
    )
    found = [
        (str(message["ts"]), message.get("metadata") or {}) for message in page.get("messages", ())
    ]
    return tuple(
        (ts, metadata.get("event_payload", {}))
        for ts, metadata in found
        if metadata.get("event_type") == event_type
    )
