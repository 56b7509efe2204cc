"""`sql check`: what the guard makes of SQL. It needs no server."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from typing import Annotated, Any
from uuid import UUID

import typer

from bot.cli.shared import ModelFile, model_file
from bot.domain import Dialect, GuardedQuery, Refusal
from bot.guard import guard
from bot.semantic import load

NIL = UUID(int=0)

cli = typer.Typer()
sql_cli = typer.Typer(help="Look at SQL as the guard sees it.", no_args_is_help=True)
cli.add_typer(sql_cli, name="sql")


@sql_cli.command("check")
def sql_check(
    semantic_model: ModelFile = None,
    dialect: Annotated[Dialect, typer.Option(help="SQL that comes in.")] = Dialect.POSTGRES,
    event: Annotated[list[UUID] | None, typer.Option(help="May be repeated.")] = None,
) -> None:
    """Guard statements: lines of {"id", "sql"} in, what the guard says out, in order."""
    model = load(model_file(semantic_model))
    events = tuple(event or [NIL])
    for line in _lines(sys.stdin):
        checked = _checked(line, lambda sql: guard(sql, dialect, model, events))
        sys.stdout.write(json.dumps(checked, ensure_ascii=False) + "\n")


def _lines(stream: Iterable[str]) -> Iterable[str]:
    return (line for line in stream if line.strip())


def _checked(line: str, check: Callable[[str], GuardedQuery | Refusal]) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "id": None,
        "ok": False,
        "code": None,
        "message": None,
        "sql": None,
        "tables": [],
    }
    try:
        fields = json.loads(line)
        sql = fields["sql"]
        if not isinstance(sql, str):
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError):
        return empty | {"code": "bad_line", "message": 'A line is {"id": …, "sql": "…"}.'}
    found = check(sql)
    if isinstance(found, Refusal):
        said = {"code": found.code.value, "message": found.message}
        return empty | {"id": fields.get("id")} | said
    return empty | {
        "id": fields.get("id"),
        "ok": True,
        "sql": found.sql,
        "tables": list(found.tables),
    }
