"""Non-interference, the property: whatever the query, other events' rows do not matter.

Three databases hold the same event: alone, beside others, and beside others whose rows were changed
to what makes errors of a value. A drawn query has the same outcome on all three, through the whole
path as the bot's role, and as the owner, whom row-level security does not hold: the fence alone.

    pytest tests/guard/test_interference.py --interference 5000

Without that option the same few hundred are drawn each time.

The planner knows how large tables are, which would decide which side of a join is read first, and
so whether an error shows in rows that the other side would have dropped. Fences look the same to it
whatever they hold, so its plan of a query is the same on all three, and rows come in one order even
where the query leaves it open.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from bot.demo.sample import SampleSpec
from bot.demo.sample.database import open_sample
from bot.demo.servers import Servers
from bot.domain import Dialect, GuardedQuery, Refusal
from bot.guard import guard
from bot.metrics import new_metrics
from bot.semantic import SemanticModel
from bot.warehouse import (
    QueryFailed,
    TimedOut,
    TooCostly,
    Warehouse,
    WarehouseError,
    open_warehouse,
)
from tests.guard.grammar import Drawn, queries

HERE = Path(__file__).parent

SPEC = SampleSpec(divisions=2, teams=(8, 8))
ALONE = SampleSpec(divisions=2, teams=(8, 8), only=(0,))

CHANGE = """
    CREATE TEMP TABLE other AS SELECT id FROM division_pools WHERE event_division_pools <> $$;
    UPDATE teams SET name = left(id::text, 8), initial_seed = 3, final_placement = 9000000000
        WHERE division_pool_teams IN (SELECT id FROM other);
    UPDATE players SET name = '7', jersey_number = 0, is_captain = true WHERE team_players IN
        (SELECT id FROM teams WHERE division_pool_teams IN (SELECT id FROM other));
    CREATE TEMP TABLE other_games AS
        SELECT id FROM games WHERE division_pool_games IN (SELECT id FROM other);
    DELETE FROM game_events WHERE game_game_events IN (SELECT id FROM other_games) AND minute > 20;
    UPDATE spirit_scores SET attitude = 0, communication = 4
        WHERE game_spirit_scores IN (SELECT id FROM other_games);
    UPDATE games SET name = 'x' || left(id::text, 8), home_team_score = 2000000000,
        away_team_score = 1, status = 'finished' WHERE id IN (SELECT id FROM other_games);
    UPDATE division_pools SET name = 'M', max_teams = 1 WHERE id IN (SELECT id FROM other);
    UPDATE events SET name = '2026-01-01', year = 0 WHERE id <> $$;
    UPDATE game_rounds SET name = '3', round_number = 3 WHERE event_game_rounds <> $$;
    ANALYZE;
"""


@dataclass(frozen=True, slots=True)
class Places:
    """The databases, opened both ways, and the event that all of them hold."""

    bound: object
    readers: tuple[Warehouse, ...]
    owners: tuple[asyncpg.Connection, ...]


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    """One event loop for all the queries, since connections belong to a loop."""
    with asyncio.Runner() as opened:
        yield opened


@pytest.fixture(scope="module")
def places(runner: asyncio.Runner, servers: Servers, model: SemanticModel) -> Iterator[Places]:
    """The three databases."""
    stack = AsyncExitStack()

    async def prepare() -> Places:
        readers, owners = [], []
        for name, spec in (("alone", ALONE), ("crowded", SPEC), ("changed", SPEC)):
            sample = await open_sample(servers, spec, model, database=f"interference_{name}")
            owner = await asyncpg.connect(sample.owner_url)
            stack.push_async_callback(owner.close)
            if name == "changed":
                await owner.execute(CHANGE.replace("$$", f"'{sample.events[0].id}'"))
            await owner.execute("SET search_path = ''; SET statement_timeout = 5000; SET jit = off")
            owners.append(owner)
            opened = open_warehouse(
                sample.reader_url, timeout=5, max_cost=2e6, metrics=new_metrics(), connections=1
            )
            readers.append(await stack.enter_async_context(opened))
        return Places(sample.events[0].id, tuple(readers), tuple(owners))

    yield runner.run(prepare())
    runner.run(stack.aclose())


async def as_reader(warehouse: Warehouse, query: GuardedQuery) -> object:
    """What a person would see: the rows, or our error's code and text."""
    try:
        table = await warehouse.run(query)
    except WarehouseError as error:
        return (type(error), error.code, str(error))
    return (table.columns, [repr(row) for row in table.rows], table.truncated)


async def as_owner(connection: asyncpg.Connection, query: GuardedQuery) -> object:
    """The rows, or the error's class; more than the bot would say."""
    try:
        async with connection.transaction():
            rows = await connection.fetch(query.sql, list(query.events))
    except asyncpg.QueryCanceledError:
        return (TimedOut,)
    except asyncpg.PostgresError as error:
        return error.sqlstate
    return [repr(tuple(row)) for row in rows]


async def all_of(outcomes: list[Awaitable[object]]) -> list[object]:
    """Every outcome, run at once."""
    return await asyncio.gather(*outcomes)


def kind_of(outcome: object) -> str:
    """What an outcome is: rows, an error, or a refusal of what the query costs."""
    if isinstance(outcome, str):
        return "error"
    kind = outcome[0] if isinstance(outcome, tuple) else None
    return {QueryFailed: "error", TooCostly: "too costly"}.get(kind, "rows")


def timed_out(outcome: object) -> bool:
    """Whether a limit of time ended the query, which is about the machine."""
    return isinstance(outcome, tuple) and outcome[0] is TimedOut


def test_other_events_do_not_matter(
    request: pytest.FixtureRequest, runner: asyncio.Runner, places: Places, model: SemanticModel
) -> None:
    """A drawn query has one outcome, whichever other events there are and whatever they hold."""
    hold(runner, places, model, queries(model), wanted(request, 200))


def wanted(request: pytest.FixtureRequest, count: int) -> tuple[int, bool]:
    """How many queries to draw, and whether the same each time: `count`, if nothing is said."""
    asked = request.config.getoption("interference", default=None)
    return asked or count, asked is None


def hold(
    runner: asyncio.Runner,
    places: Places,
    model: SemanticModel,
    drawing: st.SearchStrategy[Drawn],
    wanted: tuple[int, bool],
) -> None:
    """Fail unless the `wanted` queries of `drawing` have one outcome on all of `places`."""
    count, same = wanted
    seen: dict[str, int] = {}

    @settings(
        max_examples=count,
        database=None,
        derandomize=same,
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn=drawing, owner=st.booleans())
    def check(drawn: Drawn, *, owner: bool) -> None:
        query = guard(drawn.sql, Dialect.POSTGRES, model, (places.bound,))
        assume(not isinstance(query, Refusal))
        run: Callable[..., Awaitable[object]] = as_owner if owner else as_reader
        at = places.owners if owner else places.readers
        outcomes = runner.run(all_of([run(place, query) for place in at]))
        assume(not any(map(timed_out, outcomes)))
        kind = kind_of(outcomes[0])
        event(kind)
        seen[kind] = seen.get(kind, 0) + 1
        assert outcomes[1] == outcomes[0], "other events' rows are there"
        assert outcomes[2] == outcomes[0], "other events' rows are there and changed"

    check()
    # The property says something only if queries run, and some of them into errors.
    assert seen["rows"] > count / 4
    assert seen["error"] > count / 50


EVERY_TENTH = [json.loads(line) for line in (HERE / "honest.jsonl").read_text().splitlines()][::10]


def test_the_plan_is_a_function_of_the_text(
    runner: asyncio.Runner, places: Places, model: SemanticModel
) -> None:
    """What the planner does with the fences, and expects of it, is the same on all three."""
    for line in EVERY_TENTH:
        query = guard(line["sql"], Dialect(line["dialect"]), model, (places.bound,))
        assert isinstance(query, GuardedQuery)
        first, *others = runner.run(all_of([own_plan(owner, query) for owner in places.owners]))
        assert first
        assert others == [first, first], line["id"]


async def own_plan(connection: asyncpg.Connection, query: GuardedQuery) -> object:
    """The plan of a query without its fences, whose costs are in the root's."""
    args = [list(query.events)] if "$1" in query.sql else []
    plan = await connection.fetchval(f"EXPLAIN (VERBOSE, FORMAT JSON) {query.sql}", *args)
    root = json.loads(plan)[0]["Plan"]
    own = {key: value for key, value in root.items() if "Cost" not in key}
    return {**own, "Plans": root.get("Plans", [])[query.fences :]}
