"""Where the demo keeps what it fetched and what it was told: one folder in the user's cache."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """$XDG_CACHE_HOME/game-stats-bot, or the same under ~/.cache (XDG base directories)."""
    # The one look at the environment outside bot/settings.py: the bot has no cache, the demo has.
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(base) if Path(base).is_absolute() else Path.home() / ".cache"
    return root / "game-stats-bot"
