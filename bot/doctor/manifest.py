"""The app's manifest as Slack has it against manifest.yml: commands, events, scopes, switches.

A bot's tokens do not show it. Slack shows it on the app's page "App Manifest", and gives it to
`apps.manifest.export` for an app configuration token, which lives for twelve hours
(https://docs.slack.dev/app-manifests/configuring-apps-with-app-manifests). So what is compared is a
file that somebody saved from either, in YAML or JSON. Words that only people read may differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from bot.app import plain
from bot.doctor.finding import Finding, fails, ok, warning
from bot.settings import Settings
from bot.slack.app import EVENTS_PATH
from bot.slack.oauth import REDIRECT_PATH

_PASTE = "api.slack.com/apps → the app → App Manifest: paste manifest.yml, then install it anew"
_NAMES = ("command", "callback_id")
"""What an entry of a list is known by."""

_WORDS = frozenset(
    {
        "_metadata",
        "display_information",
        "description",
        "usage_hint",
        "agent_description",
        "suggested_prompts",
        "display_name",
        "name",
    }
)
_LISTS = ("scopes.bot", "bot_events", "slash_commands", "shortcuts")
"""Where more than ours is worth a warning."""

Leaves = dict[str, object]


def check_manifest(file: Path, ours: Path, settings: Settings) -> tuple[Finding, ...]:
    """What of `ours`, or of what the settings need, the manifest in `file` lacks or has besides."""
    try:
        wanted, has = _read(ours), _read(file)
    except (OSError, ValueError, yaml.YAMLError) as error:
        says = f"There is no manifest to read: {error}".replace("\n", " ").rstrip(".") + "."
        mend = "Save the app's manifest from Slack, and name the project's own with --ours"
        return (fails("manifest", "manifest_unreadable", says, mend),)
    if not plain(settings.slack_app_token):
        wanted |= _over_http(wanted)
    found = list(_compared(wanted, has))
    redirect = f"{settings.public_url.rstrip('/')}{REDIRECT_PATH}"
    if settings.slack_client_id and f"oauth_config.redirect_urls: {redirect}" not in has:
        says = "The app lacks the redirect URL that people are sent to who install it."
        mend = f"OAuth & Permissions → Redirect URLs: {redirect}"
        found.append(fails("manifest", "redirect_missing", says, mend))
    return tuple(found) or (ok("manifest", "It is manifest.yml's, but for words."),)


def _read(file: Path) -> Leaves:
    said = yaml.safe_load(file.read_text(encoding="utf-8"))
    if isinstance(said, dict) and isinstance(said.get("manifest"), dict):
        said = said["manifest"]  # as apps.manifest.export answers
    if not isinstance(said, dict) or "settings" not in said:
        raise ValueError(f"{file} is none")
    return dict(_leaves(said, ""))


def _leaves(value: object, path: str) -> Iterator[tuple[str, object]]:
    """Every switch and text by its path; a member of a list by its name, which is True."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in _WORDS:
                yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for one in value:
            names = [one[key] for key in _NAMES if key in one] if isinstance(one, Mapping) else []
            member = f"{path}: {names[0] if names else one}"
            yield member, True
            if names:
                yield from _leaves({k: v for k, v in one.items() if k not in _NAMES}, member)
    else:
        yield path, value


def _over_http(wanted: Leaves) -> Leaves:
    """What an app is given by hand whose events come by HTTP."""
    commands = [path for path in wanted if path.startswith("features.slash_commands: ")]
    return {
        "settings.socket_mode_enabled": False,
        "settings.event_subscriptions.request_url": EVENTS_PATH,
        "settings.interactivity.request_url": EVENTS_PATH,
        **{f"{path}.url": EVENTS_PATH for path in commands if path.count(".") == 1},
    }


def _compared(wanted: Leaves, has: Leaves) -> Iterator[Finding]:
    differs = [path for path, value in wanted.items() if not _fits(value, has.get(path, False))]
    if differs:
        told = "; ".join(f"{path} is {_shown(has.get(path))}" for path in differs[:8])
        more = f"; and {len(differs) - 8} more" if len(differs) > 8 else ""
        says = f"It is not manifest.yml's: {told}{more}."
        yield fails("manifest", "manifest_differs", says, _PASTE)
    besides = [
        path
        for path, value in has.items()
        if value is True and path not in wanted and any(f"{one}: " in path for one in _LISTS)
    ]
    if besides:
        says = f"It has what manifest.yml has not: {'; '.join(besides[:8])}."
        yield warning("manifest", "manifest_more", says, _PASTE)


def _fits(wanted: object, has: object) -> bool:
    if wanted == EVENTS_PATH:
        return isinstance(has, str) and has.startswith("https://") and has.endswith(EVENTS_PATH)
    return wanted == has


def _shown(value: object) -> str:
    if value is None:
        return "missing"
    return str(value).lower() if isinstance(value, bool) else str(value)
