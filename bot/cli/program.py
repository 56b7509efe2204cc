"""The program as a whole: every file's commands, and what an operator sees when one fails."""

from __future__ import annotations

import typer
from rich.console import Console

from bot.answering.parts import PartsError
from bot.app import ConfigError
from bot.cli import (
    backup,
    config,
    database,
    digests,
    doctor,
    evaluation,
    models,
    questions,
    running,
    schema,
    sql,
    workspaces,
)
from bot.evaluation import CasesError
from bot.llm import LanguageModelError
from bot.semantic import SemanticModelError
from bot.store import BackupError, StoreError
from bot.warehouse import WarehouseError

cli = typer.Typer(
    help="Ask a tournament's database a question.", no_args_is_help=True, add_completion=True
)
_PARTS = (
    *(questions, running, models, evaluation),
    *(schema, sql, database, digests, backup, doctor, config, workspaces),
)
for part in _PARTS:
    cli.add_typer(part.cli)


def main() -> None:
    """Run the command line; what an operator can mend is one line, not a traceback."""
    try:
        cli()
    except (BackupError, CasesError, ConfigError, PartsError, SemanticModelError) as error:
        _say(error)
        raise SystemExit(2) from None
    except (LanguageModelError, StoreError, WarehouseError) as error:
        _say(error)
        raise SystemExit(3) from None


def _say(error: Exception) -> None:
    Console(stderr=True).print(f"game-stats-bot: {error}", markup=False, highlight=False)
