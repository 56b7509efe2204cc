"""The small pieces that messages are made of: escaping, cutting, and blocks that hold plain text.

`Message` is what goes out: blocks, and the text that notifications and old clients show.
Limits are Slack's (reference pages of Block Kit); `LIMIT` is ours, below where Slack refuses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.texts import say

Block = dict[str, Any]

LIMIT = 7_000
"""Characters of data in one message. Slack takes about 10,000 over all blocks, and what stands
around the data may take five lines of 600 characters and the buttons."""

TEXT_LIMIT = 3_800
"""Characters of a message that is text only; Slack cuts at 4,000."""

_KEPT = {"\n", "\t"}


@dataclass(frozen=True, slots=True)
class Message:
    """One Slack message. `text` is mrkdwn, already escaped."""

    text: str
    blocks: tuple[Block, ...] = ()

    @property
    def kinds(self) -> frozenset[str]:
        """The types of its blocks."""
        return frozenset(str(block["type"]) for block in self.blocks)


def escape(text: str) -> str:
    """`text` with Slack's three control characters escaped: nothing in it is read as a mention."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def size(text: str) -> int:
    """Length as Slack's JavaScript clients count it: an emoji is two."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, limit: int) -> str:
    """`text`, at most `limit` long by `size`, with an ellipsis where something is missing."""
    if size(text) <= limit:
        return text
    kept, room = [], limit - 1
    for character in text:
        room -= 2 if character > "\uffff" else 1
        if room < 0:
            break
        kept.append(character)
    return "".join(kept) + "…"


def escaped(text: str, limit: int) -> str:
    """`text` cut so that it is at most `limit` long once escaped, which can grow it fivefold."""
    whole = escape(cut(text, limit))
    return whole if size(whole) <= limit else escape(cut(text, limit // 5))


def clean(text: str) -> str:
    """`text` without control characters and lone surrogates, which no client can show."""
    return "".join(
        character
        for character in text
        if character in _KEPT or (character >= " " and not "\x7f" <= character <= "\x9f")
        if not "\ud800" <= character <= "\udfff"
    )


def one_line(text: str) -> str:
    """`text` cleaned, with every run of white space as one space."""
    return " ".join(clean(text).split())


def plain(text: str) -> Block:
    """A plain_text object; Slack reads nothing in it. Never empty, at most 3,000 characters."""
    return {"type": "plain_text", "text": cut(clean(text), 3_000) or " ", "emoji": False}


def _rich(element: Block) -> Block:
    return {"type": "rich_text", "elements": [element]}


def heading(text: str) -> Block:
    """A rich_text line in bold, of at most 150 characters."""
    run = {"type": "text", "text": cut(one_line(text), 150) or " ", "style": {"bold": True}}
    return _rich({"type": "rich_text_section", "elements": [run]})


def paragraph(text: str, *, emoji: str = "") -> Block:
    """A rich_text paragraph of literal text, `code` between backticks, after an emoji by name."""
    runs: list[Block] = []
    if emoji:
        runs += [{"type": "emoji", "name": emoji}, {"type": "text", "text": " "}]
    for place, part in enumerate(cut(clean(text), 3_000).split("`")):
        if part:
            run: Block = {"type": "text", "text": part}
            runs.append(run | {"style": {"code": True}} if place % 2 else run)
    runs = runs or [{"type": "text", "text": " "}]
    return _rich({"type": "rich_text_section", "elements": runs})


def sentence(text: str) -> Block:
    """A rich_text line of literal text, of at most 600 characters."""
    run = {"type": "text", "text": cut(one_line(text), 600) or " "}
    return _rich({"type": "rich_text_section", "elements": [run]})


def moment(text: str, when: datetime) -> Block:
    """A rich_text line: `text` and a time, in the zone of whoever reads it."""
    return line(f"{text} ", at(when))


def line(*parts: str | Block) -> Block:
    """A rich_text line of literal texts and of elements such as `person`."""
    runs = [
        {"type": "text", "text": cut(clean(part), 1_000)} if isinstance(part, str) else part
        for part in parts
        if part
    ]
    return _rich({"type": "rich_text_section", "elements": runs or [{"type": "text", "text": " "}]})


def bold(text: str) -> Block:
    """Literal text in bold, for `line`."""
    shown = cut(one_line(text), 300) or " "
    return {"type": "text", "text": shown, "style": {"bold": True}}


def person(user: str) -> Block | str:
    """Somebody by their present name, for `line` where nobody is notified: Home and modals."""
    return {"type": "user", "user_id": user} if user else say("home.somebody")


def place(channel: str) -> Block | str:
    """A channel by its present name, for `line`; who may not see it reads that it is private."""
    if channel.startswith("D") or not channel:
        return say("home.direct")
    return {"type": "channel", "channel_id": channel}


def at(when: datetime) -> Block:
    """A time in the reader's zone, for `line`."""
    return {
        "type": "date",
        "timestamp": int(when.timestamp()),
        "format": "{date_short_pretty} {time}",
        "fallback": f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
    }


def quote(text: str) -> Block:
    """What somebody said, set apart."""
    run = {"type": "text", "text": cut(one_line(text), 600) or " "}
    return _rich({"type": "rich_text_quote", "elements": [run]})


def preformatted(text: str) -> Block:
    """Literal text in a fixed-width font."""
    run = {"type": "text", "text": text or " "}
    return _rich({"type": "rich_text_preformatted", "elements": [run]})


def small(text: str) -> Block:
    """A line of small print, at most 600 characters."""
    return {"type": "context", "elements": [plain(cut(one_line(text), 600))]}


def button(label: str, action: str, value: str) -> Block:
    """A button: `action` routes the click, `value` (at most 2,000 characters) comes back."""
    return {"type": "button", "action_id": action, "value": value, "text": plain(label)}


def done_view(title: str, *blocks: Block) -> Block:
    """A modal once something is done, or was refused."""
    return {
        "type": "modal",
        "title": plain(title),
        "close": plain(say("ask.close")),
        "blocks": list(blocks),
    }


def fenced(text: str) -> str:
    """`text` as a mrkdwn code block that its own backticks cannot end."""
    return "```\n" + escape(text.replace("`", "'")) + "\n```"
