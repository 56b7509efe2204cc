"""`guard`: the steps in order, and the only place that makes a GuardedQuery."""

from __future__ import annotations

from uuid import UUID

from bot.domain import GUARD_SEAL, Code, Dialect, GuardedQuery, Refusal
from bot.guard.check import check
from bot.guard.dots import check_dots
from bot.guard.grouping import widen
from bot.guard.isolate import isolate, pretty, printed
from bot.guard.limits import CHARACTERS, check_text
from bot.guard.mend import mended
from bot.guard.names import resolve
from bot.guard.parse import Node, parse, walk
from bot.guard.refusals import Refused, duckdb_only
from bot.guard.reread import EmittedWrongError, chosen, reread
from bot.guard.translate import to_postgres
from bot.semantic import SemanticModel, fences, used_columns


def guard(
    sql: str,
    dialect: Dialect,
    model: SemanticModel,
    events: tuple[UUID, ...],
    *,
    mending: bool = True,
) -> GuardedQuery | Refusal:
    """`sql` as one query that can read nothing but `events`, or why not.

    Without `mending` a wrong name is refused even where it can mean one thing only. A refusal of
    code BUG says that the guard did not trust its own output; nothing raises.
    """
    try:
        return _guarded(sql, dialect, model, events, mending=mending)
    except Refused as refused:
        return Refusal(refused.code, refused.message, sql=sql[:CHARACTERS], names=refused.names)
    except EmittedWrongError as wrong:
        message = f"The bot could not write this query down safely: {wrong}."
        return Refusal(Code.BUG, message, sql=sql[:CHARACTERS])


def _guarded(
    sql: str, dialect: Dialect, model: SemanticModel, events: tuple[UUID, ...], *, mending: bool
) -> GuardedQuery:
    """The steps, once more if a name could be mended. Raises Refused or EmittedWrongError."""
    check_text(sql, dialect)
    if dialect is Dialect.DUCKDB:
        source, query = _from_duckdb(sql, model)
    else:
        source, query = sql, parse(sql)
    try:
        return _isolated(source, query, model, events)
    except Refused as refused:
        if not (mending and refused.at):
            raise
        said = mended(query, model)
    text = chosen(query, printed(query, source))
    check_text(text, Dialect.POSTGRES)
    return _isolated(text, parse(text), model, events, said)


def _isolated(
    source: str,
    query: Node,
    model: SemanticModel,
    events: tuple[UUID, ...],
    said: tuple[str, ...] = (),
) -> GuardedQuery:
    """What `source`, whose tree is `query`, becomes. `said` is what was mended on the way here."""
    columns = [column for table in model.tables.values() for column in table.columns]
    check(query, frozenset(column.name for column in columns if column.type == "text"))
    check_dots(query, {column.name for column in columns})
    names = resolve(query, model)
    for select, sources in names.grouped:
        widen(select, sources)
    tables = tuple(sorted(names.tables))
    compiled = fences(model, tables, used_columns(walk(query), model.tables))
    text = chosen(query, printed(query, source))
    emitted = isolate(text, compiled)
    reread(emitted, text, query, compiled)
    shown = pretty(text, query)
    return GuardedQuery(emitted, events, tables, shown, GUARD_SEAL, said, len(compiled))


def _from_duckdb(sql: str, model: SemanticModel) -> tuple[str, Node]:
    """The PostgreSQL that DuckDB's text becomes, and its tree."""
    text = to_postgres(sql, model)
    check_text(text, Dialect.POSTGRES)  # a text such as 'a' AS 'b' may have become a name
    try:
        return text, parse(text)
    except Refused as refused:
        if refused.code is Code.NOT_SQL:
            what = refused.message.partition(": ")[2].removesuffix(".")
            raise duckdb_only(what) from refused
        raise
