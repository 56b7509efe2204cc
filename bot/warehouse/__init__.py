"""The tournament's database, read-only: run a guarded query with limits, list events, introspect.

    async with open_warehouse(url, timeout=10, max_cost=2e6, metrics=metrics) as warehouse:
        table = await warehouse.run(query)      # ResultTable, or a WarehouseError

Nothing but a GuardedQuery runs here, each in a READ ONLY transaction of its own under limits.
"""

from bot.warehouse.errors import (
    DatabaseBusy,
    DatabaseDown,
    QueryFailed,
    TimedOut,
    TooCostly,
    WarehouseError,
)
from bot.warehouse.role import RoleFault
from bot.warehouse.warehouse import Warehouse, open_warehouse

__all__ = [
    "DatabaseBusy",
    "DatabaseDown",
    "QueryFailed",
    "RoleFault",
    "TimedOut",
    "TooCostly",
    "Warehouse",
    "WarehouseError",
    "open_warehouse",
]
