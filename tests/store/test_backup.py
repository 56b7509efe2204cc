"""What people made survives as a file: out, in, and whatever may be wrong with it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from bot.store import BackupError, Store, export, open_store, take_in
from bot.store.backup import PARTS
from bot.store.migrate import revisions

GOLDEN = Path(__file__).parent / "export-1.json"
EVENTS = (UUID(int=7), UUID(int=8))

Open = Callable[[], Awaitable[Store]]


@pytest.fixture
async def another(
    fresh_database: Callable[[], Awaitable[str]], redis_url: str
) -> AsyncIterator[Open]:
    """Opens stores on empty databases of their own."""
    async with AsyncExitStack() as stack:

        async def make() -> Store:
            opened = open_store(await fresh_database(), redis_url)
            return await stack.enter_async_context(opened)

        yield make


async def made(store: Store) -> str:
    """A file of a store in which people made one of each."""
    await store.bindings.bind("T1", "C1", EVENTS, "U1")
    await store.digests.set("T1", "C1", "18:30", "Europe/Berlin", "U1", now=datetime.now(UTC))
    await store.live.start("T1", "C1", "U1")
    return json.dumps(await export(store.database))


async def test_a_file_brings_everything_back(store: Store, another: Open) -> None:
    """An empty bot that takes it in is as the first one was; a second time changes nothing."""
    text = await made(store)
    empty = await another()
    taken = await take_in(empty.database, text)
    assert {each.table: each.added for each in taken}["bindings"] == 1
    assert await empty.bindings.get("T1", "C1") == EVENTS
    first, second = await export(store.database), await export(empty.database)
    assert first["tables"] == second["tables"]
    again = await take_in(empty.database, text)
    assert all((each.added, each.changed, each.kept) == (0, 0, 0) for each in again)


async def test_what_is_there_is_kept_unless_told_otherwise(store: Store) -> None:
    """An old file does not undo what was changed since; with overwrite it does."""
    text = await made(store)
    await store.bindings.bind("T1", "C1", EVENTS[:1], "U2")
    [bindings, *_rest] = await take_in(store.database, text)
    assert (bindings.kept, bindings.changed) == (1, 0)
    assert await store.bindings.get("T1", "C1") == EVENTS[:1]
    [bindings, *_rest] = await take_in(store.database, text, overwrite=True)
    assert (bindings.kept, bindings.changed) == (0, 1)
    assert await store.bindings.get("T1", "C1") == EVENTS


async def test_a_dry_run_changes_nothing(store: Store, another: Open) -> None:
    """It counts what would be done, and the database stays as it was."""
    text = await made(store)
    empty = await another()
    [bindings, *_rest] = await take_in(empty.database, text, dry_run=True)
    assert bindings.added == 1
    assert await empty.bindings.all() == ()


def spoilt(text: str, **changes: Any) -> str:
    """The file with top-level values replaced."""
    return json.dumps(json.loads(text) | changes)


def resealed(text: str, change: Callable[[dict[str, Any]], None]) -> str:
    """The file with its tables changed and the checksum made to fit, as by hand."""
    from bot.store.backup import _checksum

    said = json.loads(text)
    change(said["tables"])
    return json.dumps(said | {"checksum": _checksum(said["tables"])})


async def test_a_file_that_is_not_right_is_refused_whole(store: Store, another: Open) -> None:
    """Each fault is told apart, and nothing of the file stays."""
    text = await made(store)
    row = json.loads(text)["tables"]["bindings"][0]
    cases = [
        ("{", "not JSON"),
        ("[]", "not an export"),
        ('{"tables": 3}', "not an export"),
        (spoilt(text, format=2), "Update the bot"),
        (spoilt(text, revision="9999"), "Update the bot"),
        (text.replace('"T1"', '"T2"', 1), "damaged"),
        (resealed(text, lambda t: t.update(people=[])), "does not know"),
        (resealed(text, lambda t: t.update(bindings=[{"team": "T"}])), "with their keys"),
        (resealed(text, lambda t: t.update(bindings=7)), "with their keys"),
        (
            resealed(text, lambda t: t["bindings"].append(row | {"team": "X", "x": 1})),
            "no column x",
        ),
        (
            resealed(text, lambda t: t["bindings"].append(row | {"team": "X", "events": "?"})),
            "does not fit",
        ),
        (
            resealed(text, lambda t: t["bindings"].append(row | {"team": "X", "events": None})),
            "does not fit",
        ),
    ]
    empty = await another()
    for file, why in cases:
        with pytest.raises(BackupError, match=why):
            await take_in(empty.database, file)
    assert await empty.bindings.all() == ()


async def test_two_at_once_do_not_collide(store: Store, another: Open) -> None:
    """The same file taken in twice at the same moment is in once."""
    text = await made(store)
    empty = await another()
    await asyncio.gather(*[take_in(empty.database, text) for _ in range(4)])
    assert len(await empty.bindings.all()) == 1


async def test_the_first_format_is_taken_in_for_ever(store: Store) -> None:
    """A file from the first version that could write one still comes in."""
    taken = await take_in(store.database, GOLDEN.read_text())
    assert sum(each.added for each in taken) == 2
    assert await store.bindings.get("T0GOLDEN", "C0GOLDEN") == (UUID(int=1),)


async def test_every_table_that_people_fill_is_in_it(store: Store) -> None:
    """A new table is part of the file, or listed here as what may be lost."""
    # Feedback is on answers; a digest without its marks tells the day's results again.
    lost = {"answers", "digest_marks", "embeddings", "feedback", "installations"}
    async with store.database.connection() as connection:
        found = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'bot'")
    names = {row["tablename"] for row in found} - {"alembic_version"}
    assert names == {part.table for part in PARTS} | lost
    assert revisions()[0] == "0001"
