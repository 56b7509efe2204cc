"""The database's own barrier behind the guard: grants and row-level security, as one script.

    harden_sql(model, role)    the script
    hardened(model)            what it leaves of each table, for `bot.warehouse.role` to compare

The bot's role may read the listed columns of the listed tables and nothing else, and of those
only rows of the events in the setting `game_stats.events` (uuids, comma-separated; the warehouse
sets it with SET LOCAL in each transaction). Without the setting it sees no row; with `*` it sees
the events themselves, to list them, and nothing below.

Policies follow the same paths as the fences. A table's policy asks only about the next table on
the path, whose own policy asks about the next one; so no policy leads back to its own table.

Each condition is wrapped as `CASE WHEN … THEN 1 END IS NOT NULL`, which means the same but which
the planner takes to hold nearly always. Within a fence it does; taken at its face, a chain of four
policies makes the planner expect hardly a row, join by nested loops, and a query over ten events
took 25 s instead of 0.1 s (200 events, PostgreSQL 18).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.semantic.compile import event_of, grants, key_column, source
from bot.semantic.links import physical
from bot.semantic.model import Parent, Root, SemanticModel, SemanticTable, Stored
from bot.semantic.sql import literal, quoted

SETTING = "game_stats.events"
"""The setting that names the bound events; `*` opens the events' own table alone."""

MIGHTY = (
    "^(set_config|lo_.*|loread|lowrite|pg_(try_)?advisory_(xact_)?lock.*|pg_notify"
    "|pg_(cancel|terminate)_backend|pg_logical_emit_message"
    "|dblink.*|pg_(ls|file)_.*|pg_(read|read_binary|stat)_file)$"
)
"""Functions that no question needs and that change a setting, store, lock, signal, write to the log
of changes, or reach files and other servers: PostgreSQL lets everyone call most of them. pg_sleep
is none: statement_timeout ends it. Those that run SQL from text run it as the same role.
"""

_VALUE = f"current_setting('{SETTING}', true)"
_BOUND = f"ANY ((SELECT string_to_array(nullif({_VALUE}, '*'), ',')::uuid[])::uuid[])"

_HEAD = """\
-- What the role {role} may read: listed columns only, and rows of bound events only.
-- Run it as a superuser; it can be repeated.
-- Other roles keep what they had, but for two rights that PUBLIC loses in this database: temporary
-- tables and new objects in schema public. PUBLIC also loses some functions, which every role that
-- there is now is granted instead.
DO $check$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {role_text}) THEN
    RAISE EXCEPTION 'there is no role %: create it with LOGIN and a password first', {role_text};
  ELSIF EXISTS (SELECT FROM pg_roles WHERE rolname = {role_text} AND (rolsuper OR rolbypassrls))
  THEN
    RAISE EXCEPTION 'the role % is a superuser or bypasses row-level security', {role_text};
  END IF;
  EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC, {role_in_text}',
                 current_database());
END
$check$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role};
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role};
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role};
GRANT USAGE ON SCHEMA public TO {role};
ALTER ROLE {role} SET search_path = '';
ALTER ROLE {role} SET default_transaction_read_only = on;
"""

# A database that had no row-level security on a table keeps it open to everyone else by the
# first policy; one that had keeps its own policies.
_TABLE = """
-- {name}
GRANT SELECT ({columns}) ON {table} TO {role};
DO $enable$
BEGIN
  IF NOT (SELECT relrowsecurity FROM pg_class WHERE oid = {table_text}::regclass) THEN
    ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
    DROP POLICY IF EXISTS game_stats_others ON {table};
    CREATE POLICY game_stats_others ON {table} USING (true);
  END IF;
END
$enable$;
DROP POLICY IF EXISTS {reads} ON {table};
CREATE POLICY {reads} ON {table} FOR SELECT TO {role} USING (true);
DROP POLICY IF EXISTS {bound} ON {table};
CREATE POLICY {bound} ON {table} AS RESTRICTIVE TO {role} USING ({condition});
"""

_FOOT = """
-- Without set_config no query can change the setting; SET LOCAL needs no function. The others
-- store, lock, signal, or reach files and other servers.
DO $functions$
DECLARE
  bot oid := (SELECT oid FROM pg_roles WHERE rolname = {role_text});
  mighty regprocedure;
  other name;
BEGIN
  FOR mighty IN
    SELECT DISTINCT p.oid
    FROM pg_proc AS p, aclexplode(coalesce(proacl, acldefault('f', proowner))) AS held
    WHERE proname ~ {mighty} AND held.grantee IN (0, bot)
  LOOP
    IF has_function_privilege('public', mighty, 'EXECUTE') THEN
      FOR other IN
        SELECT rolname FROM pg_roles WHERE oid <> bot AND rolname !~ '^pg_'
      LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', mighty, other);
      END LOOP;
    END IF;
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC, {role_in_text}', mighty);
  END LOOP;
END
$functions$;
-- What a session runs shows to other sessions of the same role: other channels' questions.
ALTER ROLE {role} SET track_activities = off;
-- A sort or join too large for memory fills so much of the disk and no more.
ALTER ROLE {role} SET temp_file_limit = '256MB';
-- The bot sets its own, shorter; these hold whoever else comes by this role.
ALTER ROLE {role} SET statement_timeout = '60s';
ALTER ROLE {role} SET idle_in_transaction_session_timeout = '60s';
"""


@dataclass(frozen=True, slots=True)
class Hardened:
    """What the script leaves of a physical table in schema public.

    `columns` can be read, of rows where `condition` holds, an expression over the table.
    """

    name: str
    columns: tuple[str, ...]
    condition: str


def hardened(model: SemanticModel) -> tuple[Hardened, ...]:
    """Every physical table that the model lists."""
    return tuple(_hardened(model, tables) for tables in _by_source(model))


def policy_names(role: str) -> tuple[str, str]:
    """The role's policies on each table: the one that opens it, and the one that cuts it."""
    short = role.encode()[:56].decode(errors="ignore")  # PostgreSQL keeps 63 bytes of a name
    return f"{short}_reads", f"{short}_bound"


def harden_sql(model: SemanticModel, role: str) -> str:
    """A script that leaves `role` the listed columns of the bound events. It can be repeated.

    The role must exist, own none of the tables and not bypass row-level security.
    """
    names = {
        "role": quoted(role),
        "role_text": literal(role),
        "role_in_text": quoted(role).replace("'", "''").replace("%", "%%"),
    }
    tables = "".join(_table(model, tables, role) for tables in _by_source(model))
    return _HEAD.format(**names) + tables + _FOOT.format(**names, mighty=literal(MIGHTY))


def _by_source(model: SemanticModel) -> Iterable[list[SemanticTable]]:
    """The semantic tables over each physical one."""
    found: dict[str, list[SemanticTable]] = {}
    for table in model.tables.values():
        if isinstance(table.recipe, Stored):
            found.setdefault(table.recipe.source, []).append(table)
    return found.values()


def _hardened(model: SemanticModel, tables: list[SemanticTable]) -> Hardened:
    recipe = tables[0].recipe
    assert isinstance(recipe, Stored)
    columns = dict.fromkeys(column for table in tables for column in grants(table))
    condition = " OR ".join(_condition(model, table) for table in tables)
    return Hardened(recipe.source, tuple(columns), f"CASE WHEN {condition} THEN 1 END IS NOT NULL")


def _table(model: SemanticModel, tables: list[SemanticTable], role: str) -> str:
    left, table = _hardened(model, tables), source(tables[0])
    reads, bound = policy_names(role)
    return _TABLE.format(
        name=", ".join(table.name for table in tables),
        columns=", ".join(quoted(column) for column in left.columns),
        table=table,
        table_text=literal(table),
        role=quoted(role),
        reads=quoted(reads),
        bound=quoted(bound),
        condition=left.condition,
    )


def _condition(model: SemanticModel, table: SemanticTable) -> str:
    recipe = table.recipe
    assert isinstance(recipe, Stored)
    here = quoted(recipe.source)
    if isinstance(recipe.reach, Root):
        key = event_of(model, f"{here}.{quoted(key_column(table))}")
        return f"{_VALUE} = '*' OR {key} = {_BOUND}"
    if isinstance(recipe.reach, Parent):
        column = table.column(recipe.reach.column)
        way = physical(table, recipe.reach.column)
        assert column is not None
        assert way is not None
        parent = model.tables[column.references.partition(".")[0]]
        if parent.name == model.root:  # not over its policy, which '*' opens
            return f"{event_of(model, f'{here}.{quoted(way)}')} = {_BOUND}"
        on = f"own_up.{quoted(key_column(parent))} = {here}.{quoted(way)}"
        return f"EXISTS (SELECT FROM {source(parent)} AS own_up WHERE {on})"
    users = []
    for name, column_name in recipe.reach.users:
        user = model.tables[name]
        way = physical(user, column_name)
        assert way is not None
        on = f"own_user.{quoted(way)} = {here}.{quoted(key_column(table))}"
        if name == model.root:
            key = event_of(model, f"own_user.{quoted(key_column(user))}")
            on += f" AND {key} = {_BOUND}"
        users.append(f"EXISTS (SELECT FROM {source(user)} AS own_user WHERE {on})")
    return " OR ".join(users)
