"""Tokens of many workspaces: sealed, cached, seen to change by every process, wiped."""

from __future__ import annotations

import asyncio

import pytest
from cryptography.fernet import Fernet

from bot.store import Installation, Installations, Keys, Store, StoreDown, TokenUnreadable

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
PREFIX = "test:installation:"


def of(team: str, token: str = "xoxb-1") -> Installation:
    """An installation."""
    return Installation(team, "Desk", "A1", "U1", "B1", token, "U2")


def table(store: Store, keys: str = OLD) -> Installations:
    """The table as a process with these keys sees it."""
    return Installations(store.database, store.redis, PREFIX, Keys(keys))


async def raw(store: Store, sql: str, *values: str) -> str:
    """Something of the database as it stands there."""
    async with store.database.connection() as connection:
        return str(await connection.fetchval(sql, *values))


async def test_a_token_is_kept_unreadable(store: Store) -> None:
    """What is in the database shows no token, and what is printed neither."""
    await table(store).put(of("T1", "xoxb-secret"))
    assert "secret" not in await raw(store, "SELECT row_to_json(i) FROM bot.installations AS i")
    found = await table(store).get("T1")
    assert found is not None
    assert found.token == "xoxb-secret"
    assert "secret" not in repr(found)


async def test_a_token_that_no_key_opens_is_not_a_missing_one(store: Store) -> None:
    """A wrong key is an error of its own; a workspace that never installed is None."""
    await table(store).put(of("T1"))
    with pytest.raises(TokenUnreadable):
        await table(store, NEW).get("T1")
    assert await table(store, NEW).get("T2") is None
    assert await table(store, NEW).teams() == {"T1": False}


async def test_a_token_that_was_moved_to_another_workspace_is_refused(store: Store) -> None:
    """Whoever can write to the table cannot give one workspace another's token."""
    await table(store).put(of("T1"))
    await table(store).put(of("T2"))
    await raw(
        store,
        "UPDATE bot.installations AS i SET sealed = j.sealed FROM bot.installations AS j"
        " WHERE i.team = 'T1' AND j.team = 'T2'",
    )
    with pytest.raises(TokenUnreadable):
        await table(store).get("T1")


async def test_keys_are_changed_without_installing_anew(store: Store) -> None:
    """With both keys all can be read; sealed anew, the new one is enough."""
    await table(store).put(of("T1"))
    await table(store).put(of("T2"))
    both = table(store, f"{NEW},{OLD}")
    assert await both.get("T1") is not None
    assert await both.seal_anew() == 2
    assert await table(store, NEW).teams() == {"T1": True, "T2": True}
    assert await table(store, OLD).teams() == {"T1": False, "T2": False}


@pytest.mark.parametrize("text", ["", " , ", "short", "é" * 44, f"{OLD},x"])
def test_what_is_no_key_is_refused_without_showing_it(text: str) -> None:
    """A ValueError whose text has nothing of what was given."""
    with pytest.raises(ValueError, match="base64") as caught:
        Keys(text)
    assert OLD not in str(caught.value)


async def test_every_process_sees_a_change_at_once(store: Store) -> None:
    """Another process has an installation cached, or that there is none, and asks again."""
    ours, theirs = table(store), table(store)
    assert await theirs.get("T1") is None
    await ours.put(of("T1", "xoxb-1"))
    assert (await theirs.get("T1") or of("T1", "")).token == "xoxb-1"
    await ours.put(of("T1", "xoxb-2"))
    assert (await theirs.get("T1") or of("T1", "")).token == "xoxb-2"
    await ours.remove("T1")
    assert await theirs.get("T1") is None


async def test_an_installation_is_cached(store: Store) -> None:
    """A second look asks the database nothing: a change behind our back is not seen yet."""
    ours = table(store)
    await ours.put(of("T1"))
    assert await ours.get("T1") is not None
    await raw(store, "DELETE FROM bot.installations")
    assert await ours.get("T1") is not None


async def test_a_change_nobody_was_told_of_is_seen_in_a_while(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that changed it died before it could tell: the cache ends by itself."""
    ours = table(store)
    await ours.put(of("T1"))
    assert await ours.get("T1") is not None
    await raw(store, "DELETE FROM bot.installations")
    monkeypatch.setattr("bot.store.installations.KEPT_SECONDS", 0.0)
    assert await ours.get("T1") is None


async def test_several_installs_at_once_leave_one_row(store: Store) -> None:
    """The last one wins whole."""
    await asyncio.gather(*[table(store).put(of("T1", f"xoxb-{number}")) for number in range(8)])
    assert await raw(store, "SELECT count(*) FROM bot.installations") == "1"
    assert await table(store).get("T1") is not None


async def test_a_sweep_leaves_a_workspace_that_came_back(store: Store) -> None:
    """What is there after a new installation belongs to it."""
    ours = table(store)
    insert = (
        "INSERT INTO bot.bindings (team, channel, events, bound_by) VALUES ($1, 'C1', '{}', 'U1')"
    )
    await raw(store, insert, "T1")
    await raw(store, insert, "T2")
    await ours.put(of("T1"))
    await ours.sweep("T1")
    await ours.sweep("T2")
    assert await raw(store, "SELECT string_agg(team, ',') FROM bot.bindings") == "T1"


async def test_each_table_knows_whose_its_rows_are(store: Store) -> None:
    """Removing a workspace empties every table by its team; the rest is nobody's."""
    nobodys = {"alembic_version", "embeddings", "language_models"}
    sql = """
        SELECT string_agg(c.relname, ',') FROM pg_class AS c
        WHERE c.relnamespace = 'bot'::regnamespace AND c.relkind IN ('r', 'p') AND NOT EXISTS (
            SELECT FROM pg_attribute AS a
            WHERE a.attrelid = c.oid AND a.attname = 'team' AND NOT a.attisdropped
        )
    """
    assert set((await raw(store, sql)).split(",")) <= nobodys


async def test_a_store_that_is_down_is_no_missing_installation(down_store: Store) -> None:
    """An event must wait for it, and not be dropped."""
    with pytest.raises(StoreDown):
        await table(down_store).get("T1")
