"""Which language models an admin has chosen, for all processes and across restarts."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

_STEPS = (
    """
    CREATE TABLE bot.language_models (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        models text[] NOT NULL,
        resting boolean NOT NULL,
        chosen_by text NOT NULL,
        chosen_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "COMMENT ON TABLE bot.language_models IS 'One row; without it the settings decide'",
    "COMMENT ON COLUMN bot.language_models.resting IS 'Not to be loaded before it is asked'",
)


def upgrade() -> None:
    """Make the table."""
    for step in _STEPS:
        op.execute(step)
