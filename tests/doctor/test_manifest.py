"""The app's manifest as it was saved from Slack, against the project's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.doctor import Finding, Grade, check_manifest
from bot.settings import Settings
from tests.cli.test_cli import run
from tests.doctor.conftest import MANIFEST

Manifest = dict[str, Any]
SOCKET = {"slack_app_token": "xapp-1"}
HTTP = {"slack_signing_secret": "s"}


def examined(folder: Path, saved: object, **settings: Any) -> tuple[Finding, ...]:
    """The findings for what was saved."""
    file = folder / "saved.json"
    file.write_text(saved if isinstance(saved, str) else json.dumps(saved))
    return check_manifest(file, MANIFEST, Settings(_env_file=None, **settings))


def ours() -> Manifest:
    """The project's own manifest."""
    manifest: Manifest = yaml.safe_load(MANIFEST.read_text())
    return manifest


def over_http() -> Manifest:
    """The same as it is set up by hand for events by HTTP."""
    saved, url = ours(), "https://bot.example/slack/events"
    saved["settings"]["socket_mode_enabled"] = False
    saved["settings"]["event_subscriptions"]["request_url"] = url
    saved["settings"]["interactivity"]["request_url"] = url
    for command in saved["features"]["slash_commands"]:
        command["url"] = url
    return saved


def test_what_slack_gives_back_is_no_drift(tmp_path: Path) -> None:
    """As YAML or as the answer of Slack's export, with other words and without what is off."""
    saved = ours()
    saved["display_information"]["name"] = "Our statistics"
    saved["features"]["slash_commands"][0]["description"] = "Fragen"
    del saved["settings"]["token_rotation_enabled"]
    for text in (yaml.safe_dump(saved), {"ok": True, "manifest": saved}):
        assert [each.grade for each in examined(tmp_path, text, **SOCKET)] == [Grade.OK]
    assert [each.grade for each in examined(tmp_path, over_http(), **HTTP)] == [Grade.OK]


def without(*path: str, member: str = "") -> Callable[[Manifest], object]:
    """A change that takes something away."""

    def change(saved: Manifest) -> object:
        *above, last = path
        place: Any = saved
        for key in above:
            place = place[key]
        return place[last].remove(member) if member else place.pop(last)

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            without("settings", "event_subscriptions", "bot_events", member="app_mention"),
            "settings.event_subscriptions.bot_events: app_mention is missing",
        ),
        (
            without("oauth_config", "scopes", "bot", member="chat:write"),
            "oauth_config.scopes.bot: chat:write is missing",
        ),
        (
            without("settings", "interactivity", "is_enabled"),
            "settings.interactivity.is_enabled is missing",
        ),
        (
            lambda saved: saved["settings"].update(socket_mode_enabled=False),
            "settings.socket_mode_enabled is false",
        ),
        (
            lambda saved: saved["features"]["slash_commands"].pop(0),
            "features.slash_commands: /stats is missing",
        ),
        (
            lambda saved: saved["features"]["slash_commands"][-1].update(should_escape=False),
            "features.slash_commands: /stats-admin.should_escape is false",
        ),
        (
            lambda saved: saved["features"]["shortcuts"].pop(0),
            "features.shortcuts: ask_anything is missing",
        ),
        (
            lambda saved: saved["settings"].update(token_rotation_enabled=True),
            "settings.token_rotation_enabled is true",
        ),
    ],
)
def test_what_is_missing_or_otherwise_is_named(
    tmp_path: Path, change: Callable[[Manifest], object], told: str
) -> None:
    """An event, scope, command, shortcut or switch that drifted is told by its place."""
    saved = ours()
    change(saved)
    [found] = examined(tmp_path, saved, **SOCKET)
    assert (found.code, found.grade) == ("manifest_differs", Grade.FAILS)
    assert told in found.says
    assert "manifest.yml" in found.mend


def test_more_than_ours_is_a_warning(tmp_path: Path) -> None:
    """A scope and a command that the bot does not use are named."""
    saved = ours()
    saved["oauth_config"]["scopes"]["bot"].append("admin")
    saved["features"]["slash_commands"].append({"command": "/old", "description": "x"})
    [found] = examined(tmp_path, saved, **SOCKET)
    assert (found.code, found.grade) == ("manifest_more", Grade.WARNING)
    assert "scopes.bot: admin" in found.says
    assert "/old" in found.says


def test_over_http_every_address_is_wanted(tmp_path: Path) -> None:
    """Without an app token Socket Mode is off, and events, clicks and commands have an address."""
    [found] = examined(tmp_path, ours(), **HTTP)
    assert "settings.socket_mode_enabled is true" in found.says
    assert "settings.interactivity.request_url is missing" in found.says
    saved = over_http()
    saved["features"]["slash_commands"][0]["url"] = "https://bot.example/slack/commands"
    [found] = examined(tmp_path, saved, **HTTP)
    assert "/stats.url is https://bot.example/slack/commands" in found.says


def test_many_workspaces_need_the_redirect(tmp_path: Path) -> None:
    """The address that people come back to must be the bot's own."""
    settings = HTTP | {"slack_client_id": "1.2", "public_url": "https://bot.example"}
    saved = over_http()
    [found] = examined(tmp_path, saved, **settings)
    assert found.code == "redirect_missing"
    saved["oauth_config"]["redirect_urls"] = ["https://bot.example/slack/oauth_redirect"]
    [found] = examined(tmp_path, saved, **settings)
    assert found.grade is Grade.OK


@pytest.mark.parametrize("text", ["", "[]", "{", "settings: [", "a: 1", '{"manifest": 3}'])
def test_what_is_no_manifest_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    """Whatever was saved, there is one clear line."""
    [found] = examined(tmp_path, text, **SOCKET)
    assert (found.code, found.grade) == ("manifest_unreadable", Grade.FAILS)
    assert "\n" not in found.says


def test_without_the_projects_own_it_says_so(tmp_path: Path) -> None:
    """Where manifest.yml is not at hand, that is told, and how to name it."""
    [found] = check_manifest(MANIFEST, tmp_path / "none.yml", Settings(_env_file=None))
    assert found.code == "manifest_unreadable"
    assert "--ours" in found.mend


async def test_the_command_compares_a_saved_manifest(tmp_path: Path) -> None:
    """`doctor --manifest` adds its finding to the others."""
    wanted = ["doctor", "--json", "--manifest", str(MANIFEST), "--ours", str(MANIFEST)]
    _code, out, _errors = await run(*wanted, cwd=tmp_path)
    found = {each["check"]: each["code"] for each in json.loads(out)}
    # No app token is set here, so events would come by HTTP.
    assert found["manifest"] == "manifest_differs"
    assert found["slack"] == "app_token_missing"
