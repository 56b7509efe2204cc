"""In which language a channel reads what the bot says by itself."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table."""
    op.execute(
        """
        CREATE TABLE bot.channel_languages (
            team text NOT NULL,
            channel text NOT NULL,
            language text NOT NULL,
            PRIMARY KEY (team, channel)
        )
        """
    )
    op.execute("COMMENT ON COLUMN bot.channel_languages.language IS 'A code, such as de'")
