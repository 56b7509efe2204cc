"""A channel's daily digest: when it is due, and what it says. Slack types are not known here."""

from bot.digests.body import Digest, DigestSection, write_digest
from bot.digests.schedule import JOB, Digests

__all__ = ["JOB", "Digest", "DigestSection", "Digests", "write_digest"]
