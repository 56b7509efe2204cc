"""The hardening script on real PostgreSQL: a role that can read only what the model lists."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from bot.semantic import SemanticModel, directory_sql, harden_sql
from bot.semantic.compile import EXPECTED

Fetch = Callable[..., Awaitable[list[asyncpg.Record]]]
Inside = Callable[..., str]

SOURCES = (
    *("events", "division_pools", "game_rounds", "teams", "players", "games", "scorings"),
    *("spirit_scores", "game_events", "fields", "locations"),
    *("mvp_nominations", "spirit_nominations"),
)


async def test_without_the_setting_there_is_no_row(places: Any, fetch: Fetch) -> None:
    """A session that names no event, or an empty list of them, sees nothing anywhere."""
    for source in SOURCES:
        sql = f"SELECT count(*) FROM public.{source}"
        for setting in (None, ""):
            ((count,),) = await fetch(places["all"].reader_url, sql, setting=setting)
            assert count == 0


async def test_the_setting_cuts_the_physical_tables(places: Any, fetch: Fetch) -> None:
    """Without any fence, a session still sees the rows of its own event alone."""
    place = places["all"]
    for source in SOURCES:
        sql = f"SELECT id FROM public.{source} ORDER BY id"
        seen = [await fetch(place.reader_url, sql, setting=str(each.id)) for each in place.events]
        alone = [places[each.slug] for each in place.events]
        for rows, own in zip(seen, alone, strict=True):
            wanted = await fetch(own.owner_url, sql)
            if source in {"fields", "locations"}:  # a place with no game stays out
                assert {row["id"] for row in rows} <= {row["id"] for row in wanted}
            else:
                assert rows == wanted
        assert any(seen)


async def test_a_fence_of_another_event_is_empty(
    places: Any, fetch: Fetch, inside: Inside, game_stats: SemanticModel
) -> None:
    """Fences for one event in a session of another give nothing of either."""
    place = places["all"]
    mine, other = place.events[0].id, place.events[1].id
    for table in set(game_stats.tables) - {"fields", "locations"}:
        sql = inside(f"SELECT * FROM {table}")
        assert await fetch(place.reader_url, sql, [mine], setting=str(other)) == []


async def test_the_planner_expects_the_same_of_each_table(
    places: Any, fetch: Fetch, inside: Inside, game_stats: SemanticModel
) -> None:
    """Neither policies nor the number of rows that there are make the planner expect another."""
    for place in (places["all"], places["winter-cup"]):
        event = next(each.id for each in place.events if each.slug == "winter-cup")
        for table in game_stats.tables:
            explain = f"EXPLAIN (FORMAT JSON) {inside(f'SELECT * FROM {table}')}"
            ((plan,),) = await fetch(place.reader_url, explain, [event])
            assert json.loads(plan)[0]["Plan"]["Plan Rows"] == EXPECTED


async def test_a_star_lists_events_and_nothing_below(
    places: Any, fetch: Fetch, game_stats: SemanticModel
) -> None:
    """With `*` the list of events can be read, and every other table is empty."""
    place = places["all"]
    rows = await fetch(place.reader_url, directory_sql(game_stats), setting="*")
    assert {row["id"] for row in rows} == {event.id for event in place.events}
    assert [*rows[0].keys()] == ["id", "slug", "name", "status", "starts_at", "ends_at"]
    for source in SOURCES[1:]:
        ((count,),) = await fetch(
            place.reader_url, f"SELECT count(*) FROM public.{source}", setting="*"
        )
        assert count == 0


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT email FROM public.players",
        "SELECT date_of_birth FROM public.players",
        "SELECT * FROM public.teams",
        "SELECT comments FROM public.spirit_scores",
        "SELECT metadata FROM public.games",
        "SELECT settings FROM public.events",
        "SELECT email, password_hash FROM public.users",
        "SELECT * FROM public.audit_logs",
        "SELECT set_config('game_stats.events', '*', true)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE TABLE public.mine (id int)",
        "INSERT INTO public.teams (id) VALUES (gen_random_uuid())",
        "UPDATE public.games SET home_team_score = 99",
        "DELETE FROM public.games",
        "TRUNCATE public.games",
        "ALTER TABLE public.games DISABLE ROW LEVEL SECURITY",
        "SET ROLE postgres",
    ],
)
async def test_everything_else_is_denied(sql: str, places: Any) -> None:
    """Unlisted columns and tables, writing, temporary tables and set_config are refused."""
    connection = await asyncpg.connect(places["all"].reader_url)
    try:
        await connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(sql)
    finally:
        await connection.close()


WAYS_OUT = [
    "SELECT set_config('game_stats.events', '{other}', true)",
    "UPDATE pg_settings SET setting = '{other}' WHERE name = 'game_stats.events'",
    "UPDATE pg_settings SET setting = 'off' WHERE name = 'row_security'",
    "SELECT pg_terminate_backend(pg_backend_pid())",
    "SELECT pg_notify('a', 'b')",
    "SELECT pg_advisory_lock(1)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT pg_logical_emit_message(false, 'a', 'b')",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT query_to_xml('SELECT email FROM public.users', true, true, '')",
    "SELECT rolpassword FROM pg_authid",
    "SELECT stavalues1 FROM pg_statistic",
    "SELECT * FROM public.users",
    "SELECT p FROM public.players AS p",
    "SELECT ctid FROM public.teams",
]


@pytest.mark.parametrize("way", WAYS_OUT)
async def test_no_single_statement_leads_out(way: str, places: Any) -> None:
    """A session bound to one event, which sends single statements, is denied each way out."""
    place = places["all"]
    bound, other = place.events[0].id, place.events[1].id
    connection = await asyncpg.connect(place.reader_url)
    try:
        await connection.execute("SET default_transaction_read_only = off")
        async with connection.transaction():
            await connection.execute(f"SET LOCAL game_stats.events = '{bound}'")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with connection.transaction():
                    await connection.fetch(way.format(other=other))
            assert await connection.fetch("SELECT id FROM public.events") == [(bound,)]
    finally:
        await connection.close()


async def test_a_setting_that_is_gone_shows_nothing(places: Any) -> None:
    """After RESET, or with row security switched off, a session has no row rather than all."""
    place = places["all"]
    connection = await asyncpg.connect(place.reader_url, statement_cache_size=0)
    try:
        await connection.execute(f"SET game_stats.events = '{place.events[0].id}'")
        assert len(await connection.fetch("SELECT id FROM public.teams")) > 0
        for gone in ("RESET game_stats.events", "RESET ALL", "DISCARD ALL"):
            await connection.execute(gone)
            assert await connection.fetch("SELECT id FROM public.teams") == []
        await connection.execute("SET row_security = off")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("SELECT id FROM public.teams")
    finally:
        await connection.close()


async def test_statistics_and_activity_show_no_value(places: Any) -> None:
    """pg_stats hides what row security covers, and no session shows what another one runs."""
    place = places["all"]
    owner = await asyncpg.connect(place.owner_url)
    await owner.execute("ANALYZE public.teams")
    await owner.close()
    one, two = [await asyncpg.connect(place.reader_url) for _ in range(2)]
    try:
        rows = await one.fetch("SELECT attname FROM pg_stats WHERE schemaname = 'public'")
        assert rows == []
        await two.fetch("SELECT 'a question of another channel'")
        seen = await one.fetch("SELECT query FROM pg_stat_activity WHERE usename = current_user")
        assert len(seen) >= 2
        assert not any("channel" in (row["query"] or "") for row in seen)
    finally:
        await one.close()
        await two.close()


async def test_the_role_starts_read_only_without_a_search_path(places: Any) -> None:
    """A new session of the role is read-only and finds no table by a bare name."""
    connection = await asyncpg.connect(places["all"].reader_url)
    try:
        with pytest.raises(asyncpg.UndefinedTableError):
            await connection.execute("SELECT id FROM teams")
        assert await connection.fetchval("SHOW default_transaction_read_only") == "on"
    finally:
        await connection.close()


async def test_other_roles_keep_what_they_had(places: Any) -> None:
    """A role with its own grants still reads and changes every row after hardening."""
    connection = await asyncpg.connect(places["all"].owner_url)
    try:
        await connection.execute(
            "DROP ROLE IF EXISTS semantic_app; CREATE ROLE semantic_app;"
            "GRANT SELECT, UPDATE ON public.teams TO semantic_app"
        )
        total = await connection.fetchval("SELECT count(*) FROM teams")
        async with connection.transaction():
            await connection.execute("SET LOCAL ROLE semantic_app")
            assert await connection.fetchval("SELECT count(*) FROM teams") == total
            changed = await connection.execute("UPDATE teams SET initial_seed = initial_seed")
        assert changed == f"UPDATE {total}"
        await connection.execute("DROP OWNED BY semantic_app; DROP ROLE semantic_app")
    finally:
        await connection.close()


async def test_policies_that_were_there_stay(
    fresh_database: Any, game_stats: SemanticModel, places: Any
) -> None:
    """A table with row-level security of its own is not opened to anyone by hardening."""
    connection = await asyncpg.connect(await fresh_database())
    schema = await _schema()
    await connection.execute(schema)
    await connection.execute("ALTER TABLE public.teams ENABLE ROW LEVEL SECURITY")
    await connection.execute(harden_sql(game_stats, "semantic_reader"))
    policies = await connection.fetch(
        "SELECT tablename, policyname FROM pg_policies WHERE policyname = 'game_stats_others'"
    )
    await connection.close()
    assert sorted(row["tablename"] for row in policies) == sorted(set(SOURCES) - {"teams"})


async def test_a_missing_or_mighty_role_is_refused(
    fresh_database: Any, game_stats: SemanticModel
) -> None:
    """The script stops before any change for a role that is not there or sees past policies."""
    connection = await asyncpg.connect(await fresh_database())
    try:
        with pytest.raises(asyncpg.RaiseError, match="there is no role no one's: create it"):
            await connection.execute(harden_sql(game_stats, "no one's"))
        with pytest.raises(asyncpg.RaiseError, match="superuser or bypasses"):
            await connection.execute(harden_sql(game_stats, "postgres"))
    finally:
        await connection.close()


async def test_names_are_quoted(fresh_database: Any, game_stats: SemanticModel) -> None:
    """A role's name with quotes, blanks and a percent sign is a name and nothing else."""
    role = """we"ird 'ro%le"""
    connection = await asyncpg.connect(await fresh_database())
    quoted = '"' + role.replace('"', '""') + '"'
    await connection.execute(await _schema())
    await connection.execute(f"CREATE ROLE {quoted}")
    try:
        await connection.execute(harden_sql(game_stats, role))
        assert await connection.fetchval(
            "SELECT has_column_privilege($1, 'public.teams', 'name', 'SELECT')", role
        )
    finally:
        await connection.execute(f"DROP OWNED BY {quoted}; DROP ROLE {quoted}")
        await connection.close()


async def _schema() -> str:
    from pathlib import Path

    import bot.demo.sample

    return (Path(bot.demo.sample.__file__).parent / "schema.sql").read_text()
