"""`game-stats-bot`: the terminal's way in. Each command opens what it needs and calls it; no logic.

A file holds the commands of one subject; `program` puts them together. Exit codes: 0 done, 1 the
question was refused or a check found something, 2 wrong use or settings, 3 something that the
command needs is down.
"""

from bot.cli.program import main

__all__ = ["main"]
