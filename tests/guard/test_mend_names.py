"""Which real name a wrong one means, one rule at a time."""

from __future__ import annotations

import pytest

from bot.guard.mend_names import columns_meant, singular, tables_meant
from bot.semantic import SemanticModel


@pytest.mark.parametrize(
    ("name", "one"),
    [
        ("teams", "team"),
        ("wins", "win"),
        ("gas", "gas"),
        ("class", "class"),
        ("team", "team"),
    ],
)
def test_a_plural_loses_its_ending(name: str, one: str) -> None:
    """An s is taken off, except from short words and from a double s."""
    assert singular(name) == one


@pytest.mark.parametrize(
    ("name", "column", "meant"),
    [
        ("spirt", "spirit", True),
        ("pirt", "spirit", False),
        ("spir", "spiri", False),
        ("abcde", "abcdf", True),
        ("abcde", "abcfg", False),
        ("abcdefg", "abcdexy", False),
        ("abcdefgh", "abcdefxy", True),
        ("abcdefgh", "abcdexyz", False),
        ("abdce", "abcde", True),
        # A word of the model is no misprint of another.
        ("wins_games", "wins_gamez", False),
        ("nomination", "nominations", True),
        ("nomination_a", "nominatoin_a", False),
        ("home_abcde", "homes_abcde", False),
        # An underscore more or less, in either.
        ("home_score", "homescore", True),
        ("homescore", "home_score", True),
        ("home_score", "home_score_at", False),
    ],
)
def test_a_misprint_is_near_its_word(
    model: SemanticModel, name: str, column: str, *, meant: bool
) -> None:
    """One letter amiss in words of five, two in words of eight, in words that do not exist."""
    assert columns_meant(name, {column}, None, model) == ({column} if meant else set())


def test_the_servers_own_names_mean_no_table(model: SemanticModel) -> None:
    """A name that begins as PostgreSQL's own do is never read as another, nor an odd one."""
    assert tables_meant("pg_team", {"pg_teams"}, model) == set()
    assert tables_meant("Team", {"teams"}, model) == set()
    assert tables_meant("team", {"teams"}, model) == {"teams"}
