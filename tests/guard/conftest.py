"""What the guard's tests share: the project's semantic model, and a guard over it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

import bot
from bot.domain import Dialect, GuardedQuery, Refusal
from bot.guard import guard
from bot.semantic import SemanticModel, load


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the number of queries that `test_interference` draws."""
    parser.addoption("--interference", type=int, default=None, metavar="N", help="drawn queries")


EVENTS = (UUID(int=1),)

Guarding = Callable[..., GuardedQuery | Refusal]


@pytest.fixture(scope="session")
def model() -> SemanticModel:
    """The semantic model that the bot comes with."""
    return load(Path(bot.__file__).parent / "semantic" / "game_stats.yml")


@pytest.fixture(scope="session")
def guarded(model: SemanticModel) -> Guarding:
    """Guards a text: as PostgreSQL, and for an event that does not exist, if nothing is said."""

    def run(
        sql: str, dialect: str = "postgres", events: tuple[UUID, ...] = EVENTS
    ) -> GuardedQuery | Refusal:
        return guard(sql, Dialect(dialect), model, events)

    return run
