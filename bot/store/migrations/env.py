"""What alembic runs before the migrations: use the connection that bot.store.migrate hands over.

It keeps its own version in the schema `bot`, beside the tables that it made, and opens no
transaction: the caller's holds the lock and the whole upgrade.
"""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table_schema="bot",
)
context.run_migrations()
