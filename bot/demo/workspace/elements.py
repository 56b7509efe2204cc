"""The limits of what stands inside a block: text objects, options, confirm dialogs, elements.

Each function yields what is wrong, in Slack's form: `must be less than 76 characters
[json-pointer:/blocks/0/text]`. Source: docs.slack.dev/reference/block-kit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Problems = Iterator[str]

_ACTION = {"type", "action_id", "confirm", "focus_on_load"}
_SELECT = {*_ACTION, "placeholder"}
_OPTIONS = {"options", "option_groups"}
_INPUT = {"type", "action_id", "focus_on_load", "placeholder", "dispatch_action_config"}

FIELDS: Mapping[str, set[str]] = {
    "button": {*_ACTION, "text", "value", "url", "style", "accessibility_label"}
    - {"focus_on_load"},
    "channels_select": {*_SELECT, "initial_channel", "response_url_enabled"},
    "checkboxes": {*_ACTION, "options", "initial_options"},
    "conversations_select": {
        *_SELECT,
        "initial_conversation",
        "default_to_current_conversation",
        "response_url_enabled",
        "filter",
    },
    "datepicker": {*_SELECT, "initial_date"},
    "datetimepicker": {*_ACTION, "initial_date_time"},
    "email_text_input": {*_INPUT, "initial_value"},
    "external_select": {*_SELECT, "initial_option", "min_query_length"},
    "feedback_buttons": {"type", "action_id", "positive_button", "negative_button"},
    "icon_button": {
        *_ACTION,
        "icon",
        "text",
        "value",
        "accessibility_label",
        "visible_to_user_ids",
    },
    "image": {"type", "alt_text", "image_url", "slack_file"},
    "multi_channels_select": {*_SELECT, "initial_channels", "max_selected_items"},
    "multi_external_select": {
        *_SELECT,
        "initial_options",
        "min_query_length",
        "max_selected_items",
    },
    "multi_static_select": {*_SELECT, *_OPTIONS, "initial_options", "max_selected_items"},
    "multi_users_select": {*_SELECT, "initial_users", "max_selected_items"},
    "number_input": {*_INPUT, "is_decimal_allowed", "initial_value", "min_value", "max_value"},
    "overflow": {"type", "action_id", "confirm", "options"},
    "plain_text_input": {*_INPUT, "initial_value", "multiline", "min_length", "max_length"},
    "radio_buttons": {*_ACTION, "options", "initial_option"},
    "static_select": {*_SELECT, *_OPTIONS, "initial_option"},
    "timepicker": {*_SELECT, "initial_time", "timezone"},
    "url_text_input": {*_INPUT, "initial_value"},
    "users_select": {*_SELECT, "initial_user"},
}
"""Every element and the fields that it may have."""

_OPTION_COUNTS = {"overflow": 5, "checkboxes": 10, "radio_buttons": 10}
_NEEDS_OPTIONS = {"overflow", "checkboxes", "radio_buttons", "static_select", "multi_static_select"}
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "button": ("text",),
    "image": ("alt_text",),
    "icon_button": ("icon", "text"),
    "feedback_buttons": ("positive_button", "negative_button"),
    "number_input": ("is_decimal_allowed",),
}


def length(value: Any, where: str, most: int, *, least: int = 0) -> Problems:
    """Check a string and its length in characters."""
    if not isinstance(value, str):
        yield f"must be a string [json-pointer:{where}]"
    elif len(value) > most:
        yield f"must be less than {most + 1} characters [json-pointer:{where}]"
    elif len(value) < least:
        yield f"must be more than {least - 1} characters [json-pointer:{where}]"


def listed(value: Any) -> list[Any]:
    """Return an array as it is, anything else as no items."""
    return value if isinstance(value, list) else []


def kind_of(value: Any) -> str:
    """Return the type that an object names, or an empty text."""
    kind = value.get("type") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else ""


def whole(value: Any, where: str, least: int, most: int) -> Problems:
    """Check a whole number."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        yield f"must be an integer between {least} and {most} [json-pointer:{where}]"


def items(value: Any, where: str, most: int, *, least: int = 1) -> Problems:
    """Check an array and how many items it has."""
    if not isinstance(value, list):
        yield f"must be an array [json-pointer:{where}]"
    elif len(value) > most:
        yield f"no more than {most} items allowed [json-pointer:{where}]"
    elif len(value) < least:
        yield f"no fewer than {least} items allowed [json-pointer:{where}]"


def fields(value: Mapping[str, Any], where: str, known: set[str], *needed: str) -> Problems:
    """Check that an object has what it needs and nothing that Slack does not know."""
    for name in needed:
        if value.get(name) is None:
            yield f"missing required field: {name} [json-pointer:{where}]"
    for name in value:
        if name not in known:
            yield f"invalid additional property: {name} [json-pointer:{where}]"


def text(value: Any, where: str, most: int, *, plain: bool = False) -> Problems:
    """Check a text object; `plain` where Slack takes only plain_text."""
    if not isinstance(value, dict):
        yield f"must be an object [json-pointer:{where}]"
        return
    kinds = {"plain_text"} if plain else {"plain_text", "mrkdwn"}
    if value.get("type") not in kinds:
        yield f"must be one of {sorted(kinds)} [json-pointer:{where}/type]"
        return
    extra = {"emoji"} if value["type"] == "plain_text" else {"verbatim"}
    yield from fields(value, where, {"type", "text", *extra}, "text")
    yield from length(value.get("text", ""), f"{where}/text", most, least=1)


def options(value: Any, where: str, most: int, *, plain: bool = True) -> Problems:
    """Check a list of options."""
    yield from items(value, where, most)
    for index, option in enumerate(listed(value)):
        here = f"{where}/{index}"
        if not isinstance(option, dict):
            yield f"must be an object [json-pointer:{here}]"
            continue
        yield from fields(option, here, {"text", "value", "description", "url"}, "text", "value")
        yield from text(option.get("text"), f"{here}/text", 75, plain=plain)
        yield from length(option.get("value", ""), f"{here}/value", 150)
        if "description" in option:
            yield from text(option["description"], f"{here}/description", 75, plain=plain)


def confirm(value: Any, where: str) -> Problems:
    """Check a confirm dialog."""
    if not isinstance(value, dict):
        yield f"must be an object [json-pointer:{where}]"
        return
    known = {"title", "text", "confirm", "deny", "style"}
    yield from fields(value, where, known, "title", "text", "confirm", "deny")
    for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        if name in value:
            yield from text(value[name], f"{where}/{name}", most, plain=name != "text")


def element(value: Any, where: str, allowed: set[str]) -> Problems:
    """Check an element; `allowed` are the types that its place takes."""
    kind = kind_of(value)
    if kind not in allowed:
        yield f"unsupported type: {kind} [json-pointer:{where}/type]"
        return
    yield from fields(value, where, FIELDS[kind], *_NEEDS.get(kind, ()))
    if "action_id" in value:
        yield from length(value["action_id"], f"{where}/action_id", 255, least=1)
    if "confirm" in value:
        yield from confirm(value["confirm"], f"{where}/confirm")
    if "placeholder" in value:
        yield from text(value["placeholder"], f"{where}/placeholder", 150, plain=True)
    if value.get("style") not in {None, "primary", "danger"}:
        yield f"must be primary or danger [json-pointer:{where}/style]"
    yield from _strings(kind, value, where)
    yield from _choices(kind, value, where)


def _strings(kind: str, value: Mapping[str, Any], where: str) -> Problems:
    for name, most in _LENGTHS.items():
        if name in value:
            yield from length(value[name], f"{where}/{name}", most)
    if kind in _OWN_CHECKS:
        yield from _OWN_CHECKS[kind](value, where)


def _button(value: Mapping[str, Any], where: str) -> Problems:
    yield from text(value.get("text"), f"{where}/text", 75, plain=True)


def image(value: Mapping[str, Any], where: str) -> Problems:
    """Check that an image has one source; the same for the element and the block."""
    if ("image_url" in value) == ("slack_file" in value):
        yield f"must provide image_url or slack_file [json-pointer:{where}]"


def _plain_text_input(value: Mapping[str, Any], where: str) -> Problems:
    for name in ("min_length", "max_length"):
        if name in value:
            yield from whole(value[name], f"{where}/{name}", 0, 3000)


def _feedback_buttons(value: Mapping[str, Any], where: str) -> Problems:
    for name in ("positive_button", "negative_button"):
        button = value.get(name)
        if not isinstance(button, dict):
            yield f"must be an object [json-pointer:{where}/{name}]"
            continue
        yield from text(button.get("text"), f"{where}/{name}/text", 75, plain=True)
        yield from length(button.get("value", ""), f"{where}/{name}/value", 2000)


_LENGTHS = {
    "accessibility_label": 75,
    "alt_text": 2000,
    "image_url": 3000,
    "initial_value": 3000,
    "url": 3000,
    "value": 2000,
}
_OWN_CHECKS: Mapping[str, Callable[[Mapping[str, Any], str], Problems]] = {
    "button": _button,
    "feedback_buttons": _feedback_buttons,
    "image": image,
    "plain_text_input": _plain_text_input,
}


def _choices(kind: str, value: Mapping[str, Any], where: str) -> Problems:
    most = _OPTION_COUNTS.get(kind, 100)
    plain = kind not in {"checkboxes", "radio_buttons"}
    if "option_groups" in value:
        groups = value["option_groups"]
        yield from items(groups, f"{where}/option_groups", 100)
        for index, group in enumerate(listed(groups)):
            here = f"{where}/option_groups/{index}"
            if not isinstance(group, dict):
                yield f"must be an object [json-pointer:{here}]"
                continue
            yield from text(group.get("label"), f"{here}/label", 75, plain=True)
            yield from options(group.get("options"), f"{here}/options", 100)
    elif kind in _NEEDS_OPTIONS:
        yield from options(value.get("options"), f"{where}/options", most, plain=plain)
    yield from _initial(value, where)
    if "max_selected_items" in value:
        yield from whole(value["max_selected_items"], f"{where}/max_selected_items", 1, 100)


def _initial(value: Mapping[str, Any], where: str) -> Problems:
    """Slack refuses an initial option that is not, field for field, one of the options."""
    if "options" not in value and "option_groups" not in value:
        return
    groups = listed(value.get("option_groups")) or [{"options": value.get("options")}]
    groups = [group for group in groups if isinstance(group, dict)]
    known = [option for group in groups for option in listed(group.get("options"))]
    chosen = value.get("initial_options")
    chosen = [value["initial_option"]] if "initial_option" in value else chosen
    if chosen is not None and (not chosen or any(option not in known for option in chosen)):
        name = "initial_option" if "initial_option" in value else "initial_options"
        yield f"must be among the options [json-pointer:{where}/{name}]"
