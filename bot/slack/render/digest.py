"""A digest as one message an event: a heading, then each section in fixed-width text; its schedule.

Slack takes one native table a message, and a digest has several.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.digests import Digest, DigestSection, Overview, described, read_when
from bot.domain import Event
from bot.slack.render.cells import grid
from bot.slack.render.channel import said
from bot.slack.render.pieces import (
    LIMIT,
    TEXT_LIMIT,
    Block,
    Message,
    cut,
    escape,
    escaped,
    heading,
    moment,
    one_line,
    paragraph,
    plain,
    preformatted,
    small,
)
from bot.slack.render.table import fixed_width
from bot.slack.render.trust import zone
from bot.store import DigestResult, DigestSchedule, LiveMessage
from bot.texts import long_date_text, say

_ROWS = 30

_RESULTS = {
    DigestResult.POSTED: "the last one was posted",
    DigestResult.UNCHANGED: "the last one was left out, since nothing had changed",
    DigestResult.CLOSED: "the last one could not be posted: I may not write there",
    DigestResult.FAILED: "the last one failed",
}


def digest_messages(digest: Digest) -> tuple[Message, ...]:
    """The forms of `digest`, best first; it has at least one section."""
    title = one_line(f"{digest.event.name}, {long_date_text(digest.day)}")
    blocks: list[Block] = [{"type": "header", "text": plain(cut(title, 150))}]
    blocks += section_blocks(digest.event, digest.sections, LIMIT)
    if digest.missing:
        blocks.append(small(say("digest.missing", headings=", ".join(digest.missing))))
    text = f"{title}: {', '.join(section.heading for section in digest.sections)}"
    return (
        Message(escaped(text, TEXT_LIMIT // 2), tuple(blocks)),
        Message(escaped(text, TEXT_LIMIT // 2)),
    )


def section_blocks(event: Event, sections: Sequence[DigestSection], limit: int) -> list[Block]:
    """Each section's heading and rows, in `limit` characters together."""
    return [
        block for section in sections for block in _section(event, section, limit // len(sections))
    ]


def _section(event: Event, section: DigestSection, limit: int) -> list[Block]:
    cells = grid(section.table, zone([event]), _ROWS)
    lines, shown = fixed_width(cells, limit - 200)
    more = len(section.table.rows) - shown
    rest = [small(say("digest.more", n=more))] if more else []
    return [heading(section.heading), preformatted(lines), *rest]


def overview(found: Overview | None, live: LiveMessage | None) -> Message:
    """When a channel's digest comes and what it holds, and whether it has a live message."""
    if found is None:
        text = "There is no digest here. An admin can start one: `/stats-digest 18:00`."
        return said(f"{text} {_live(live)}".strip())
    kept = found.schedule
    text = f"A digest comes {found.words} ({kept.timezone})."
    if kept.paused:
        text += " It is paused; `/stats-digest resume` goes on."
    blocks = [paragraph(text)]
    if not kept.paused:
        blocks += _coming(found)
    blocks.append(paragraph(f"It tells: {', '.join(found.sections)}."))
    if kept.last_result is not None and kept.last_at is not None:
        blocks.append(moment(f"{_RESULTS[kept.last_result].capitalize()}:", kept.last_at))
    if live is not None:
        blocks.append(paragraph(_live(live)))
    return Message(escape(one_line(text)), tuple(blocks))


def digest_words(kept: DigestSchedule) -> str:
    """A schedule in a line, such as "at 18:00 every day (UTC), paused"."""
    words = [f"{read_when(kept.schedule).words} ({kept.timezone})"]
    if kept.paused:
        words.append("paused")
    if kept.last_result is not None:
        words.append(_RESULTS[kept.last_result])
    return ", ".join(words)


def _coming(found: Overview) -> list[Block]:
    if not found.coming:
        return [paragraph("No time is left near the dates of this channel's event.")]
    first, *later = found.coming
    return [moment("Next:", first), *(moment("then", at) for at in later)]


def _live(live: LiveMessage | None) -> str:
    if live is None:
        return ""
    if live.ts and not live.pinned:
        return "The live message is on, and not pinned: I may not pin here."
    return "The live message is on." if live.ts else "The live message is on for match days."


def sections_help(chosen: Sequence[str] | None) -> Message:
    """Which sections there are, and which are `chosen`."""
    lines = [f"• `{name}` {about}" for name, about in described().items()]
    now = f"Now: {', '.join(chosen)}." if chosen else "There is no digest here yet."
    text = (
        "*What a digest can tell*\n"
        + "\n".join(lines)
        + "\n• the words of any verified question\n"
        + escape(one_line(now))
        + "\nAdmins: `/stats-digest sections results, next, spirit` (`usual` for all of them)."
    )
    return Message(cut(text, TEXT_LIMIT))
