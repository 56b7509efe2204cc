"""The first tables: which channel asks about which events, what was answered, daily digests."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

_STEPS = (
    """
    CREATE TABLE bot.bindings (
        team text NOT NULL,
        channel text NOT NULL,
        events uuid[] NOT NULL,
        bound_by text NOT NULL,
        bound_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (team, channel)
    )
    """,
    "COMMENT ON TABLE bot.bindings IS 'A channel and its events; none once it was unbound'",
    """
    CREATE TABLE bot.answers (
        question_id text PRIMARY KEY,
        surface text NOT NULL,
        team text NOT NULL,
        channel text NOT NULL,
        asker text NOT NULL,
        text text NOT NULL,
        kind text NOT NULL,
        code text NOT NULL,
        message text NOT NULL,
        source text NOT NULL,
        language_model text NOT NULL,
        sql text NOT NULL,
        dialect text NOT NULL,
        shown text NOT NULL,
        events uuid[] NOT NULL,
        tables text[] NOT NULL,
        rows integer NOT NULL,
        truncated boolean NOT NULL,
        seconds double precision NOT NULL,
        fell_back boolean NOT NULL,
        repaired boolean NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "COMMENT ON TABLE bot.answers IS 'Every question and what became of it; never its rows'",
    "CREATE INDEX answers_created_at ON bot.answers (created_at)",
    """
    CREATE TABLE bot.digests (
        team text NOT NULL,
        channel text NOT NULL,
        at time NOT NULL,
        timezone text NOT NULL,
        last_sent_on date,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (team, channel)
    )
    """,
    "COMMENT ON COLUMN bot.digests.at IS 'Time of day in its timezone'",
)


def upgrade() -> None:
    """Make the tables."""
    for step in _STEPS:
        op.execute(step)
