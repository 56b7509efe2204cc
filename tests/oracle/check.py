"""Checks Web API calls, and the manifest, against the types in Slack's own npm packages.

slack.schema.json.gz is made by `generate` from @slack/web-api and @slack/types. What the types do
not know yet is exempted by name below, and nothing else is. They know no lengths: those the local
workspace enforces.
"""

from __future__ import annotations

import functools
import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match

SCHEMAS = Path(__file__).with_name("slack.schema.json.gz")

NEW_BLOCKS = frozenset({"data_visualization"})
"""Blocks that Slack takes and @slack/types 3.2.0 does not have."""

NEW_SCOPES = frozenset({"assistant:write"})
"""Scopes that Slack grants and the manifest type of @slack/web-api 8.2.0 does not have."""

NEW_EVENTS = frozenset({"agent_session_stopped"})
"""Events that Slack sends and the manifest type does not have."""

NEW_ARGUMENTS = {"files.getUploadURLExternal": frozenset({"alt_txt"})}
"""Arguments that the method's page has, and the types do not (they call it alt_text)."""

EVERYWHERE = frozenset({"team_id"})
"""What slack-bolt's client adds to every call, whether the method has it or not."""


@functools.cache
def _families() -> dict[str, Any]:
    return json.loads(gzip.decompress(SCHEMAS.read_bytes()))


@functools.cache
def _validator(name: str) -> Draft7Validator | None:
    family = _families().get(name.partition(".")[0])
    if family is None:
        return None
    root = family["definitions"][family["$ref"].removeprefix("#/definitions/")]
    if name not in root["properties"]:
        return None
    return Draft7Validator({**root["properties"][name], "definitions": family["definitions"]})


def check(method: str, args: Mapping[str, Any]) -> None:
    """Raise AssertionError if Slack's types do not allow `args` for `method`, or have no such."""
    validator = _validator(method)
    assert validator is not None, f"no schema for {method}: add it to tests/oracle/generate"
    known = EVERYWHERE | NEW_ARGUMENTS.get(method, frozenset())
    own = {name: value for name, value in args.items() if name not in known}
    _assert_valid(validator, _without_new_blocks(own), method)


def check_manifest(manifest: Mapping[str, Any]) -> None:
    """Raise AssertionError if Slack's types do not allow this manifest."""
    validator = _validator("manifest")
    assert validator is not None
    scopes = manifest.get("oauth_config", {}).get("scopes", {})
    known = {kind: [s for s in given if s not in NEW_SCOPES] for kind, given in scopes.items()}
    oauth = {**manifest.get("oauth_config", {}), "scopes": known}
    settings = {**manifest.get("settings", {})}
    if events := settings.get("event_subscriptions"):
        kept = [name for name in events.get("bot_events", ()) if name not in NEW_EVENTS]
        settings["event_subscriptions"] = {**events, "bot_events": kept}
    own = {**manifest, "oauth_config": oauth, "settings": settings}
    _assert_valid(validator, own, "manifest")


def _assert_valid(validator: Draft7Validator, value: Any, what: str) -> None:
    error = best_match(validator.iter_errors(value))
    if error is not None:
        where = "/".join(map(str, error.absolute_path))
        raise AssertionError(f"{what}: {error.message[:300]} (at /{where})")


def _without_new_blocks(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_new_blocks(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_without_new_blocks(one) for one in value if not _is_new(one)]
    return value


def _is_new(value: Any) -> bool:
    return isinstance(value, dict) and value.get("type") in NEW_BLOCKS
