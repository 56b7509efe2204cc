"""The workspaces that have installed the bot, where it is one for many; each with its token."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

_STEPS = (
    """
    CREATE TABLE bot.installations (
        team text PRIMARY KEY,
        name text NOT NULL,
        app text NOT NULL,
        bot_user text NOT NULL,
        bot_id text NOT NULL,
        sealed text NOT NULL,
        installed_by text NOT NULL,
        installed_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "COMMENT ON COLUMN bot.installations.sealed IS 'The bot token, encrypted under TOKEN_KEY'",
)


def upgrade() -> None:
    """Make the table."""
    for step in _STEPS:
        op.execute(step)
