"""Non-interference on a drafted model: other customers' rows change no answer and no error."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from uuid import UUID

import asyncpg
import pytest

from bot.demo.servers import Servers
from bot.demo.servers.databases import ensure_database
from bot.metrics import new_metrics
from bot.warehouse import open_warehouse
from tests.guard.grammar import queries
from tests.guard.test_interference import Places, hold, wanted
from tests.second.chinook import fill
from tests.second.conftest import Second, hardened

CUSTOMER = 23

# What belongs to customer 23 and what it refers to; all else is other customers' business.
OTHERS = f"""
    CREATE TEMP TABLE own_tracks AS SELECT track_id AS id FROM chinook_invoiceline AS l
        JOIN chinook_invoice AS i ON i.id = l.invoice_id WHERE customer_id = {CUSTOMER};
    CREATE TEMP TABLE own_albums AS
        SELECT album_id AS id FROM chinook_track WHERE id IN (SELECT id FROM own_tracks);
    CREATE TEMP TABLE own_artists AS
        SELECT artist_id AS id FROM chinook_album WHERE id IN (SELECT id FROM own_albums);
    CREATE TEMP TABLE own_genres AS
        SELECT genre_id AS id FROM chinook_track WHERE id IN (SELECT id FROM own_tracks);
"""

REMOVE = f"""
    DELETE FROM chinook_invoiceline WHERE invoice_id IN
        (SELECT id FROM chinook_invoice WHERE customer_id <> {CUSTOMER});
    DELETE FROM chinook_invoice WHERE customer_id <> {CUSTOMER};
    DELETE FROM chinook_customer WHERE id <> {CUSTOMER};
    DELETE FROM chinook_playlisttrack;
    DELETE FROM chinook_track WHERE id NOT IN (SELECT id FROM own_tracks);
    DELETE FROM chinook_album WHERE id NOT IN (SELECT id FROM own_albums);
    DELETE FROM chinook_artist WHERE id NOT IN (SELECT id FROM own_artists);
    DELETE FROM chinook_genre WHERE id NOT IN (SELECT id FROM own_genres);
    ANALYZE;
"""

CHANGE = f"""
    UPDATE chinook_invoiceline SET "Quantity" = 2000000000, unit_price = 0
        WHERE invoice_id IN (SELECT id FROM chinook_invoice WHERE customer_id <> {CUSTOMER});
    DELETE FROM chinook_invoiceline WHERE id % 3 = 0
        AND invoice_id IN (SELECT id FROM chinook_invoice WHERE customer_id <> {CUSTOMER});
    UPDATE chinook_invoice SET "Total" = 0, billingcity = '7', billingstate = 'M',
        "InvoiceDate" = '1999-12-31' WHERE customer_id <> {CUSTOMER};
    UPDATE chinook_customer SET firstname = 'M', lastname = '3', city = '2026-01-01',
        support_rep_id = NULL WHERE id <> {CUSTOMER};
    UPDATE chinook_track SET name = '7', "Milliseconds" = 2000000000, bytes = 0, genre_id = NULL
        WHERE id NOT IN (SELECT id FROM own_tracks);
    UPDATE chinook_album SET title = 'x' || id WHERE id NOT IN (SELECT id FROM own_albums);
    UPDATE chinook_artist SET name = 'true' WHERE id NOT IN (SELECT id FROM own_artists);
    UPDATE chinook_genre SET name = '1' WHERE id NOT IN (SELECT id FROM own_genres);
    ANALYZE;
"""


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    """One event loop for all the queries, since connections belong to a loop."""
    with asyncio.Runner() as opened:
        yield opened


@pytest.fixture(scope="module")
def places(runner: asyncio.Runner, servers: Servers, second: Second) -> Iterator[Places]:
    """The customer alone, beside the others, and beside others whose rows were changed."""
    stack = AsyncExitStack()

    async def prepare() -> Places:
        readers, owners = [], []
        for name, change in (("alone", REMOVE), ("crowded", ""), ("changed", CHANGE)):
            database = f"chinook_{name}"
            owner_url = await ensure_database(servers, database)
            await fill(owner_url)
            owner = await asyncpg.connect(owner_url)
            stack.push_async_callback(owner.close)
            await owner.execute(OTHERS + change)
            await owner.execute("SET search_path = ''; SET statement_timeout = 5000; SET jit = off")
            owners.append(owner)
            reader_url = await hardened(servers, database, second.model)
            opened = open_warehouse(
                reader_url, timeout=5, max_cost=2e6, metrics=new_metrics(), connections=1
            )
            readers.append(await stack.enter_async_context(opened))
        return Places(UUID(f"{CUSTOMER:032}"), tuple(readers), tuple(owners))

    yield runner.run(prepare())
    runner.run(stack.aclose())


def test_other_customers_do_not_matter(
    request: pytest.FixtureRequest, runner: asyncio.Runner, places: Places, second: Second
) -> None:
    """A drawn query has one outcome, whichever other customers there are and whatever they buy."""
    small = ("customer", "invoice", "genre", "employee", "mediatype")
    hold(runner, places, second.model, queries(second.model, small), wanted(request, 100))
