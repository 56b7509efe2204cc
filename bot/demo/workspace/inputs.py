"""Elements that a person fills in: where they are in blocks, and what Slack calls their value.

A value is a text, a list, or an option ({"text", "value"}); the value of an option is enough where
the options are in the element. `values` gives Slack's `state.values`; `faults` what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.demo.workspace.errors import PageError
from bot.demo.workspace.state import Json

_KEYS = {
    "channels_select": "selected_channel",
    "checkboxes": "selected_options",
    "conversations_select": "selected_conversation",
    "datepicker": "selected_date",
    "datetimepicker": "selected_date_time",
    "external_select": "selected_option",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
    "multi_external_select": "selected_options",
    "multi_static_select": "selected_options",
    "multi_users_select": "selected_users",
    "overflow": "selected_option",
    "radio_buttons": "selected_option",
    "static_select": "selected_option",
    "timepicker": "selected_time",
    "users_select": "selected_user",
}
_STATELESS = {"button", "overflow", "image", "feedback_buttons", "icon_button"}


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield (block, element) for everything that acts."""
    for block in blocks:
        kind = block.get("type")
        if kind in {"actions", "context_actions"}:
            for one in block["elements"]:
                yield block, one
        elif kind == "section" and block.get("accessory", {}).get("type", "image") != "image":
            yield block, block["accessory"]
        elif kind == "input":
            yield block, block["element"]


def find(blocks: list[Json], action_id: str, block_id: str = "") -> tuple[Json, Json]:
    """Return the block and element of an action. Raises PageError if there is none."""
    for block, element in elements(blocks):
        if element.get("action_id") == action_id and block_id in ("", block["block_id"]):
            return block, element
    raise PageError(f"there is nothing called {action_id} here any more")


def _options(element: Json) -> list[Json]:
    groups = element.get("option_groups") or [{"options": element.get("options", [])}]
    return [option for group in groups for option in group["options"]]


def _option(element: Json, value: Any) -> Json:
    if isinstance(value, dict):
        return value
    for option in _options(element):
        if option["value"] == value:
            return option
    raise PageError(f"there is no choice {value}")


def filled(element: Json, value: Any) -> Json:
    """Return what Slack says of an element whose value is `value`; None is no value."""
    kind = element["type"]
    key = _KEYS.get(kind, "value")
    if value is None:
        value = _initial(element, key)
    elif key == "selected_option":
        value = _option(element, value)
    elif key == "selected_options":
        value = [_option(element, one) for one in value]
    return {"type": kind, key: value}


def _initial(element: Json, key: str) -> Any:
    name = {"value": "initial_value"}.get(key, key.replace("selected", "initial"))
    return element.get(name, [] if key.endswith("s") else None)


def action(block: Json, element: Json, value: Any, ts: str) -> Json:
    """Return the action that a click on `element` sends."""
    about: Json = {
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": ts,
    }
    kind = element["type"]
    if kind in {"button", "icon_button"}:
        kept = {name: element[name] for name in ("text", "value", "style") if name in element}
        return about | kept | {"type": kind}
    if kind == "feedback_buttons":
        return about | {"type": kind, "value": value}
    return about | filled(element, value)


def values(blocks: list[Json], given: Mapping[str, Any]) -> Json:
    """Return `state.values`; `given` is by action_id, or by block_id and then action_id."""
    found: Json = {}
    for block, element in elements(blocks):
        if element["type"] in _STATELESS:
            continue
        of_block = given.get(block["block_id"])
        action_id = element["action_id"]
        mine = of_block if isinstance(of_block, Mapping) else given
        found.setdefault(block["block_id"], {})[action_id] = filled(element, mine.get(action_id))
    return found


def faults(blocks: list[Json], found: Json) -> dict[str, str]:
    """Return what a person must still do, by block_id; empty if the form may be submitted."""
    wrong: dict[str, str] = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        one = found[block["block_id"]][element["action_id"]]
        value = one[_KEYS.get(element["type"], "value")]
        if not value and value != 0:
            if not block.get("optional"):
                wrong[block["block_id"]] = "Please complete this required field."
        elif isinstance(value, str) and len(value) < element.get("min_length", 0):
            wrong[block["block_id"]] = f"Please write at least {element['min_length']} characters."
        elif isinstance(value, str) and len(value) > element.get("max_length", 3000):
            most = element.get("max_length", 3000)
            wrong[block["block_id"]] = f"Please write at most {most} characters."
    return wrong
