"""What the app's manifest says that a workspace needs: name, commands, scopes, events.

Without a manifest an app may do everything and has no commands.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command: its name with the slash, and the words that the composer shows.

    One that `escapes` gets people and channels as markup, with their ids.
    """

    name: str
    description: str
    hint: str = ""
    escapes: bool = False


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut: `kind` is global or message, `callback` what the app knows it by."""

    kind: str
    name: str
    callback: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """An app. `scopes` and `events` are None for an app without a manifest: everything."""

    name: str = "Game Stats"
    commands: tuple[Command, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    scopes: frozenset[str] | None = None
    events: frozenset[str] | None = None


def read_manifest(path: Path | None) -> Manifest:
    """Read manifest.yml. Raises OSError, yaml.YAMLError or KeyError for one that is none."""
    if path is None:
        return Manifest()
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    features, settings = data["features"], data["settings"]
    commands = tuple(
        Command(
            one["command"],
            one["description"],
            one.get("usage_hint", ""),
            bool(one.get("should_escape")),
        )
        for one in features.get("slash_commands", ())
    )
    shortcuts = tuple(
        Shortcut(one["type"], one["name"], one["callback_id"], one["description"])
        for one in features.get("shortcuts", ())
    )
    return Manifest(
        name=features["bot_user"]["display_name"],
        commands=commands,
        shortcuts=shortcuts,
        scopes=frozenset(data["oauth_config"]["scopes"]["bot"]),
        events=frozenset(settings["event_subscriptions"]["bot_events"]),
    )
