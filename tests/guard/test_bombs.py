"""Bombs: whatever is not refused ends soon, in little memory, and leaves the connection clean.

The cost gate and the caps are the bot's own; the timeout is a second instead of ten.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.domain import GUARD_SEAL, GuardedQuery, Refusal
from bot.metrics import new_metrics
from bot.settings import Settings
from bot.warehouse import TimedOut, TooCostly, Warehouse, WarehouseError, open_warehouse

Guarding = Callable[..., GuardedQuery | Refusal]

MEMORY = 300
"""Megabytes of its own that one connection's server process may ever take."""

BOMBS = [
    # Many rows out of few: joins without a condition.
    "SELECT count(*) FROM players a, players b, players c",
    "SELECT a.name FROM players a, players b, players c, players d",
    "SELECT count(*) FROM player_stats a, player_stats b WHERE a.player < b.player",
    "SELECT a.name FROM players a, players b ORDER BY a.name || b.name",
    "SELECT DISTINCT a.name || b.name || c.name FROM teams a, players b, teams c",
    "WITH a AS (SELECT p.id FROM players p, players q) SELECT count(*) FROM a, a AS b",
    # Series within the rule's bound, multiplied.
    "SELECT count(*) FROM generate_series(1, 10000) a, generate_series(1, 10000) b",
    """SELECT sum(a * b * c) FROM generate_series(1, 999) a, generate_series(1, 9999) b,
        generate_series(1, 99) c""",
    # Slow for each row.
    "SELECT sum((SELECT count(*) FROM players b, teams c WHERE b.name > a.name)) FROM players a",
    """SELECT sum(length((regexp_match(a.name || b.name, '(.*)(.*)(.*)(.*)(.)$'))[1]))
        FROM players a, players b""",
    "SELECT sum(power(1.0001, 9999.5::numeric)) FROM teams a, teams b, teams c",
    # Much in one value.
    "SELECT string_agg(repeat('x', 200), ',') FROM players a, players b",
    "SELECT string_agg(repeat('x', 200), ',') FROM generate_series(1, 10000) a, players b",
    "SELECT array_agg(repeat('y', 200)) FROM generate_series(1, 10000) a, teams b",
    "SELECT json_agg(a) FROM players a, players b",
    "SELECT jsonb_agg(a.name || b.name) FROM players a, players b",
    "SELECT string_agg(a.name, ',') OVER (ORDER BY a.id, b.id) FROM players a, players b",
    "SELECT array_agg(b.name) OVER (PARTITION BY a.division) FROM players a, players b",
    "SELECT count(DISTINCT a.name || b.name || c.name) FROM teams a, teams b, teams c",
    # Large answers.
    "SELECT a.*, b.* FROM players a, players b",
    "SELECT repeat('z', 200) || repeat('z', 200) || repeat('z', 200) FROM players a, teams b",
]


STATE = [
    "SELECT pg_catalog.pg_backend_pid()",
    "SELECT pg_catalog.count(*) FROM pg_catalog.pg_cursors",
    "SELECT pg_catalog.count(*) FROM pg_catalog.pg_prepared_statements",
    "SELECT pg_catalog.current_setting('game_stats.events')",
    "SELECT pg_catalog.current_setting('search_path')",
]
"""What a connection that was handed back clean is like, and that it is the same one."""


@pytest.fixture
async def warehouse(tournament: Any) -> AsyncIterator[Warehouse]:
    """The bot's own warehouse, with one connection and a second for each query."""
    cost = Settings.model_fields["query_max_cost"].default
    async with open_warehouse(
        tournament.reader_url, timeout=1, max_cost=cost, metrics=new_metrics(), connections=1
    ) as opened:
        yield opened


async def ask(warehouse: Warehouse, sql: str) -> object:
    """One value from the server, on the warehouse's own connection."""
    query = GuardedQuery(sql, (), (), sql, GUARD_SEAL)
    return (await warehouse.run(query)).rows[0][0]


def own_memory(pid: int) -> int:
    """The most memory that a process ever took, in MB, without what it shares."""
    status = Path(f"/proc/{pid}/status").read_text()
    sizes = {
        line.split(":")[0]: int(line.split()[1]) for line in status.splitlines() if "kB" in line
    }
    return (sizes["VmHWM"] - sizes.get("RssShmem", 0)) // 1024


@pytest.mark.parametrize("sql", BOMBS)
async def test_a_bomb_is_stopped(
    warehouse: Warehouse, guarded: Guarding, tournament: Any, sql: str
) -> None:
    """A bomb is refused, too costly, timed out or cut short; then the same connection answers."""
    pid, *before = [await ask(warehouse, sql) for sql in STATE]
    query = guarded(sql, events=(tournament.events[0].id,))
    if isinstance(query, GuardedQuery):
        try:
            table = await warehouse.run(query)
        except WarehouseError as error:
            assert isinstance(error, TooCostly | TimedOut)  # noqa: PT017  one of several ends
        else:
            assert table.truncated or len(table.rows) == 1
    assert [await ask(warehouse, sql) for sql in STATE] == [pid, *before]
    assert own_memory(int(str(pid))) < MEMORY


async def test_fences_do_not_count_as_cost(tournament: Any, guarded: Guarding) -> None:
    """The gate goes by what a query does with its tables; a WITH that bears a table's name counts.

    For the fence of `players` the planner expects a cost above a thousand.
    """
    event = (tournament.events[0].id,)
    url, metrics = tournament.reader_url, new_metrics()
    async with open_warehouse(url, timeout=5, max_cost=100, metrics=metrics) as opened:
        small = guarded("SELECT count(*) FROM players", events=event)
        assert (await opened.run(small)).rows[0][0] > 0
        for sql in (
            "SELECT count(*) FROM players, teams",
            "WITH players AS (SELECT p.id FROM players p, teams) SELECT count(*) FROM players",
        ):
            with pytest.raises(TooCostly):
                await opened.run(guarded(sql, events=event))
