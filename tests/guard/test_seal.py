"""Only the guard makes a GuardedQuery."""

from __future__ import annotations

from pathlib import Path

import pytest

import bot
from bot.domain import GuardedQuery

ROOT = Path(bot.__file__).parent


def test_nobody_else_names_the_seal() -> None:
    """Of all sources only bot/domain.py and the guard name what a GuardedQuery is made with."""
    naming = {
        path.relative_to(ROOT).parts[0]
        for path in ROOT.rglob("*.py")
        if "GUARD_SEAL" in path.read_text() or "_Seal" in path.read_text()
    }
    assert naming == {"domain.py", "guard"}


def test_a_query_without_the_seal_is_not_made() -> None:
    """A GuardedQuery with something else for a seal raises TypeError."""
    with pytest.raises(TypeError, match="only bot"):
        GuardedQuery("SELECT 1", (), (), "SELECT 1", seal=object())
