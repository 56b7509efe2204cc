"""What the fence costs: fenced queries beside the same ones filtered by hand, on real PostgreSQL.

    python -m tests.bench.fences [EVENTS …]      # 3 and 100 where nothing is said; 1000 takes 3 GB

Times are of `fetch` as the warehouse calls it (plan and run, same limits), medians of warm runs,
once as the owner, without row-level security, and once as the reader, with it. The ratio in each
line is fenced over by hand, both as the same role.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import asyncpg

from bot.demo.sample import SampleDatabase, SampleSpec, open_sample
from bot.demo.servers import Servers, start_servers
from bot.domain import Dialect, GuardedQuery
from bot.guard import guard
from bot.semantic import SemanticModel, load
from bot.warehouse.connection import HardenedConnection
from tests.bench.pairs import PAIRS, Pair

MODEL = Path("bot/semantic/game_stats.yml")
RUNS = 15


def main() -> None:
    """Measure with as many events as the arguments say."""
    sizes = [int(each) for each in sys.argv[1:]] or [3, 100]
    model = load(MODEL)
    with tempfile.TemporaryDirectory(prefix="gsb-fences-") as folder:
        Path(folder).chmod(0o755)
        with start_servers(Path(folder) / "data", durable=False) as servers:
            bench_sizes(servers, model, sizes)


def bench_sizes(servers: Servers, model: SemanticModel, sizes: Iterable[int]) -> None:
    """A database for each number of events, measured and dropped."""
    for size in sizes:
        name, spec = f"fences_{size}", SampleSpec(events=size)
        sample = asyncio.run(open_sample(servers, spec, model, database=name))
        asyncio.run(bench_fences(sample, model))
        asyncio.run(_drop(servers, name))


async def _drop(servers: Servers, name: str) -> None:
    admin = await asyncpg.connect(servers.postgres_url("postgres"))
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


async def bench_fences(sample: SampleDatabase, model: SemanticModel) -> None:
    """Every pair as both roles, bound to the first event; then the reader bound to many."""
    print(f"Fenced query beside the same by hand, {len(sample.events)} events")
    owner = await asyncpg.connect(sample.owner_url)
    await owner.execute("VACUUM ANALYZE")
    await owner.close()
    event = sample.events[0].id
    print(f"  {'':<34}{'owner, no policies':>28}{'reader, with policies':>32}")
    print(f"  {'':<34}{'by hand':>9} {'fenced':>8} {'ratio':>9}", end="")
    print(f"{'by hand':>13} {'fenced':>8} {'ratio':>9}")
    ratios: list[list[float]] = [[], []]
    for pair in PAIRS:
        line = f"  {pair.name:<34}"
        for number, url in enumerate((sample.owner_url, sample.reader_url)):
            hand, fenced = await _times(url, pair, model, event)
            ratios[number].append(fenced / hand)
            line += f"{hand:9.2f} {fenced:8.2f} {fenced / hand:9.2f}    "
        print(line)
    middle = [f"{statistics.median(each):.2f} (worst {max(each):.2f})" for each in ratios]
    print(f"  {'median of ratios':<34}{middle[0]:>28}{middle[1]:>32}")
    await _bench_bindings(sample, model)


async def _times(url: str, pair: Pair, model: SemanticModel, event: UUID) -> tuple[float, float]:
    """Milliseconds of the query by hand and of the fenced one; they give the same rows."""
    query = _guarded(pair.asked, model, (event,))
    async with _connected(url, (event,)) as connection:
        by_hand = await connection.fetch(pair.by_hand, event)
        fenced = await connection.fetch(query.sql, [event])
        assert [tuple(row) for row in fenced] == [tuple(row) for row in by_hand], pair.name
        hand, ours = [], []
        for _ in range(RUNS):  # in turn, so that a busy moment meets both
            start = time.perf_counter()
            await connection.fetch(pair.by_hand, event)
            between = time.perf_counter()
            await connection.fetch(query.sql, [event])
            hand.append(between - start)
            ours.append(time.perf_counter() - between)
    return 1000 * statistics.median(hand), 1000 * statistics.median(ours)


async def _bench_bindings(sample: SampleDatabase, model: SemanticModel) -> None:
    """What the planner expects, and how long it takes, for a channel bound to many events."""
    print(f"  {'reader bound to':<34}{'highest cost':>28}{'slowest, ms':>32}")
    for count in (1, 10, 40):
        if count > len(sample.events):
            break
        events = tuple(event.id for event in sample.events[:count])
        costs, seconds = {}, {}
        async with _connected(sample.reader_url, events) as connection:
            for pair in PAIRS:
                query = _guarded(pair.asked, model, events)
                explain = f"EXPLAIN (FORMAT JSON) {query.sql}"
                plan = json.loads(await connection.fetchval(explain, list(events)))
                costs[pair.name] = plan[0]["Plan"]["Total Cost"]
                start = time.perf_counter()
                await connection.fetch(query.sql, list(events))
                seconds[pair.name] = time.perf_counter() - start
        costly, slow = max(costs, key=costs.__getitem__), max(seconds, key=seconds.__getitem__)
        cost, slowest = f"{costs[costly]:,.0f} ({costly})", f"{1000 * seconds[slow]:.0f} ({slow})"
        print(f"  {f'{count} event(s)':<34}{cost:>28}{slowest:>32}")


def _guarded(sql: str, model: SemanticModel, events: tuple[UUID, ...]) -> GuardedQuery:
    query = guard(sql, Dialect.POSTGRES, model, events)
    assert isinstance(query, GuardedQuery), query
    return query


@asynccontextmanager
async def _connected(url: str, events: Sequence[UUID]) -> AsyncIterator[asyncpg.Connection]:
    """A transaction with the warehouse's settings; each text is planned anew each time."""
    connection = await asyncpg.connect(
        url, connection_class=HardenedConnection, statement_cache_size=0
    )
    try:
        async with connection.transaction(readonly=True):
            bound = ",".join(str(event) for event in events)
            await connection.execute(
                "SET LOCAL search_path = ''; SET LOCAL work_mem = '32MB'; SET LOCAL jit = off;"
                "SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL random_page_cost = 1.1;"
                f"SET LOCAL game_stats.events = '{bound}'"
            )
            yield connection
    finally:
        await connection.close()


if __name__ == "__main__":
    main()
