"""What the bot's database role can do beyond what it needs, and what it lacks: catalog look-ups.

    for fault in await role_faults(connection, model): print(fault)

The questions are asked as the role itself, which every PostgreSQL lets do so. A fault says what is
wrong and the SQL that mends it; `excess` ones let the role do more than `harden_sql` leaves it, the
others keep answers from people. `bot.semantic.harden` says why each right is one too many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from bot.semantic import (
    MIGHTY,
    Hardened,
    SemanticModel,
    hardened,
    policy_names,
    same_condition,
)
from bot.semantic.sql import quoted
from bot.warehouse import rights

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy
Row = Mapping[str, object] | asyncpg.Record

_NAMED = 5
"""Names that one fault lists."""


@dataclass(frozen=True, slots=True)
class RoleFault:
    """One thing to mend. `excess`: the role can do more than it needs."""

    what: str
    mend: str
    excess: bool = True

    def __str__(self) -> str:
        return f"{self.what}. Mend: {self.mend}"


async def role_faults(connection: Connection, model: SemanticModel) -> tuple[RoleFault, ...]:
    """Everything that is missing or too much, in the order of this file. Raises asyncpg's errors.

    The connection's search_path has to be empty, for conditions print with schemas only then.
    """
    me = await connection.fetchrow(rights.ROLE)
    assert me is not None
    role, listed = str(me["name"]), hardened(model)
    owned = await connection.fetch(rights.OWNED)
    relations = await connection.fetch(
        rights.RELATIONS, connection.get_server_version().major >= 17
    )
    columns = await connection.fetch(rights.COLUMNS)
    functions = await connection.fetch(rights.FUNCTIONS, MIGHTY)
    policies = await connection.fetch(rights.POLICIES)
    return (
        *_attributes(me),
        *_groups(role, await connection.fetch(rights.GROUPS)),
        *_owned(role, owned),
        *_places(role, await connection.fetch(rights.PLACES)),
        *_writes(role, relations),
        *_reads(role, columns, listed),
        *_functions(role, functions),
        *_policies(role, policies, listed),
        *_settings(role, await connection.fetch(rights.SETTINGS, list(_BAD_SETTINGS))),
        *_unreadable(role, columns, listed),
    )


_ATTRIBUTES = {
    "superuser": "is a superuser, whom nothing holds",
    "bypassrls": "reads past row-level security: it sees every event",
    "createrole": "can make roles",
    "createdb": "can make databases",
    "replication": "can copy the whole server by replication",
}


def _attributes(me: Row) -> Iterator[RoleFault]:
    for name, what in _ATTRIBUTES.items():
        if me[name]:
            yield RoleFault(f"It {what}", f"ALTER ROLE {quoted(str(me['name']))} NO{name.upper()};")


def _groups(role: str, groups: Sequence[Row]) -> Iterator[RoleFault]:
    for name in _column(groups, "name"):
        yield RoleFault(
            f"It may act as the role {name}", f"REVOKE {quoted(name)} FROM {quoted(role)};"
        )


def _owned(role: str, owned: Sequence[Row]) -> Iterator[RoleFault]:
    if owned:
        what = f"It owns {_listed(_column(owned, 'name'))}; an owner may do anything with them"
        yield RoleFault(what, f"REASSIGN OWNED BY {quoted(role)} TO …; or read as another role")


def _places(role: str, places: Sequence[Row]) -> Iterator[RoleFault]:
    for row in places:
        right, kind, name = str(row["right"]), str(row["kind"]), str(row["name"])
        able = {"CREATE": "make objects in", "TEMPORARY": "make temporary tables in"}
        yield RoleFault(
            f"It can {able.get(right, 'reach')} {kind.lower()} {name}",
            f"REVOKE {right} ON {kind} {quoted(name)} FROM PUBLIC, {quoted(role)};",
        )


def _writes(role: str, relations: Sequence[Row]) -> Iterator[RoleFault]:
    for row in relations:
        if rights := str(row["rights"]):
            name = f"{quoted(str(row['schema']))}.{quoted(str(row['name']))}"
            on = f"SEQUENCE {name}" if row["sequence"] else name
            yield RoleFault(
                f"It has {rights} on {name}",
                f"REVOKE {rights} ON {on} FROM PUBLIC, {quoted(role)};",
            )


def _reads(role: str, rows: Sequence[Row], listed: Iterable[Hardened]) -> Iterator[RoleFault]:
    wanted = {table.name: set(table.columns) for table in listed}
    for row in rows:
        table = f"{quoted(str(row['schema']))}.{quoted(str(row['name']))}"
        may = wanted.get(str(row["name"]), set()) if row["schema"] == "public" else set()
        more = [name for name in _names(row["columns"]) if name not in may]
        if more:
            yield RoleFault(
                f"It reads {table} ({_listed(more)}), which no question needs",
                f"REVOKE SELECT ON {table} FROM PUBLIC, {quoted(role)}; then harden again",  # noqa: S608  shown, never run
            )


def _functions(role: str, functions: Sequence[Row]) -> Iterator[RoleFault]:
    mighty = [str(row["name"]) for row in functions if not row["as_owner"]]
    if mighty:
        yield RoleFault(
            f"It can call {_listed(mighty)}",
            "harden again, as a superuser; it revokes them all from PUBLIC",
        )
    for name in (str(row["name"]) for row in functions if row["as_owner"]):
        yield RoleFault(
            f"It can call {name}, which runs with its owner's rights",
            f"REVOKE EXECUTE ON FUNCTION {name} FROM PUBLIC, {quoted(role)};",
        )


def _policies(role: str, rows: Sequence[Row], listed: Iterable[Hardened]) -> Iterator[RoleFault]:
    there = {str(row["table"]): bool(row["enabled"]) for row in rows}
    found = {(str(row["table"]), row["name"]): row for row in rows}
    reads, bound = policy_names(role)
    for table in listed:
        again = "harden again"
        if table.name not in there:
            continue  # `_unreadable` says so
        if not there[table.name]:
            mend = f"ALTER TABLE public.{quoted(table.name)} ENABLE ROW LEVEL SECURITY; or {again}"
            yield RoleFault(f"Row-level security is off on {table.name}: every event shows", mend)
        cut = found.get((table.name, bound))
        if cut is None or cut["permissive"] or not cut["reads"]:
            yield RoleFault(f"No policy cuts {table.name} to the bound events", again)
        elif not same_condition(str(cut["condition"]), table.condition, table.name):
            yield RoleFault(f"The policy on {table.name} is not the one that harden writes", again)
        if (table.name, reads) not in found:
            yield RoleFault(f"No policy opens {table.name} to it", again, excess=False)


_BAD_SETTINGS = {
    "default_transaction_read_only": (("off",), "on", "A session of it may write"),
    "statement_timeout": (("0",), "60s", "Nothing ends a long statement of a session of it"),
    "track_activities": (("on",), "off", "Its sessions see what its other sessions run"),
    "temp_file_limit": (("-1",), "256MB", "A large sort of it may fill the disk"),
}
"""Settings of its sessions: bad values, what the script writes, and what a bad one means."""


def _settings(role: str, rows: Sequence[Row]) -> Iterator[RoleFault]:
    now = {str(row["name"]): str(row["value"]) for row in rows}
    for name, (bad, good, what) in _BAD_SETTINGS.items():
        if now.get(name) in bad:
            yield RoleFault(what, f"ALTER ROLE {quoted(role)} SET {name} = '{good}';")


def _unreadable(role: str, rows: Sequence[Row], listed: Iterable[Hardened]) -> Iterator[RoleFault]:
    readable = {str(r["name"]): set(_names(r["columns"])) for r in rows if r["schema"] == "public"}
    for table in listed:
        missing = [name for name in table.columns if name not in readable.get(table.name, ())]
        if missing:
            columns = ", ".join(quoted(name) for name in missing)
            yield RoleFault(
                f"It cannot read {table.name} ({_listed(missing)}), or that is not there",
                f"GRANT SELECT ({columns}) ON public.{quoted(table.name)} TO {quoted(role)};",
                excess=False,
            )


def _column(rows: Sequence[Row], name: str) -> list[str]:
    return [str(row[name]) for row in rows]


def _names(value: object) -> list[str]:
    assert isinstance(value, list | tuple)
    return [str(name) for name in value]


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
