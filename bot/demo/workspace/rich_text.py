"""The limits of rich_text blocks, and their plain reading.

Source: docs.slack.dev/reference/block-kit/blocks/rich-text-block.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.demo.workspace.elements import Problems, fields, items, kind_of, length, listed

_SECTIONS = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}
_INLINE: Mapping[str, tuple[str, ...]] = {
    "text": ("text",),
    "link": ("url",),
    "emoji": ("name",),
    "user": ("user_id",),
    "usergroup": ("usergroup_id",),
    "channel": ("channel_id",),
    "team": ("team_id",),
    "broadcast": ("range",),
    "date": ("timestamp", "format"),
    "color": ("value",),
}
_PREFORMATTED = {"text", "link"}
_ELEMENT = {"type", "elements", "border"}
_OWN = {
    "rich_text_section": {"type", "elements"},
    "rich_text_list": {*_ELEMENT, "style", "indent", "offset"},
    "rich_text_quote": _ELEMENT,
    "rich_text_preformatted": {*_ELEMENT, "language"},
}
_STYLES = {"bold", "italic", "strike", "code", "underline", "highlight", "client_highlight"}


def rich_text(block: Mapping[str, Any], where: str) -> Problems:
    """Check a rich_text block and everything in it."""
    yield from fields(block, where, {"type", "block_id", "elements"}, "elements")
    yield from items(block.get("elements"), f"{where}/elements", 3000)
    for index, part in enumerate(listed(block.get("elements"))):
        here = f"{where}/elements/{index}"
        kind = kind_of(part)
        if kind not in _SECTIONS:
            yield f"unsupported type: {kind} [json-pointer:{here}/type]"
            continue
        yield from _section(part, here)


def _section(part: Mapping[str, Any], where: str) -> Problems:
    kind = part["type"]
    yield from fields(part, where, _OWN[kind], "elements")
    if kind == "rich_text_list":
        if part.get("style") not in {"bullet", "ordered"}:
            yield f"must be bullet or ordered [json-pointer:{where}/style]"
        for index, entry in enumerate(listed(part.get("elements"))):
            if not isinstance(entry, dict) or entry.get("type") != "rich_text_section":
                yield f"must be a rich_text_section [json-pointer:{where}/elements/{index}]"
            else:
                yield from _section(entry, f"{where}/elements/{index}")
        return
    for index, leaf in enumerate(listed(part.get("elements"))):
        yield from _leaf(leaf, f"{where}/elements/{index}", kind)


def _leaf(leaf: Any, where: str, parent: str) -> Problems:
    kind = kind_of(leaf)
    allowed = _PREFORMATTED if parent == "rich_text_preformatted" else set(_INLINE)
    if kind not in allowed:
        yield f"unsupported type: {kind} [json-pointer:{where}/type]"
        return
    known = {"type", "style", "text", "url", "unicode", "fallback", "unsafe", *_INLINE[kind]}
    yield from fields(leaf, where, known, *_INLINE[kind])
    if kind == "text":
        yield from length(leaf.get("text"), f"{where}/text", 40_000, least=1)
    style = leaf.get("style", {})
    if not isinstance(style, dict) or not set(style) <= _STYLES:
        yield f"invalid style [json-pointer:{where}/style]"


def plain_text(block: Mapping[str, Any]) -> str:
    """Return the characters of a rich_text block, without styles."""
    parts: list[str] = []
    for element in listed(block.get("elements")):
        if isinstance(element, dict):
            if "elements" in element:
                parts.append(plain_text(element))
            else:
                parts.append(str(element.get("text", element.get("url", ""))))
    return "".join(parts)
