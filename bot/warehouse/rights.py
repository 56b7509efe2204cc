"""What `bot.warehouse.role` asks the catalog, always about the role that asks.

Each name is qualified, so that no search_path and no object of somebody's decides what is asked.
"""

from __future__ import annotations

ROLE = """
    SELECT rolname AS name, rolsuper AS superuser, rolbypassrls AS bypassrls,
           rolcreaterole AS createrole, rolcreatedb AS createdb, rolreplication AS replication
    FROM pg_catalog.pg_roles WHERE rolname = current_user
"""
"""Its attributes."""

GROUPS = """
    SELECT g.rolname AS name FROM pg_catalog.pg_auth_members AS m
    JOIN pg_catalog.pg_roles AS g ON g.oid = m.roleid
    JOIN pg_catalog.pg_roles AS r ON r.oid = m.member
    WHERE r.rolname = current_user ORDER BY 1
"""
"""The roles that it is a member of."""

OWNED = """
    SELECT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) AS name
    FROM pg_catalog.pg_shdepend AS d
    WHERE d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND d.deptype = 'o'
      AND d.refobjid = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user)
      AND d.dbid IN (0, (SELECT oid FROM pg_catalog.pg_database
                         WHERE datname = current_database()))
    UNION ALL
    -- The role that the server began with owns what is in no such list.
    SELECT 'table ' || c.oid::pg_catalog.regclass::text FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relowner = 10 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_'
      AND n.nspname <> 'information_schema'
      AND 10 = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user)
    ORDER BY 1
"""
"""What it owns in this database and of the whole server."""

PLACES = """
    SELECT 'CREATE' AS right, 'SCHEMA' AS kind, nspname AS name FROM pg_catalog.pg_namespace
    WHERE nspname !~ '^pg_(temp|toast)'
      AND pg_catalog.has_schema_privilege(oid, 'CREATE')
    UNION ALL
    SELECT r.name, 'DATABASE', current_database()
    FROM (VALUES ('CREATE'), ('TEMPORARY')) AS r(name)
    WHERE pg_catalog.has_database_privilege(current_database(), r.name)
    UNION ALL
    SELECT 'USAGE', 'FOREIGN SERVER', srvname FROM pg_catalog.pg_foreign_server
    WHERE pg_catalog.has_server_privilege(oid, 'USAGE')
    ORDER BY 2, 1, 3
"""
"""Where it may make things, and which servers it may reach."""

RELATIONS = """
    SELECT n.nspname AS schema, c.relname AS name, c.relkind = 'S' AS sequence,
           array_to_string(ARRAY(
             SELECT p.name FROM (VALUES
               ('INSERT'), ('UPDATE'), ('REFERENCES'), ('DELETE'), ('TRUNCATE'), ('TRIGGER'),
               ('MAINTAIN'), ('USAGE')) AS p(name)
             WHERE CASE
               WHEN c.relkind = 'S' THEN p.name IN ('USAGE', 'UPDATE')
                 AND pg_catalog.has_sequence_privilege(c.oid, p.name)
               WHEN p.name IN ('INSERT', 'UPDATE', 'REFERENCES')
                 THEN pg_catalog.has_any_column_privilege(c.oid, p.name)
               WHEN p.name = 'USAGE' OR (p.name = 'MAINTAIN' AND NOT $1) THEN false
               ELSE pg_catalog.has_table_privilege(c.oid, p.name) END), ', ') AS rights
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'
    ORDER BY 1, 2
"""
"""Tables and sequences, with the rights beside SELECT; $1: MAINTAIN is one (PostgreSQL 17)."""

COLUMNS = """
    SELECT n.nspname AS schema, c.relname AS name,
           array_agg(a.attname::text ORDER BY a.attnum) AS columns
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
      AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND ((n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')
        OR (n.nspname = 'pg_catalog' AND c.relname IN (
          'pg_authid', 'pg_shadow', 'pg_statistic', 'pg_statistic_ext_data', 'pg_largeobject',
          'pg_hba_file_rules', 'pg_ident_file_mappings', 'pg_file_settings', 'pg_user_mapping')))
      AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT')
    GROUP BY 1, 2 ORDER BY 1, 2
"""
"""The columns that it can read, a row for each table."""

FUNCTIONS = """
    SELECT p.oid::pg_catalog.regprocedure::text AS name, p.prosecdef AS as_owner
    FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE pg_catalog.has_function_privilege(p.oid, 'EXECUTE')
      AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
      AND (p.proname ~ $1 OR (p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')
                              AND p.prorettype <> 'trigger'::pg_catalog.regtype))
    ORDER BY 1
"""
"""What it can call of the functions that match $1, and of those with their owner's rights."""

POLICIES = """
    SELECT c.relname AS table, c.relrowsecurity AS enabled, p.polname AS name,
           p.polpermissive AS permissive, p.polcmd IN ('*', 'r') AS reads,
           pg_catalog.pg_get_expr(p.polqual, p.polrelid) AS condition
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_policy AS p ON p.polrelid = c.oid
      AND (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user) = ANY (p.polroles)
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
"""
"""Each table of schema public, with every policy that names the role."""

SETTINGS = """
    SELECT name, reset_val AS value FROM pg_catalog.pg_settings WHERE name = ANY ($1::text[])
"""
"""What the settings $1 are in a fresh session."""
