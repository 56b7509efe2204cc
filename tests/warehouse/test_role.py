"""What the check of the database role finds, on real PostgreSQL: each thing, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

import bot
from bot.demo.sample import SampleDatabase
from bot.demo.servers import Servers
from bot.demo.servers.databases import ensure_database, ensure_role
from bot.metrics import new_metrics
from bot.semantic import SemanticModel, harden_sql, load
from bot.warehouse import RoleFault, open_warehouse
from bot.warehouse.role import role_faults

ROLE = "role_checked"


@pytest.fixture(scope="session")
def model() -> SemanticModel:
    """The semantic model that the bot comes with."""
    return load(Path(bot.__file__).parent / "semantic" / "game_stats.yml")


@pytest.fixture
async def owner(servers: Servers, model: SemanticModel) -> AsyncIterator[asyncpg.Connection]:
    """The owner of a database without rows that is hardened for ROLE, in a transaction."""
    url = await ensure_database(servers, "role_checks")
    await ensure_role(servers, ROLE, "role_checks")
    connection = await asyncpg.connect(url)
    if not await connection.fetchval("SELECT to_regclass('public.teams')"):
        schema = Path(bot.__file__).parent / "demo" / "sample" / "schema.sql"
        await connection.execute(schema.read_text())
        await connection.execute("CREATE VIEW public.emails AS SELECT email FROM public.users")
        await connection.execute(harden_sql(model, ROLE))
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield connection
    finally:
        await transaction.rollback()
        await connection.close()


async def found(owner: asyncpg.Connection, model: SemanticModel) -> list[RoleFault]:
    """The faults of ROLE in the owner's transaction, which has not ROLE's own settings."""
    await owner.execute(f"SET LOCAL search_path = ''; SET LOCAL ROLE {ROLE}")
    faults = await role_faults(owner, model)
    return [fault for fault in faults if not fault.mend.startswith(f"ALTER ROLE {ROLE} SET ")]


async def check(url: str, model: SemanticModel) -> tuple[RoleFault, ...]:
    """What the warehouse finds with a URL."""
    async with open_warehouse(url, timeout=5, max_cost=1e6, metrics=new_metrics()) as warehouse:
        return await warehouse.role_faults(model)


async def test_a_hardened_role_is_clean(tournament: SampleDatabase, model: SemanticModel) -> None:
    """The role that the script made has nothing to mend, settings included."""
    assert await check(tournament.reader_url, model) == ()


async def test_a_superuser_has_every_excess(
    tournament: SampleDatabase, model: SemanticModel
) -> None:
    """The URL of the owner and superuser, which people try first, is told everything."""
    said = "\n".join(map(str, await check(tournament.owner_url, model)))
    for part in (
        "is a superuser",
        "reads past row-level security",
        "can make roles",
        "can make databases",
        "by replication",
        "It owns ",
        "make objects in schema public",
        "make temporary tables in database tournament",
        "It has INSERT, UPDATE, REFERENCES, DELETE, TRUNCATE, TRIGGER, MAINTAIN on public.teams",
        "It reads public.users (id, ",
        "It reads pg_catalog.pg_authid",
        "It can call ",
        "No policy cuts games to the bound events",
        "ALTER ROLE postgres SET statement_timeout = '60s';",
    ):
        assert part in said


EXCESSES = [
    (f"ALTER ROLE {ROLE} SUPERUSER", "It is a superuser, whom nothing holds"),
    (f"ALTER ROLE {ROLE} BYPASSRLS", "It reads past row-level security: it sees every event"),
    (f"ALTER ROLE {ROLE} CREATEROLE", "It can make roles"),
    (f"ALTER ROLE {ROLE} CREATEDB", "It can make databases"),
    (f"ALTER ROLE {ROLE} REPLICATION", "It can copy the whole server by replication"),
    (f"GRANT pg_signal_backend TO {ROLE}", "It may act as the role pg_signal_backend"),
    (
        f"GRANT pg_read_all_settings TO {ROLE} WITH INHERIT FALSE",
        "It may act as the role pg_read_all_settings",
    ),
    (
        f"ALTER VIEW public.emails OWNER TO {ROLE}",
        "It owns view public.emails; an owner may do anything with them",
    ),
    (
        f"GRANT CREATE ON DATABASE role_checks TO {ROLE}",
        "It can make objects in database role_checks",
    ),
    (
        "GRANT TEMPORARY ON DATABASE role_checks TO PUBLIC",
        "It can make temporary tables in database role_checks",
    ),
    ("GRANT CREATE ON SCHEMA public TO PUBLIC", "It can make objects in schema public"),
    (f"GRANT INSERT ON public.teams TO {ROLE}", "It has INSERT on public.teams"),
    ("GRANT DELETE ON public.games TO PUBLIC", "It has DELETE on public.games"),
    (f"GRANT UPDATE (name) ON public.users TO {ROLE}", "It has UPDATE on public.users"),
    (
        f"CREATE SEQUENCE public.numbers; GRANT USAGE ON SEQUENCE public.numbers TO {ROLE}",
        "It has USAGE on public.numbers",
    ),
    (
        f"GRANT SELECT (email) ON public.players TO {ROLE}",
        "It reads public.players (email), which no question needs",
    ),
    (
        "GRANT SELECT ON public.emails TO PUBLIC",
        "It reads public.emails (email), which no question needs",
    ),
    (
        f"GRANT SELECT (rolpassword) ON pg_catalog.pg_authid TO {ROLE}",
        "It reads pg_catalog.pg_authid (rolpassword), which no question needs",
    ),
    (
        "GRANT EXECUTE ON FUNCTION pg_catalog.set_config TO PUBLIC",
        "It can call set_config(text,text,boolean)",
    ),
    (
        f"GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) TO {ROLE}",
        "It can call pg_read_file(text)",
    ),
    (
        f"GRANT EXECUTE ON FUNCTION pg_catalog.pg_terminate_backend TO {ROLE}",
        "It can call pg_terminate_backend(integer,bigint)",
    ),
    (
        f"GRANT EXECUTE ON FUNCTION pg_catalog.lo_create(oid) TO {ROLE}",
        "It can call lo_create(oid)",
    ),
    (
        "CREATE FUNCTION public.all_emails() RETURNS text SECURITY DEFINER RETURN 'all'",
        "It can call public.all_emails(), which runs with its owner's rights",
    ),
    (
        "ALTER TABLE public.teams DISABLE ROW LEVEL SECURITY",
        "Row-level security is off on teams: every event shows",
    ),
    (
        f"DROP POLICY {ROLE}_bound ON public.games",
        "No policy cuts games to the bound events",
    ),
    (
        f"ALTER POLICY {ROLE}_bound ON public.games USING (true)",
        "The policy on games is not the one that harden writes",
    ),
    (
        f"ALTER POLICY {ROLE}_bound ON public.games TO postgres",
        "No policy cuts games to the bound events",
    ),
]


@pytest.mark.parametrize(("grant", "what"), EXCESSES)
async def test_each_excess_is_found_alone(
    owner: asyncpg.Connection, model: SemanticModel, grant: str, what: str
) -> None:
    """One right too many gives one fault that says which; nothing else is blamed."""
    assert await found(owner, model) == []
    await owner.execute("RESET ROLE")
    await owner.execute(grant)
    faults = await found(owner, model)
    assert what in [fault.what for fault in faults]
    assert len(faults) == 1 or "SUPERUSER" in grant or "OWNER" in grant
    assert all(fault.excess for fault in faults)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (
            f"REVOKE SELECT (name) ON public.teams FROM {ROLE}",
            "It cannot read teams (name), or that is not there",
        ),
        (f"DROP POLICY {ROLE}_reads ON public.teams", "No policy opens teams to it"),
    ],
)
async def test_what_is_missing_is_found_alone(
    owner: asyncpg.Connection, model: SemanticModel, change: str, what: str
) -> None:
    """What keeps answers from people is told apart from what the role can do too much."""
    await owner.execute(change)
    faults = await found(owner, model)
    assert [(fault.what, fault.excess) for fault in faults] == [(what, False)]


async def test_hardening_again_mends_what_the_script_covers(
    owner: asyncpg.Connection, model: SemanticModel
) -> None:
    """After grants, a dropped policy and a function given back, the script leaves a clean role."""
    for change in (
        f"GRANT INSERT ON public.teams TO {ROLE}",
        f"GRANT SELECT ON public.users TO {ROLE}",
        "GRANT TEMPORARY ON DATABASE role_checks TO PUBLIC",
        "GRANT EXECUTE ON FUNCTION pg_catalog.set_config TO PUBLIC",
        "ALTER TABLE public.teams DISABLE ROW LEVEL SECURITY",
        f"DROP POLICY {ROLE}_bound ON public.games",
        f"ALTER POLICY {ROLE}_bound ON public.players USING (true)",
    ):
        await owner.execute(change)
    assert len(await found(owner, model)) == 7
    await owner.execute("RESET ROLE")
    await owner.execute(harden_sql(model, ROLE))
    assert await found(owner, model) == []


async def test_a_second_run_changes_nothing(
    owner: asyncpg.Connection, model: SemanticModel
) -> None:
    """Grants, policies, functions and settings are the same after the script as before."""
    state = """
        SELECT (SELECT array_agg(c.relacl::text ORDER BY c.oid) FROM pg_class c),
               (SELECT array_agg(a.attacl::text ORDER BY a.attrelid, a.attnum)
                FROM pg_attribute a),
               (SELECT array_agg(p.proacl::text ORDER BY p.oid) FROM pg_proc p),
               (SELECT array_agg(polname || pg_get_expr(polqual, polrelid)
                                 ORDER BY polrelid, polname) FROM pg_policy),
               (SELECT array_agg(setconfig::text ORDER BY setrole) FROM pg_db_role_setting),
               (SELECT datacl::text FROM pg_database WHERE datname = current_database())
    """
    before = await owner.fetchrow(state)
    await owner.execute(harden_sql(model, ROLE))
    assert await owner.fetchrow(state) == before


async def test_other_roles_can_call_what_public_lost(owner: asyncpg.Connection) -> None:
    """A role that was there before hardening still has its functions; ROLE has not."""
    query = "SELECT has_function_privilege($1, 'pg_catalog.pg_notify(text,text)', 'EXECUTE')"
    assert await owner.fetchval(query, "postgres") is True
    assert await owner.fetchval(query, ROLE) is False


async def test_the_settings_are_looked_at(servers: Servers, model: SemanticModel) -> None:
    """Without each setting of the script, sessions of the role are blamed for it."""
    url = await ensure_role(servers, "role_unset", await _hardened(servers, model, "role_unset"))
    assert await check(url, model) == ()
    admin = await asyncpg.connect(servers.postgres_url("postgres"))
    await admin.execute("ALTER ROLE role_unset RESET ALL")
    await admin.close()
    mends = [fault.mend for fault in await check(url, model)]
    assert mends == [
        "ALTER ROLE role_unset SET default_transaction_read_only = 'on';",
        "ALTER ROLE role_unset SET statement_timeout = '60s';",
        "ALTER ROLE role_unset SET track_activities = 'off';",
        "ALTER ROLE role_unset SET temp_file_limit = '256MB';",
    ]


async def _hardened(servers: Servers, model: SemanticModel, role: str) -> str:
    """A database without rows, hardened for a role; its name."""
    name = f"{role}_database"
    url = await ensure_database(servers, name)
    await ensure_role(servers, role, name)
    connection = await asyncpg.connect(url)
    schema = Path(bot.__file__).parent / "demo" / "sample" / "schema.sql"
    await connection.execute(schema.read_text())
    await connection.execute(harden_sql(model, role))
    await connection.close()
    return name
