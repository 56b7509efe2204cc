"""`game-stats-bot`: the terminal's way in. Each command opens what it needs and calls it; no logic.

Exit codes: 0 done, 1 the question was refused or a check found something, 2 wrong use or settings,
3 something that the command needs is down.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console

from bot import terminal
from bot.app import App, ConfigError, open_app, prepare, read_settings
from bot.domain import Answer, Dialect, Kind, Outcome, Refusal
from bot.evaluation import CasesError, Report, evaluate, read_cases, report
from bot.guard import guard
from bot.semantic import SemanticModelError, harden_sql, load, schema_prompt
from bot.serving import run_server
from bot.settings import Settings
from bot.store import StoreError
from bot.warehouse import WarehouseError

cli = typer.Typer(
    help="Ask a tournament's database a question.", no_args_is_help=True, add_completion=True
)
sql_cli = typer.Typer(help="Look at SQL as the guard sees it.", no_args_is_help=True)
database_cli = typer.Typer(help="Prepare the tournament database.", no_args_is_help=True)
digest_cli = typer.Typer(help="Look at a digest.", no_args_is_help=True)
cli.add_typer(sql_cli, name="sql")
cli.add_typer(database_cli, name="database")
cli.add_typer(digest_cli, name="digest")

NIL = UUID(int=0)
ModelFile = Annotated[Path | None, typer.Option(help="Another semantic model than the settings'.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON for programs.")]


def main() -> None:
    """Run the command line; what an operator can mend is one line, not a traceback."""
    try:
        cli()
    except (CasesError, ConfigError, SemanticModelError) as error:
        _say(error)
        raise SystemExit(2) from None
    except (StoreError, WarehouseError) as error:
        _say(error)
        raise SystemExit(3) from None


@cli.command()
def ask(
    question: str,
    event: Annotated[list[str], typer.Option(help="Slug or UUID of an event; may be repeated.")],
    as_json: AsJson = False,
) -> None:
    """Ask one question of one or more events."""

    async def run(app: App) -> Outcome:
        return await terminal.ask(app, question, event, quiet=as_json)

    outcome = _with_app(run)
    terminal.print_outcome(outcome, as_json=as_json)
    raise typer.Exit(_exit_code(outcome))


@cli.command()
def serve(
    worker: Annotated[bool, typer.Option(help="Also answer questions in this process.")] = True,
) -> None:
    """Listen to Slack and HTTP."""
    asyncio.run(run_server(read_settings(), listen=True, work=worker))


@cli.command()
def worker() -> None:
    """Answer questions that `serve` took in; health and metrics over HTTP."""
    asyncio.run(run_server(read_settings(), listen=False, work=True))


@cli.command()
def models(as_json: AsJson = False) -> None:
    """Show the language models and the last hour's answers."""

    async def run(app: App) -> Any:
        return await app.answering.status()

    terminal.print_status(_with_app(run), as_json=as_json)


@cli.command()
def schema(
    semantic_model: ModelFile = None,
    dialect: Annotated[Dialect, typer.Option(help="SQL to show it in.")] = Dialect.POSTGRES,
) -> None:
    """Print the schema as a language model sees it."""
    print(schema_prompt(load(_model_file(semantic_model)), dialect))  # noqa: T201 - its output


@cli.command("eval")
def evaluation(
    file: Annotated[Path, typer.Argument(help="Questions, a JSON line each.")],
    model: Annotated[list[str] | None, typer.Option(help="May be repeated.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure execution accuracy: ask every question of a file, and judge the rows."""
    cases = read_cases(file)
    # The cache would answer for the model.
    settings = read_settings().model_copy(update={"cache_seconds": 0})
    reports = []
    for name in model or [settings.ollama_model]:
        chosen = settings.model_copy(update={"ollama_model": name, "ollama_fallback_models": ""})

        async def run(app: App) -> Report:
            judged = await evaluate(app.answering, cases, terminal.judged_printer(quiet=as_json))
            return report(app.settings.ollama_model, judged)

        reports.append(_with_app(run, chosen))
    terminal.print_reports(reports, as_json=as_json)


@cli.command()
def demo() -> None:
    """Start the demo: a local workspace, databases and a small model, on this machine alone."""
    # The demo knows the bot; the bot knows nothing of the demo, so it becomes another program.
    os.execv(sys.executable, [sys.executable, "-m", "bot.demo"])  # noqa: S606 - this interpreter


@sql_cli.command("check")
def sql_check(
    semantic_model: ModelFile = None,
    dialect: Annotated[Dialect, typer.Option(help="SQL that comes in.")] = Dialect.POSTGRES,
    event: Annotated[list[UUID] | None, typer.Option(help="May be repeated.")] = None,
) -> None:
    """Guard statements: lines of {"id", "sql"} in, what the guard says out, in order."""
    model = load(_model_file(semantic_model))
    events = tuple(event or [NIL])
    for line in _lines(sys.stdin):
        checked = _checked(line, lambda sql: guard(sql, dialect, model, events))
        sys.stdout.write(json.dumps(checked, ensure_ascii=False) + "\n")


@database_cli.command("harden")
def database_harden(
    role: Annotated[str, typer.Argument(help="The database role that the bot reads with.")],
    semantic_model: ModelFile = None,
) -> None:
    """Print grants and row-level security for the bot's role; run them as the owner."""
    print(harden_sql(load(_model_file(semantic_model)), role))  # noqa: T201 - its output


@digest_cli.command("preview")
def digest_preview(event: Annotated[str, typer.Argument(help="Slug or UUID.")]) -> None:
    """Print today's digest of an event."""

    async def run(app: App) -> Any:
        return await terminal.digest(app, event)

    terminal.print_digest(_with_app(run))


def _say(error: Exception) -> None:
    Console(stderr=True).print(f"game-stats-bot: {error}", markup=False, highlight=False)


def _with_app(run: Any, settings: Settings | None = None) -> Any:
    async def opened() -> Any:
        async with open_app(settings or read_settings()) as app:
            await prepare(app)
            return await run(app)

    return asyncio.run(opened())


def _model_file(given: Path | None) -> Path:
    return given or read_settings().semantic_model


def _lines(stream: Iterable[str]) -> Iterable[str]:
    return (line for line in stream if line.strip())


def _checked(line: str, check: Any) -> dict[str, Any]:
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


def _exit_code(outcome: Outcome) -> int:
    if isinstance(outcome, Answer):
        return 0
    return 1 if outcome.code.kind is Kind.REFUSAL else 3


if __name__ == "__main__":
    main()
