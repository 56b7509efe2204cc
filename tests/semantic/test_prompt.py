"""What a language model is told: small, always the same, and nothing that is not for it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.domain import Dialect
from bot.semantic import SemanticModel, load, schema_prompt


@pytest.mark.parametrize("dialect", Dialect)
def test_it_is_the_same_from_call_to_call(dialect: Dialect, game_stats: SemanticModel) -> None:
    """Two loads of one file give the same bytes."""
    again = load(game_stats.path)
    assert schema_prompt(game_stats, dialect) == schema_prompt(again, dialect)


@pytest.mark.parametrize("dialect", Dialect)
def test_it_is_small(dialect: Dialect, game_stats: SemanticModel) -> None:
    """The schema takes at most 2,000 tokens, at four characters each."""
    assert len(schema_prompt(game_stats, dialect)) / 4 <= 2000


@pytest.mark.parametrize("dialect", Dialect)
def test_every_column_is_there(dialect: Dialect, game_stats: SemanticModel) -> None:
    """Each table is shown with its columns in their order, and with where they lead."""
    text = schema_prompt(game_stats, dialect)
    blocks = text.split("CREATE TABLE ")[1:]
    for block, table in zip(blocks, game_stats.tables.values(), strict=True):
        lines = block.splitlines()[1:-1]
        assert [line.split()[0] for line in lines] == [column.name for column in table.columns]
        for line, column in zip(lines, table.columns, strict=True):
            assert ("REFERENCES" in line) == bool(column.references)


def test_types_are_those_of_the_dialect(game_stats: SemanticModel) -> None:
    """DuckDB has its own names for types."""
    assert "name text" in schema_prompt(game_stats, Dialect.POSTGRES)
    assert "name VARCHAR" in schema_prompt(game_stats, Dialect.DUCKDB)


def test_nothing_private_is_named(game_stats: SemanticModel) -> None:
    """No e-mail, birth date, password, comment or user is ever mentioned, nor in any fence."""
    text = schema_prompt(game_stats, Dialect.POSTGRES) + Path(game_stats.path).read_text()
    uncommented = re.sub(r"^#.*$", "", text, flags=re.MULTILINE)
    assert not re.search(r"e.?mail|birth|password|comment|\busers?\b|audit|metadata", uncommented)
