"""`/stats-digest`: when a channel gets its digest, of what, and its live message.

Admins decide, by words or in the view of `digest_form`; anybody may look. The digests themselves
are posted by `digest_posts`, the live message by `live`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.digests import JOB, ScheduleError, UnknownSectionError
from bot.slack import delivery, digest_form, live
from bot.slack.languages import in_channel
from bot.slack.outages import told
from bot.slack.ports import Rooms
from bot.slack.render import help as helps
from bot.slack.render.channel import said, show_message
from bot.slack.render.digest import digest_messages, overview, sections_help
from bot.slack.render.pieces import Message
from bot.slack.slash import Typed, typed
from bot.texts import LANGUAGES, language_name, named_language, say, speaking

_UNBOUND = (["off"], ["pause"], ["resume"], ["live", "off"])
NONE = "There is no digest here. An admin can start one: `/stats-digest 18:00`."


def listen(app: AsyncApp, rooms: Rooms) -> None:
    """Take the command."""

    async def command(ack: AsyncAck, command: Mapping[str, Any]) -> None:
        await ack()
        given = typed(command)
        await told(rooms.web, given, lambda: _answered(rooms, given))

    app.command("/stats-digest")(command)
    digest_form.listen(app, rooms)


async def _answered(rooms: Rooms, given: Typed) -> Message | None:
    """Do the command; what to tell who typed it, also of a text that cannot be read."""
    try:
        return await _command(rooms, given)
    except (ScheduleError, UnknownSectionError) as error:
        return said(str(error))


async def _command(rooms: Rooms, given: Typed) -> Message | None:
    """Do the command; what to tell who typed it, if anything.

    Raises ScheduleError, UnknownSectionError.
    """
    if given.word == "help":
        return Message(helps.DIGEST)
    if given.word == "show":
        return await _show(rooms, given)
    if not await rooms.people.is_admin(given.team, given.user):
        # Who types nothing more wants to see what there is.
        return said(say("digest_form.admins_only")) if given.word else await _show(rooms, given)
    if given.word == "language" or given.text.lower().split() in _UNBOUND:
        return await _unbound(rooms, given)
    if not await rooms.answering.bound(given.team, given.channel):
        return show_message(())
    return await _bound(rooms, given, " ".join(given.text.split()[1:]))


async def _language(rooms: Rooms, given: Typed) -> Message:
    """Choose the channel's language, or say which there are. Raises StoreError."""
    wanted = " ".join(given.text.split()[1:])
    code = named_language(wanted)
    if not code:
        now = await in_channel(rooms, given.team, given.channel)
        names = ", ".join(f"{language_name(one)} (`{one}`)" for one in LANGUAGES)
        name = language_name(now.language)
        example = next(one for one in LANGUAGES if one != now.language)
        return said(say("digest_language.which", languages=names, code=example, language=name))
    await rooms.store.languages.choose(given.team, given.channel, code)
    return said(say("digest_language.chosen", language=language_name(code)))


async def _unbound(rooms: Rooms, given: Typed) -> Message:
    """What a channel that has lost its event takes too."""
    if given.word == "language":
        return await _language(rooms, given)
    if given.word == "live":
        return await live.stop(rooms, given)
    if given.word == "off":
        ended = await rooms.digests.cancel(given.team, given.channel)
        return said("No more digests here." if ended else "There was no digest here.")
    if given.word == "pause":
        held = await rooms.digests.pause(given.team, given.channel)
        return said("Paused. `/stats-digest resume` goes on.") if held else said(NONE)
    found = await rooms.digests.resume(given.team, given.channel)
    return await _show(rooms, given) if found else said(NONE)


async def _bound(rooms: Rooms, given: Typed, rest: str) -> Message | None:
    """What needs an event."""
    match given.word:
        case "":
            await digest_form.opened(rooms, given)
            return None
        case "live":
            return await live.start(rooms, given) if rest in {"", "on"} else Message(helps.DIGEST)
        case "preview":
            return await _preview(rooms, given)
        case "now":
            payload = {"team": given.team, "channel": given.channel, "due": "", "asked": True}
            await rooms.jobs.put(JOB, payload, f"{JOB}:{given.id}")
            return said("Writing a digest; if there is anything to tell it appears here.")
        case "sections":
            return await _sections(rooms, given, rest)
    made = await rooms.digests.schedule(given.team, given.channel, given.text, given.user)
    return overview(made, await rooms.digests.live.get(given.team, given.channel))


async def _sections(rooms: Rooms, given: Typed, rest: str) -> Message:
    if not rest:
        found = await rooms.digests.show(given.team, given.channel)
        return sections_help(found.sections if found else None)
    chosen = await rooms.digests.choose(given.team, given.channel, rest)
    return await _show(rooms, given) if chosen else said(NONE)


async def _show(rooms: Rooms, given: Typed) -> Message:
    found = await rooms.digests.show(given.team, given.channel)
    on = await rooms.digests.live.get(given.team, given.channel)
    return overview(found, on)


async def _preview(rooms: Rooms, given: Typed) -> Message:
    """Show each event's digest to the one who asks; the last message says what would be done."""
    with speaking(await in_channel(rooms, given.team, given.channel)):
        digests = await rooms.digests.write(given.team, given.channel)
        shown = [digest for digest in digests if digest.sections]
        for digest in shown:
            await delivery.whisper(rooms.web, given, digest_messages(digest))
    if not shown:
        return said("There is nothing to tell yet, so there would be no digest now.")
    if not any(digest.changed for digest in shown):
        return said("Nothing has changed since the last digest, so the next would be left out.")
    return said("Only you see this. `/stats-digest now` posts it.")
