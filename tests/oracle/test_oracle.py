"""The oracle itself, and the manifest against it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.oracle.check import check, check_manifest

MANIFEST = Path(__file__).parents[2] / "manifest.yml"


def test_a_good_message_passes() -> None:
    """A message with blocks that the types know raises nothing."""
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x"}}]
    assert check("chat.postMessage", {"channel": "C1", "text": "x", "blocks": blocks}) is None


def test_a_chart_is_exempt() -> None:
    """A block that the types do not know yet is passed over, its neighbours are not."""
    chart = {"type": "data_visualization", "title": "x", "chart": {}}
    message = {"channel": "C1", "text": "x", "blocks": [chart]}
    assert check("chat.postMessage", message) is None
    with pytest.raises(AssertionError):
        check("chat.postMessage", message | {"blocks": [chart, {"type": "divider", "x": 1}]})


@pytest.mark.parametrize(
    "args",
    [
        {"text": "x"},
        {"channel": "C1"},
        {"channel": "C1", "text": "x", "colour": "red"},
        {"channel": "C1", "text": "x", "blocks": [{"type": "section", "text": "x"}]},
        {"channel": "C1", "text": 1},
    ],
)
def test_a_bad_message_fails(args: dict[str, Any]) -> None:
    """Missing, unknown and mistyped arguments are each an AssertionError."""
    with pytest.raises(AssertionError, match=r"^chat\.postMessage: "):
        check("chat.postMessage", args)


def test_an_unknown_method_fails() -> None:
    """A method without a schema is not passed over."""
    with pytest.raises(AssertionError, match="no schema"):
        check("confetti.throw", {})


def test_the_manifest_is_valid() -> None:
    """manifest.yml fits Slack's types, and the lengths that Slack's manifest schema gives."""
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    check_manifest(manifest)
    assert manifest["_metadata"]["major_version"] == 2
    about, features = manifest["display_information"], manifest["features"]
    assert len(about["name"]) <= 35
    assert len(about["description"]) <= 140
    assert len(features["agent_view"]["agent_description"]) <= 300
    assert len(features["agent_view"]["suggested_prompts"]) <= 4
    assert len(features["shortcuts"]) <= 10
    for shortcut in features["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["callback_id"]) <= 255
        assert len(shortcut["description"]) <= 150
    for command in features["slash_commands"]:
        assert command["command"].startswith("/")
        assert len(command["command"]) <= 32


def test_a_bad_manifest_fails() -> None:
    """A scope that Slack does not have is refused."""
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    manifest["oauth_config"]["scopes"]["bot"].append("confetti:write")
    with pytest.raises(AssertionError, match="manifest"):
        check_manifest(manifest)
