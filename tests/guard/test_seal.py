"""Only the guard makes a GuardedQuery."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

import bot
from bot.domain import GUARD_SEAL, GuardedQuery

ROOT = Path(bot.__file__).parent


def test_nobody_else_names_the_seal() -> None:
    """Of all sources only bot/domain and the guard name what a GuardedQuery is made with."""
    naming = {
        path.relative_to(ROOT).parts[0]
        for path in ROOT.rglob("*.py")
        if "GUARD_SEAL" in path.read_text() or "_Seal" in path.read_text()
    }
    assert naming == {"domain", "guard"}


def test_a_query_without_the_seal_is_not_made() -> None:
    """A GuardedQuery with something else for a seal raises TypeError."""
    with pytest.raises(TypeError, match="only bot"):
        GuardedQuery("SELECT 1", (), (), "SELECT 1", seal=object())


def test_the_seal_is_not_carried_over() -> None:
    """`dataclasses.replace` cannot put another text under a seal that was given to this one."""
    query = GuardedQuery("SELECT 1", (), (), "SELECT 1", seal=GUARD_SEAL)
    with pytest.raises((ValueError, TypeError)):
        dataclasses.replace(query, sql="SELECT 2")
