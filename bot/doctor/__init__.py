"""`game-stats-bot doctor`: is everything there that the bot needs, and if not, what mends it?

    read()                       the settings, bad ones at their defaults, and what is bad
    examine(settings)            a `Finding` for each thing that was looked at
    check_manifest(file, …)      the same for a manifest that was saved from Slack

Every check stands alone: one that fails or hangs keeps no other from being made, and nothing here
writes to any server. A finding never holds a secret.
"""

from bot.doctor.examine import examine
from bot.doctor.finding import Finding, Grade, exit_code
from bot.doctor.manifest import check_manifest
from bot.doctor.read import read

__all__ = ["Finding", "Grade", "check_manifest", "examine", "exit_code", "read"]
