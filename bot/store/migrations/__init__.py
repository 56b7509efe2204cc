"""The history of the bot's tables; alembic reads `env.py` and the files in `versions`."""
