"""Game Stats Bot: ask a tournament's database a question in Slack."""

__version__ = "0.1.0"
