"""Digests on any schedule, with sections; what each has told; live messages.

`at` stays beside `schedule`, for the time of day that files of an older version bring, and
`last_sent_on` so that those files can be taken in.
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"

_STEPS = (
    """
    ALTER TABLE bot.digests
        ALTER COLUMN at DROP NOT NULL,
        ADD COLUMN schedule text NOT NULL DEFAULT '',
        ADD COLUMN sections text[] NOT NULL DEFAULT '{}',
        ADD COLUMN paused boolean NOT NULL DEFAULT false,
        ADD COLUMN settled_until timestamptz NOT NULL DEFAULT now(),
        ADD COLUMN last_result text NOT NULL DEFAULT '',
        ADD COLUMN last_at timestamptz
    """,
    """
    UPDATE bot.digests SET schedule = to_char(at, 'FMHH24:MI'),
        settled_until = coalesce((last_sent_on + at) AT TIME ZONE timezone, now())
    """,
    "COMMENT ON COLUMN bot.digests.schedule IS 'As an admin typed it; empty: each day at `at`'",
    "COMMENT ON COLUMN bot.digests.sections IS 'Names and verified questions; none: the usual'",
    "COMMENT ON COLUMN bot.digests.settled_until IS 'Times up to this one are dealt with'",
    """
    CREATE TABLE bot.digest_marks (
        team text NOT NULL,
        channel text NOT NULL,
        event uuid NOT NULL,
        marks jsonb NOT NULL,
        PRIMARY KEY (team, channel, event)
    )
    """,
    "COMMENT ON COLUMN bot.digest_marks.marks IS 'By section: ranks, or hashes of what was told'",
    """
    CREATE TABLE bot.live (
        team text NOT NULL,
        channel text NOT NULL,
        token text NOT NULL,
        started_by text NOT NULL,
        ts text NOT NULL DEFAULT '',
        pinned boolean NOT NULL DEFAULT false,
        shown text NOT NULL DEFAULT '',
        edited_at timestamptz,
        PRIMARY KEY (team, channel)
    )
    """,
    "COMMENT ON COLUMN bot.live.token IS 'In the message, so that it is found again'",
    "COMMENT ON COLUMN bot.live.shown IS 'A hash of what the message says'",
)


def upgrade() -> None:
    """Make the columns and the tables."""
    for step in _STEPS:
        op.execute(step)
