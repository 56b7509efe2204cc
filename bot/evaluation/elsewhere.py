"""The databases that answers are checked on beside the one that was asked.

`again` holds the same events with other results: what is right by luck is wrong there. A database
of `alone` holds one event and nothing else: rows that differ there came from another event.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field

import asyncpg

from bot.domain import Column, ColumnKind, Event, GuardedQuery, ResultTable
from bot.semantic import SemanticModel, fences
from bot.warehouse import Warehouse
from bot.warehouse.connection import HardenedConnection

Opens = Callable[[str], AbstractAsyncContextManager[Warehouse]]

_BARE_SECONDS = 5.0


@dataclass(slots=True)
class Elsewhere:
    """`again` and `alone_url` are missing where no such database is named."""

    model: SemanticModel
    again: Warehouse | None
    alone_url: str
    _opens: Opens
    _stack: AsyncExitStack
    _alone: dict[str, Warehouse] = field(default_factory=dict)

    async def alone(self, query: GuardedQuery, event: Event) -> ResultTable | None:
        """The rows of `query` where there is no other event. Raises WarehouseError."""
        if not self.alone_url:
            return None
        if event.slug not in self._alone:
            opened = self._opens(self._address(event))
            self._alone[event.slug] = await self._stack.enter_async_context(opened)
        return await self._alone[event.slug].run(query)

    async def unguarded(self, sql: str, event: Event) -> ResultTable | None:
        """The rows of PostgreSQL that the guard refused, inside all fences; None if it fails.

        Only where the event is alone, read-only, as the hardened role: a copy made to be asked.
        """
        if not self.alone_url:
            return None
        connection = await asyncpg.connect(
            self._address(event), timeout=_BARE_SECONDS, connection_class=HardenedConnection
        )
        try:
            async with connection.transaction(readonly=True):
                await connection.execute(
                    f"SET LOCAL search_path = ''; SET LOCAL statement_timeout = '5s';"
                    f" SET LOCAL game_stats.events = '{event.id}'"
                )
                found = await connection.prepare(_fenced(sql, self.model))
                rows = await found.fetch([event.id])
                columns = tuple(
                    Column(each.name, ColumnKind.OTHER) for each in found.get_attributes()
                )
                return ResultTable(columns, tuple(tuple(row) for row in rows))
        except (asyncpg.PostgresError, asyncpg.InterfaceError, ValueError, OverflowError):
            return None
        finally:
            await connection.close()

    def _address(self, event: Event) -> str:
        return self.alone_url.replace("{event}", event.slug.replace("-", "_"))


@contextlib.asynccontextmanager
async def open_elsewhere(
    model: SemanticModel, opens: Opens, *, again_url: str, alone_url: str
) -> AsyncIterator[Elsewhere]:
    """The databases at these URLs, either of which may be empty."""
    async with AsyncExitStack() as stack:
        again = await stack.enter_async_context(opens(again_url)) if again_url else None
        yield Elsewhere(model, again, alone_url, opens, stack)


def _fenced(sql: str, model: SemanticModel) -> str:
    made = ", ".join(
        f"{each.name} AS MATERIALIZED ({each.body})" for each in fences(model, tuple(model.tables))
    )
    return f"WITH {made} SELECT * FROM ({sql.strip().rstrip(';')}) AS answer"  # noqa: S608 - see above
