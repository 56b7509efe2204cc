"""The events there are, and the names that their rows bear, read seldom and kept a short while.

Names go stale harmlessly: an unknown one is only not linked. Rows of answers are never kept.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from uuid import UUID

from bot.answering.names import Named, Names, index, owner_column
from bot.domain import Event, Refusal, ResultTable
from bot.semantic import SemanticModel, directory_sql
from bot.warehouse import TimedOut, TooCostly, Warehouse

Query = Callable[[str, tuple[Event, ...]], Awaitable[ResultTable | Refusal]]

_SECONDS = 60.0
_KEPT = 256


@dataclass(slots=True)
class Directory:
    """Looks events up by id or slug. `timezone` is given to every event, as the data has none."""

    model: SemanticModel
    warehouse: Warehouse
    timezone: str
    _events: tuple[float, tuple[Event, ...]] = (float("-inf"), ())
    _names: dict[tuple[UUID, ...], tuple[float, Names]] = field(default_factory=dict)

    async def all(self) -> tuple[Event, ...]:
        """Every event that is not a draft. Raises WarehouseError."""
        read_at, events = self._events
        if time.monotonic() - read_at > _SECONDS:
            found = await self.warehouse.events(directory_sql(self.model))
            events = tuple(replace(event, timezone=self.timezone) for event in found)
            self._events = (time.monotonic(), events)
        return events

    async def named(self, ids: tuple[UUID, ...]) -> tuple[Event, ...]:
        """The events with these ids that still exist, in this order. Raises WarehouseError."""
        by_id = {event.id: event for event in await self.all()}
        return tuple(by_id[event_id] for event_id in ids if event_id in by_id)

    async def names(self, events: tuple[Event, ...], query: Query) -> Names:
        """The linked columns' values here, ready to be looked for. Raises WarehouseError."""
        key = tuple(event.id for event in events)
        read_at, names = self._names.get(key, (float("-inf"), index(())))
        if time.monotonic() - read_at > _SECONDS:
            read = [await self._named(column, events, query) for column in self.model.linked]
            names = index(each for column in read for each in column)
            if len(self._names) >= _KEPT:
                self._names.clear()
            self._names[key] = (time.monotonic(), names)
        return names

    async def _named(
        self, column: str, events: tuple[Event, ...], query: Query
    ) -> tuple[Named, ...]:
        table, name = column.split(".")
        owner = owner_column(self.model, column)
        chosen = f"{name}, {owner}" if owner else name
        try:
            rows = await query(f"SELECT DISTINCT {chosen} FROM {table}", events)  # noqa: S608 - names of the semantic model
        except (TooCostly, TimedOut):
            return ()  # a question loses its hint, not its answer
        if isinstance(rows, ResultTable):
            return tuple(
                Named(column, str(row[0]), str(row[1] or "") if owner else "")
                for row in rows.rows
                if row[0]
            )
        raise RuntimeError(f"the semantic model links {column}, but the guard says: {rows.message}")
