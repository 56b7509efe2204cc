"""The thread that a question was asked in, so that the next one there can go on from it."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

_STEPS = (
    "ALTER TABLE bot.answers ADD COLUMN thread text NOT NULL DEFAULT ''",
    "COMMENT ON COLUMN bot.answers.thread IS 'Of its channel; empty outside of threads'",
    """
    CREATE INDEX answers_thread ON bot.answers (team, channel, thread, created_at)
    WHERE thread <> ''
    """,
)


def upgrade() -> None:
    """Add the column and the index that finds a thread's last answer."""
    for step in _STEPS:
        op.execute(step)
