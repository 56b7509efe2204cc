"""The database's own barrier behind the guard: grants and row-level security, as one script.

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

from bot.semantic.compile import grants, key_column, source
from bot.semantic.links import physical
from bot.semantic.model import Parent, Root, SemanticModel, SemanticTable, Stored
from bot.semantic.sql import literal, quoted

SETTING = "game_stats.events"
"""The setting that names the bound events; `*` opens the events' own table alone."""

_VALUE = f"current_setting('{SETTING}', true)"
_BOUND = f"ANY ((SELECT string_to_array(nullif({_VALUE}, '*'), ',')::uuid[])::uuid[])"

_HEAD = """\
-- What the role {role} may read: listed columns only, and rows of bound events only.
-- Run it as the owner of the tables (the last two statements need a superuser); it can be repeated.
-- Other roles keep what they had, but for three rights that PUBLIC loses in this database:
-- temporary tables, new objects in schema public, and the function set_config (the owner of the
-- tables keeps that one).
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
-- Without set_config no query can change the setting; SET LOCAL needs no function.
DO $owner$
BEGIN
  EXECUTE (SELECT format('GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) '
                         'TO %I', pg_get_userbyid(relowner))
           FROM pg_class WHERE oid = {root_text}::regclass);
END
$owner$;
REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC, {role};
-- A sort or join too large for memory fills so much of the disk and no more.
ALTER ROLE {role} SET temp_file_limit = '256MB';
"""


def harden_sql(model: SemanticModel, role: str) -> str:
    """A script that leaves `role` the listed columns of the bound events. It can be repeated.

    The role must exist, own none of the tables and not bypass row-level security.
    """
    parts = [
        _HEAD.format(
            role=quoted(role),
            role_text=literal(role),
            role_in_text=quoted(role).replace("'", "''").replace("%", "%%"),
        )
    ]
    by_source: dict[str, list[SemanticTable]] = {}
    for table in model.tables.values():
        if isinstance(table.recipe, Stored):
            by_source.setdefault(table.recipe.source, []).append(table)
    parts.extend(_table(model, tables, role) for tables in by_source.values())
    parts.append(
        _FOOT.format(role=quoted(role), root_text=literal(source(model.tables[model.root])))
    )
    return "".join(parts)


def _table(model: SemanticModel, tables: list[SemanticTable], role: str) -> str:
    columns = dict.fromkeys(column for table in tables for column in grants(table))
    table = source(tables[0])
    condition = " OR ".join(_condition(model, table) for table in tables)
    return _TABLE.format(
        name=", ".join(table.name for table in tables),
        columns=", ".join(quoted(column) for column in columns),
        table=table,
        table_text=literal(table),
        role=quoted(role),
        reads=quoted(f"{role}_reads"[:63]),
        bound=quoted(f"{role}_bound"[:63]),
        condition=f"CASE WHEN {condition} THEN 1 END IS NOT NULL",
    )


def _condition(model: SemanticModel, table: SemanticTable) -> str:
    recipe = table.recipe
    assert isinstance(recipe, Stored)
    here = quoted(recipe.source)
    if isinstance(recipe.reach, Root):
        return f"{_VALUE} = '*' OR {here}.{quoted(key_column(table))} = {_BOUND}"
    if isinstance(recipe.reach, Parent):
        column = table.column(recipe.reach.column)
        way = physical(table, recipe.reach.column)
        assert column is not None
        assert way is not None
        parent = model.tables[column.references.partition(".")[0]]
        if parent.name == model.root:  # not over its policy, which '*' opens
            return f"{here}.{quoted(way)} = {_BOUND}"
        on = f"own_up.{quoted(key_column(parent))} = {here}.{quoted(way)}"
        return f"EXISTS (SELECT FROM {source(parent)} AS own_up WHERE {on})"
    users = []
    for name, column_name in recipe.reach.users:
        user = model.tables[name]
        way = physical(user, column_name)
        assert way is not None
        on = f"own_user.{quoted(way)} = {here}.{quoted(key_column(table))}"
        if name == model.root:
            on += f" AND own_user.{quoted(key_column(user))} = {_BOUND}"
        users.append(f"EXISTS (SELECT FROM {source(user)} AS own_user WHERE {on})")
    return " OR ".join(users)
