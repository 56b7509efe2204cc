"""The model against the live database: what is missing is named with its line."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import asyncpg
import pytest

from bot.semantic import SemanticModel, SemanticModelError, check_catalog

COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, NULL) FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
"""


@pytest.fixture
async def catalog(places: Any) -> dict[str, dict[str, str]]:
    """The sample database's tables and columns."""
    connection = await asyncpg.connect(places["all"].owner_url)
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for table, column, kind in await connection.fetch(COLUMNS):
        found[table][column] = kind
    await connection.close()
    return dict(found)


async def test_the_sample_fits(catalog: Any, game_stats: SemanticModel) -> None:
    """The database that the model was written for has everything."""
    check_catalog(game_stats, catalog)


@pytest.mark.parametrize(
    ("table", "column", "kind", "line", "what"),
    [
        ("teams", None, None, "  teams:", "no table public.teams for 'teams'"),
        ("teams", "initial_seed", None, "      seed: ", "no column public.teams.initial_seed"),
        ("teams", "deleted_at", None, "  teams:", "no column public.teams.deleted_at"),
        (
            "spirit_scores",
            "attitude",
            "text",
            "      attitude: ",
            "public.spirit_scores.attitude is text, not integer",
        ),
        (
            "games",
            "scheduled_time",
            "timestamp without time zone",
            "      scheduled_at: {type: timestamptz, source",
            "is timestamp without time zone, not timestamptz",
        ),
        ("games", "status", None, "  games:", "no column public.games.status"),
    ],
)
async def test_a_difference_is_named_with_its_line(
    catalog: Any,
    game_stats: SemanticModel,
    table: str,
    column: str,
    kind: str,
    line: str,
    what: str,
) -> None:
    """A missing table or column, and a column of another type, is one line with its place."""
    if column is None:
        del catalog[table]
    elif kind is None:
        del catalog[table][column]
    else:
        catalog[table][column] = kind
    with pytest.raises(SemanticModelError) as caught:
        check_catalog(game_stats, catalog)
    assert what in str(caught.value)
    place = game_stats.path.read_text().splitlines()[caught.value.line - 1]
    assert place.startswith(line)
