"""The limits of messages and views: what Slack answers with invalid_blocks and its relatives.

`check_message` and `check_view` raise a SlackError that names every fault with a JSON pointer.
Source: docs.slack.dev/reference/block-kit/blocks and …/surfaces/modals; whole-message limits were
seen in practice (msg_blocks_too_long between 11,000 and 13,000 characters; the lower one holds).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from bot.demo.workspace.elements import (
    FIELDS,
    Problems,
    element,
    fields,
    image,
    items,
    kind_of,
    length,
    listed,
    text,
)
from bot.demo.workspace.errors import SlackError, invalid
from bot.demo.workspace.rich_text import rich_text
from bot.demo.workspace.state import Json
from bot.demo.workspace.tables import data_table, data_visualization, table

POST_TEXT = 40_000
UPDATE_TEXT = 4_000
MARKDOWN = 12_000
ALL_BLOCKS = 11_000

_CHOICES = {
    "checkboxes",
    "datepicker",
    "overflow",
    "radio_buttons",
    "timepicker",
    *(kind for kind in FIELDS if kind.endswith("_select")),
}
_INPUTS = (_CHOICES - {"overflow"}) | {
    "datetimepicker",
    "email_text_input",
    "number_input",
    "plain_text_input",
    "url_text_input",
}
_ACTIONS = {"button", "datetimepicker", *_CHOICES}
_ACCESSORIES = {"button", "image", *_CHOICES}

_KNOWN: Mapping[str, tuple[set[str], tuple[str, ...]]] = {
    "actions": ({"elements"}, ("elements",)),
    "context": ({"elements"}, ("elements",)),
    "context_actions": ({"elements"}, ("elements",)),
    "data_table": (
        {"rows", "caption", "page_size", "row_header_column_index"},
        ("rows", "caption"),
    ),
    "data_visualization": ({"title", "chart"}, ("title", "chart")),
    "divider": (set(), ()),
    "header": ({"text"}, ("text",)),
    "image": ({"alt_text", "title", "image_url", "slack_file"}, ("alt_text",)),
    "input": (
        {"label", "hint", "optional", "element", "dispatch_action"},
        ("label", "element"),
    ),
    "markdown": ({"text"}, ("text",)),
    "rich_text": ({"elements"}, ("elements",)),
    "section": ({"text", "fields", "accessory", "expand"}, ()),
    "table": ({"rows", "column_settings"}, ("rows",)),
}
"""Every block, the fields it may have beside type and block_id, and those that it must have."""

_MESSAGE_ONLY = {"context_actions", "data_table", "data_visualization", "markdown", "table"}
_ONE_A_MESSAGE = {"table": 1, "data_visualization": 2}


def check_message(
    args: Mapping[str, Any], *, updating: bool = False, lacking: Collection[str] = ()
) -> None:
    """Check text and blocks of a message. `lacking` are types that an older workspace has not got.

    Raises SlackError no_text, msg_too_long, markdown_text_conflict, invalid_blocks or
    msg_blocks_too_long.
    """
    words, blocks = args.get("text") or "", args.get("blocks")
    markdown = args.get("markdown_text")
    if markdown is not None and (words or blocks):
        raise SlackError("markdown_text_conflict")
    if not words and not blocks and not markdown and not args.get("attachments"):
        raise SlackError("no_text")
    if len(words) > (UPDATE_TEXT if updating else POST_TEXT) or len(markdown or "") > MARKDOWN:
        raise SlackError("msg_too_long")
    if blocks is not None:
        check_blocks(blocks, lacking)


def check_blocks(blocks: Any, lacking: Collection[str] = ()) -> None:
    """Check the blocks of a message. Raises SlackError invalid_blocks or msg_blocks_too_long."""
    problems = list(_message_blocks(blocks, lacking))
    if problems:
        raise invalid("invalid_blocks", problems)
    if sum(_characters(block) for block in blocks) > ALL_BLOCKS:
        raise SlackError("msg_blocks_too_long")


def _message_blocks(blocks: Any, lacking: Collection[str]) -> Problems:
    yield from items(blocks, "/blocks", 50, least=0)
    if not isinstance(blocks, list):
        return
    for index, block in enumerate(blocks):
        if kind_of(block) in lacking:
            yield f"unsupported type: {kind_of(block)} [json-pointer:/blocks/{index}/type]"
    yield from _blocks(blocks, "/blocks")
    kinds = [kind_of(block) for block in blocks]
    for kind, most in _ONE_A_MESSAGE.items():
        if kinds.count(kind) > most:
            yield f"no more than {most} {kind} allowed [json-pointer:/blocks]"
    markdown = [block.get("text", "") for block in blocks if kind_of(block) == "markdown"]
    if sum(map(len, map(str, markdown))) > MARKDOWN:
        yield f"must be less than {MARKDOWN + 1} characters in all markdown [json-pointer:/blocks]"


def check_view(view: Any, kind: str) -> None:
    """Check a view that must be of `kind`, modal or home. Raises SlackError invalid_arguments."""
    problems = list(_view(view, kind))
    if problems:
        raise invalid("invalid_arguments", problems)


def _view(view: Any, kind: str) -> Problems:
    if not isinstance(view, dict):
        yield "must be an object [json-pointer:/view]"
        return
    modal = {"title", "close", "submit", "clear_on_close", "notify_on_close"}
    known = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
    if view.get("type") != kind:
        yield f"must be {kind} [json-pointer:/view/type]"
    needed = ("title", "blocks") if kind == "modal" else ("blocks",)
    yield from fields(view, "/view", known | (modal if kind == "modal" else set()), *needed)
    for name in ("title", "close", "submit"):
        if name in view:
            yield from text(view[name], f"/view/{name}", 24, plain=True)
    for name, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if name in view:
            yield from length(view[name], f"/view/{name}", most)
    blocks = view.get("blocks")
    yield from items(blocks, "/view/blocks", 100, least=0)
    if not isinstance(blocks, list):
        return
    yield from _blocks(blocks, "/view/blocks")
    kinds = {kind_of(block) for block in blocks}
    if kind == "modal" and "input" in kinds and "submit" not in view:
        yield "missing required field: submit [json-pointer:/view]"
    for wrong in sorted(kinds & _MESSAGE_ONLY):
        yield f"unsupported type: {wrong} [json-pointer:/view/blocks]"


def _blocks(blocks: list[Any], where: str) -> Problems:
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        here = f"{where}/{index}"
        kind = kind_of(block)
        if kind not in _KNOWN:
            yield f"unsupported type: {kind} [json-pointer:{here}/type]"
            continue
        known, needed = _KNOWN[kind]
        yield from fields(block, here, {"type", "block_id", *known}, *needed)
        if "block_id" in block:
            yield from length(block["block_id"], f"{here}/block_id", 255)
            name = str(block["block_id"])
            if name in seen:
                yield f"block_id must be unique [json-pointer:{here}/block_id]"
            seen.add(name)
        if kind in _CHECKS:
            yield from _CHECKS[kind](block, here)
    yield from _action_ids(blocks, where)


def _action_ids(blocks: list[Any], where: str) -> Problems:
    for index, block in enumerate(blocks):
        parts = block.get("elements") if isinstance(block, dict) else None
        ids = [part.get("action_id") for part in listed(parts) if isinstance(part, dict)]
        given = [str(one) for one in ids if one]
        if len(set(given)) != len(given):
            yield f"action_id must be unique in its block [json-pointer:{where}/{index}]"


def _section(block: Json, where: str) -> Problems:
    if "text" not in block and "fields" not in block:
        yield f"must have text or fields [json-pointer:{where}]"
    if "text" in block:
        yield from text(block["text"], f"{where}/text", 3000)
    if "fields" in block:
        yield from items(block["fields"], f"{where}/fields", 10)
        for index, one in enumerate(listed(block["fields"])):
            yield from text(one, f"{where}/fields/{index}", 2000)
    if "accessory" in block:
        yield from element(block["accessory"], f"{where}/accessory", _ACCESSORIES)


def _context(block: Json, where: str) -> Problems:
    yield from items(block.get("elements"), f"{where}/elements", 10)
    for index, one in enumerate(listed(block.get("elements"))):
        here = f"{where}/elements/{index}"
        if isinstance(one, dict) and one.get("type") == "image":
            yield from element(one, here, {"image"})
        else:
            yield from text(one, here, 3000)


def _elements(most: int, allowed: set[str]) -> Callable[[Json, str], Problems]:
    def check(block: Json, where: str) -> Problems:
        yield from items(block.get("elements"), f"{where}/elements", most)
        for index, one in enumerate(listed(block.get("elements"))):
            yield from element(one, f"{where}/elements/{index}", allowed)

    return check


def _input(block: Json, where: str) -> Problems:
    yield from text(block.get("label"), f"{where}/label", 2000, plain=True)
    if "hint" in block:
        yield from text(block["hint"], f"{where}/hint", 2000, plain=True)
    yield from element(block.get("element"), f"{where}/element", _INPUTS)


def _header(block: Json, where: str) -> Problems:
    yield from text(block.get("text"), f"{where}/text", 150, plain=True)


def _markdown(block: Json, where: str) -> Problems:
    yield from length(block.get("text"), f"{where}/text", MARKDOWN, least=1)


def _image(block: Json, where: str) -> Problems:
    yield from image(block, where)
    for name, most in (("image_url", 3000), ("alt_text", 2000)):
        if name in block:
            yield from length(block[name], f"{where}/{name}", most)
    if "title" in block:
        yield from text(block["title"], f"{where}/title", 2000, plain=True)


_CHECKS: Mapping[str, Callable[[Json, str], Problems]] = {
    "actions": _elements(25, _ACTIONS),
    "context": _context,
    "context_actions": _elements(5, {"feedback_buttons", "icon_button"}),
    "data_table": data_table,
    "data_visualization": data_visualization,
    "header": _header,
    "image": _image,
    "input": _input,
    "markdown": _markdown,
    "rich_text": rich_text,
    "section": _section,
    "table": table,
}


def _characters(value: Any) -> int:
    """Count the characters of all text in a block; blocks with limits of their own count none."""
    if isinstance(value, list):
        return sum(map(_characters, value))
    if not isinstance(value, dict) or value.get("type") in {"data_table", "markdown"}:
        return 0
    own = value.get("text")
    inner = sum(_characters(one) for one in value.values() if isinstance(one, dict | list))
    return inner + (len(own) if isinstance(own, str) else 0)
