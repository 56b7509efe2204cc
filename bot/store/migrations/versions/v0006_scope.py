"""The channel whose events a question was about, where that is not the one it was asked in."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

_STEPS = (
    "ALTER TABLE bot.answers ADD COLUMN scope text NOT NULL DEFAULT ''",
    "COMMENT ON COLUMN bot.answers.scope IS 'A channel; empty: the one it was asked in'",
)


def upgrade() -> None:
    """Add the column."""
    for step in _STEPS:
        op.execute(step)
