"""How a Web API call arrives: query string, form or JSON body, and a token; read into plain values.

slack-sdk sends chat.* and views.publish as JSON, files.* and reactions.add as POST with a query
string, conversations.info and users.info as GET; Slack takes structured arguments as JSON text
and booleans as 0 and 1. `read_call` undoes all that, so that a method sees one form.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from bot.demo.workspace.errors import SlackError, invalid
from bot.demo.workspace.state import Json

_STRUCTURED = frozenset(
    {
        "attachments",
        "blocks",
        "chunks",
        "files",
        "loading_messages",
        "message",
        "metadata",
        "prompts",
        "view",
    }
)
_BOOLEANS = frozenset(
    {
        "as_user",
        "exclude_archived",
        "include_all_metadata",
        "include_locale",
        "include_num_members",
        "inclusive",
        "link_names",
        "mrkdwn",
        "prevent_creation",
        "reply_broadcast",
        "return_im",
        "unfurl_links",
        "unfurl_media",
    }
)
_NUMBERS = frozenset({"limit", "length"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


async def read_call(request: Request, *, takes_json: bool) -> tuple[str, Json]:
    """Return the token ("" if none) and the arguments of a call.

    Raises SlackError invalid_post_type, invalid_json, json_not_object, invalid_blocks_format or
    invalid_arguments.
    """
    raw: Json = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "POST":
        body = await request.body()
        if kind == "application/json":
            # A method that takes no JSON does not see the body at all; as in Slack, what was in it
            # is then missing.
            raw |= _json_object(body) if takes_json else {}
        elif kind in _FORMS:
            async with request.form() as form:
                raw |= {name: value for name, value in form.items() if value not in ("", None)}
        elif body:
            raise SlackError("invalid_post_type")
    scheme, _, header_token = request.headers.get("authorization", "").partition(" ")
    token = header_token.strip() if scheme.lower() == "bearer" else ""
    if "token" in raw:
        in_body = str(raw.pop("token"))
        token = token or ("" if kind == "application/json" else in_body)
    return token, {name: _value(name, value) for name, value in raw.items()}


def _json_object(body: bytes) -> Json:
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(value, dict):
        raise SlackError("json_not_object")
    return value


def _value(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name in _STRUCTURED:
        try:
            return json.loads(value)
        except ValueError:
            code = "invalid_blocks_format" if name == "blocks" else "invalid_arguments"
            raise invalid(code, [f"not JSON [json-pointer:/{name}]"]) from None
    if name in _BOOLEANS:
        if value.lower() not in {"0", "1", "true", "false"}:
            raise invalid("invalid_arguments", [f"must be a boolean [json-pointer:/{name}]"])
        return value.lower() in {"1", "true"}
    if name in _NUMBERS:
        try:
            return int(value)
        except ValueError:
            raise invalid(
                "invalid_arguments", [f"must be an integer [json-pointer:/{name}]"]
            ) from None
    return value


def require(args: Mapping[str, Any], names: tuple[str, ...]) -> None:
    """Raise SlackError invalid_arguments naming each of `names` that is missing or empty."""
    missing = [name for name in names if args.get(name) in (None, "")]
    if missing:
        problems = [f"missing required field: {name}" for name in missing]
        raise invalid("invalid_arguments", problems)
