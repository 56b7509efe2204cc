"""The tournament's database: does it answer, does the semantic model fit it, is the role held?"""

from __future__ import annotations

from bot.app import POSTGRES, ConfigError, needed
from bot.doctor.clock import Clock
from bot.doctor.finding import Finding, down, fails, ok, warning
from bot.metrics import new_metrics
from bot.semantic import SemanticModel, SemanticModelError, check_catalog, directory_sql, load
from bot.settings import Settings
from bot.warehouse import RoleFault, Warehouse, WarehouseError, open_warehouse

_SHOWN = 4
"""Faults of the role that are shown; `database harden --check` lists all."""

_CHECK = "game-stats-bot database harden --check"


async def check_database(settings: Settings, clock: Clock) -> tuple[Finding, ...]:
    """The semantic model, the database behind it, and what its role may do."""
    try:
        model = load(settings.semantic_model)
    except SemanticModelError as error:
        return (fails("semantic model", "model_file", f"{error}.", "Mend that line."),)
    try:
        url = needed(settings.database_url, "DATABASE_URL", POSTGRES)
    except ConfigError:
        return ()  # said among the settings
    async with open_warehouse(
        url,
        timeout=settings.query_timeout,
        max_cost=settings.query_max_cost,
        metrics=new_metrics(),
        connections=1,
    ) as warehouse:
        try:
            clock.saw("the tournament's database", (await warehouse.now()).timestamp())
        except WarehouseError as error:
            mend = 'psql "$DATABASE_URL" -c "SELECT 1"'
            return (down("database", "database_down", str(error), mend),)
        try:
            return (
                ok("database", "It answers."),
                *await _catalogue(warehouse, model),
                *_role(await warehouse.role_faults(model)),
            )
        except WarehouseError as error:
            says = f"It answers, but not this check: {error}"
            return (fails("database", "database_failed", says, _CHECK),)


async def _catalogue(warehouse: Warehouse, model: SemanticModel) -> list[Finding]:
    try:
        check_catalog(model, await warehouse.catalog())
    except SemanticModelError as error:
        mend = "Mend that line of the file, or let the role read it: " + _CHECK
        return [fails("semantic model", "catalogue", f"{error}.", mend)]
    found = [ok("semantic model", f"All {len(model.tables)} tables fit the database.")]
    try:
        events = await warehouse.events(directory_sql(model))
    except WarehouseError as error:
        return [*found, fails("events", "events_failed", f"They cannot be listed: {error}", _CHECK)]
    if not events:
        says = "There is none, or the role sees none, so no channel can be bound."
        return [*found, warning("events", "no_events", says, _CHECK)]
    return [*found, ok("events", f"{len(events)} can be bound.")]


def _role(faults: tuple[RoleFault, ...]) -> list[Finding]:
    if not faults:
        return [ok("role", "It reads the listed columns of bound events, and nothing else.")]
    # What holds a role at all comes first: a superuser has every other fault too.
    found = [_fault(fault) for fault in faults[:_SHOWN]]
    if len(faults) > _SHOWN:
        says = f"And {len(faults) - _SHOWN} more."
        found.append(fails("role", "role_more", says, _CHECK))
    return found


def _fault(fault: RoleFault) -> Finding:
    if not fault.excess:
        return fails("role", "role_lacks", f"{fault.what}.", fault.mend)
    policy = "policy" in fault.what.lower() or "row-level" in fault.what.lower()
    code = "superuser" if "superuser" in fault.what else "policy" if policy else "role_excess"
    return fails("role", code, f"{fault.what}.", fault.mend)
