"""A digest as one message an event: a heading, then each section in fixed-width text.

Slack takes one native table a message, and a digest has several.
"""

from __future__ import annotations

from bot.digests import Digest, DigestSection
from bot.slack.render.cells import grid
from bot.slack.render.pieces import (
    LIMIT,
    TEXT_LIMIT,
    Block,
    Message,
    cut,
    escape,
    heading,
    one_line,
    plain,
    preformatted,
    small,
)
from bot.slack.render.table import fixed_width
from bot.slack.render.trust import zone

_ROWS = 30


def digest_messages(digest: Digest) -> tuple[Message, ...]:
    """The forms of `digest`, best first; it has at least one section."""
    day = f"{digest.day.day} {digest.day:%B} {digest.day.year}"
    title = one_line(f"{digest.event.name}, {day}")
    blocks: list[Block] = [{"type": "header", "text": plain(cut(title, 150))}]
    bare = []
    for section in digest.sections:
        blocks += _section(digest, section, LIMIT // len(digest.sections))
        bare.append(section.heading)
    text = f"{title}: {', '.join(bare)}"
    return (
        Message(escape(cut(text, TEXT_LIMIT // 2)), tuple(blocks)),
        Message(escape(cut(text, TEXT_LIMIT // 2))),
    )


def _section(digest: Digest, section: DigestSection, limit: int) -> list[Block]:
    cells = grid(section.table, zone([digest.event]), _ROWS)
    lines, shown = fixed_width(cells, limit - 200)
    more = len(section.table.rows) - shown
    rest = [small(f"and {more} more")] if more else []
    return [heading(section.heading), preformatted(lines), *rest]
