"""The warehouse as the hardened role of a real deployment."""

from __future__ import annotations

from bot.demo.sample import SampleDatabase
from bot.domain import GUARD_SEAL, GuardedQuery
from bot.metrics import new_metrics
from bot.warehouse import open_warehouse


async def test_arrays_go_both_ways_without_set_config(tournament: SampleDatabase) -> None:
    """A role that may not call set_config sends the events as an array and reads one."""
    event = tournament.events[0]
    query = GuardedQuery(
        sql="SELECT array_agg(e.id) AS ids FROM public.events AS e WHERE e.id = ANY($1::uuid[])",
        events=(event.id,),
        tables=("events",),
        shown="",
        seal=GUARD_SEAL,
    )
    async with open_warehouse(
        tournament.reader_url, timeout=5, max_cost=1e6, metrics=new_metrics()
    ) as warehouse:
        table = await warehouse.run(query)
    assert table.rows == (([event.id],),)
