"""Embeddings of the semantic model, where the server has pgvector.

A function makes the extension and the table, so that the bot can try again after somebody has
installed pgvector, or has let the bot's role use it. Without it the bot chooses by words.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

_MAKE = """
CREATE FUNCTION bot.make_embeddings() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF to_regclass('bot.embeddings') IS NOT NULL THEN
        RETURN true;
    END IF;
    PERFORM pg_advisory_xact_lock(4718220634);
    CREATE EXTENSION IF NOT EXISTS vector;
    CREATE TABLE IF NOT EXISTS bot.embeddings (
        fingerprint text NOT NULL,
        language_model text NOT NULL,
        key text NOT NULL,
        tables text[] NOT NULL,
        vector vector NOT NULL,
        made_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (fingerprint, language_model, key)
    );
    COMMENT ON TABLE bot.embeddings IS 'Texts of a semantic model, by its fingerprint';
    RETURN true;
EXCEPTION
    -- Not installed on the server, not allowed to this role, or not of a kind that knows `vector`.
    WHEN feature_not_supported OR undefined_file OR insufficient_privilege OR undefined_object THEN
        RETURN false;
END
$$
"""


def upgrade() -> None:
    """Make the function, and the table if that is possible."""
    op.execute(_MAKE)
    op.execute("SELECT bot.make_embeddings()")
