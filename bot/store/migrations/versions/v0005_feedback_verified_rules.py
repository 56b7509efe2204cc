"""What people say of answers, the questions that an admin has verified, and limits that they set.

A row of the audit also keeps what its query computes, in words, so that an admin can judge it.
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

_STEPS = (
    "ALTER TABLE bot.answers ADD COLUMN explanation text NOT NULL DEFAULT ''",
    "CREATE INDEX answers_asker ON bot.answers (team, asker, created_at)",
    """
    CREATE TABLE bot.feedback (
        question_id text NOT NULL,
        person text NOT NULL,
        team text NOT NULL,
        good boolean NOT NULL,
        reason text NOT NULL DEFAULT '',
        expected text NOT NULL DEFAULT '',
        given_at timestamptz NOT NULL DEFAULT now(),
        reviewed_by text NOT NULL DEFAULT '',
        PRIMARY KEY (question_id, person)
    )
    """,
    "COMMENT ON COLUMN bot.feedback.reviewed_by IS 'The admin who dealt with it; empty until then'",
    "CREATE INDEX feedback_open ON bot.feedback (team, given_at) WHERE reviewed_by = ''",
    """
    CREATE TABLE bot.verified (
        id text PRIMARY KEY,
        team text NOT NULL,
        key text NOT NULL,
        question text NOT NULL,
        sql text NOT NULL,
        scope text NOT NULL,
        place text NOT NULL,
        approved_by text NOT NULL,
        approved_name text NOT NULL,
        approved_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "COMMENT ON COLUMN bot.verified.key IS 'The question as it is compared'",
    "COMMENT ON COLUMN bot.verified.place IS 'A channel, the events by id, or empty: everywhere'",
    "CREATE INDEX verified_key ON bot.verified (team, key)",
    """
    CREATE TABLE bot.rules (
        team text NOT NULL,
        kind text NOT NULL,
        subject text NOT NULL,
        rate text NOT NULL DEFAULT '',
        blocked boolean NOT NULL DEFAULT false,
        set_by text NOT NULL,
        set_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (team, kind, subject)
    )
    """,
    "COMMENT ON COLUMN bot.rules.rate IS 'As in 5/hour; empty: the default'",
)


def upgrade() -> None:
    """Make the tables."""
    for step in _STEPS:
        op.execute(step)
