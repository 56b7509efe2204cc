"""A root whose key is a whole number: each number is one event, in the fence and in the policy."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import asyncpg

from bot.domain import Dialect, GuardedQuery
from bot.guard import guard
from bot.metrics import new_metrics
from bot.semantic import directory_sql, harden_sql, load
from bot.warehouse import open_warehouse

TABLES = """
    CREATE TABLE shop (shop_id {type} PRIMARY KEY, title text NOT NULL);
    CREATE TABLE sale (id bigint PRIMARY KEY, shop {type} NOT NULL REFERENCES shop, price numeric);
    INSERT INTO shop VALUES (1, 'One'), (12, 'Ünder & Sons'), (-12, 'Below'), (21, 'Last');
    INSERT INTO sale SELECT n, (ARRAY[1, 12, -12, 21])[n % 4 + 1], n FROM generate_series(1, 40) n;
"""

MODEL = """\
name: shops
root: shops
tables:
  shops:
    source: shop
    key: [id]
    columns:
      id: {type: integer, source: shop_id}
      name: {type: text, source: title}
  sales:
    source: sale
    parent: shop_id
    key: [id]
    columns:
      id: {type: bigint}
      shop_id: {type: integer, source: shop, references: shops.id}
      price: {type: numeric}
"""


async def test_numbers_are_events(
    fresh_database: Callable[[], Awaitable[str]], tmp_path: Path
) -> None:
    """Each whole number, of each type, has a uuid of its own; rows of another one never show."""
    path = tmp_path / "shops.yml"
    path.write_text(MODEL)
    model = load(path)
    for kind in ("smallint", "integer", "bigint"):
        url = await fresh_database()
        owner = await asyncpg.connect(url)
        role = f"shop_{kind}"
        await owner.execute(TABLES.format(type=kind))
        await owner.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'x'")
        await owner.execute(harden_sql(model, role))
        reader = url.replace(url.split("//")[1].split("@")[0], f"{role}:x")
        async with open_warehouse(reader, timeout=5, max_cost=1e6, metrics=new_metrics()) as opened:
            assert await opened.role_faults(model) == ()
            events = {event.name: event for event in await opened.events(directory_sql(model))}
            assert events["One"].id == UUID(int=1)
            assert events["Ünder & Sons"].slug == "nder-sons-12"
            assert len({event.id for event in events.values()}) == 4
            for name, number in (("One", 1), ("Ünder & Sons", 12), ("Below", -12), ("Last", 21)):
                query = guard(
                    "SELECT DISTINCT shop_id FROM sales",
                    Dialect.POSTGRES,
                    model,
                    (events[name].id,),
                )
                assert isinstance(query, GuardedQuery)
                assert (await opened.run(query)).rows == ((number,),)
                rows = await owner.fetch(query.sql, list(query.events))
                assert [tuple(row) for row in rows] == [(number,)]
        await owner.execute(f"DROP OWNED BY {role} CASCADE; DROP ROLE {role}")
        await owner.close()
