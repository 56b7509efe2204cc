"""Every command, and what an operator sees when one fails.

A command's file is read when the command is run: help and completion need none of what it uses.
"""

from __future__ import annotations

import importlib
from typing import Any

import typer
from typer.core import TyperGroup

COMMANDS = {
    "ask": ("questions", "Ask one question of one or more events."),
    "serve": ("running", "Listen to Slack and HTTP, and answer."),
    "worker": ("running", "Answer questions that `serve` took in."),
    "demo": ("running", "Start the demo: a local workspace with all it needs, on this machine."),
    "models": ("models", "Show the language models and the last hour's answers; manage them."),
    "eval": ("evaluation", "Measure how often the whole pipeline is right."),
    "eval-compare": ("evaluation", "Show what changed between two runs of eval."),
    "schema": ("schema", "Print the schema as a language model sees it, or draft one (init)."),
    "sql": ("sql", "Look at SQL as the guard sees it."),
    "database": ("database", "Prepare the tournament's database."),
    "digest": ("digests", "Look at a digest."),
    "export": ("backup", "Write all that people made into one file."),
    "import": ("backup", "Take in a file that `export` wrote."),
    "doctor": ("doctor", "Check all that a deployment needs; say what mends each fault."),
    "config": ("config", "Look at the settings."),
    "workspaces": ("workspaces", "The workspaces of a bot for many."),
}
"""Each command's file in this folder, and its line of help."""


class ReadWhenRun(TyperGroup):
    """Puts the real command into the place of its name's once it is to be run."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The name, the command and what it is given. Raises a usage error for another name."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, read(name) if name else command, rest


def read(name: str) -> Any:
    """The command of this name, from its file."""
    file, _help = COMMANDS[name]
    return typer.main.get_group(importlib.import_module(f"bot.cli.{file}").cli).commands[name]


cli = typer.Typer(
    cls=ReadWhenRun, help="Ask a tournament's database a question.", no_args_is_help=True
)
for _name, (_file, _line) in COMMANDS.items():
    cli.command(_name, help=_line)(lambda: None)


def main() -> None:
    """Run the command line; what an operator can mend is one line, not a traceback."""
    try:
        cli()
    except Exception as error:
        code = importlib.import_module("bot.cli.failures").exit_code(error)
        if code is None:
            raise
        typer.echo(f"game-stats-bot: {error}", err=True)
        raise SystemExit(code) from None
