"""A channel's digest and its live message: when they are due, and what they say. No Slack types."""

from bot.digests.body import Digest, DigestSection, write_digest
from bot.digests.choice import MOST, UnknownSectionError, described
from bot.digests.live import LIVE_JOB, Board, Live
from bot.digests.schedule import JOB, Digests, Overview
from bot.digests.words import EXAMPLES, ScheduleError, read_when

__all__ = [
    "EXAMPLES",
    "JOB",
    "LIVE_JOB",
    "MOST",
    "Board",
    "Digest",
    "DigestSection",
    "Digests",
    "Live",
    "Overview",
    "ScheduleError",
    "UnknownSectionError",
    "described",
    "read_when",
    "write_digest",
]
