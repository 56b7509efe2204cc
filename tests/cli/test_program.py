"""What the command line is before any command runs: quick help, completion, exit codes."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer

from bot.app import ConfigError
from bot.cli.failures import exit_code
from bot.cli.program import COMMANDS
from bot.store import BackupError, StoreError
from tests.cli.test_cli import ROOT, run


def test_every_command_of_every_file_is_known_by_its_name() -> None:
    """No command can be written and then not be found, and none is named that is not there."""
    files = {file for file, _help in COMMANDS.values()}
    there = {
        name: file
        for file in files
        for name in typer.main.get_group(importlib.import_module(f"bot.cli.{file}").cli).commands
    }
    assert there == {name: file for name, (file, _help) in COMMANDS.items()}
    own = {
        path.stem for path in (ROOT / "bot" / "cli").glob("*.py") if "cli = " in path.read_text()
    }
    assert own - {"program"} == files


def test_help_reads_nothing_of_what_the_commands_use() -> None:
    """A person who looks for a command does not wait for the bot to be read."""
    script = "import sys, bot.cli; print(*sorted(sys.modules))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, check=True, capture_output=True, text=True
    )
    read = {name for name in done.stdout.split() if name.startswith("bot.")}
    assert read == {"bot.cli", "bot.cli.program"}


async def test_each_command_has_help_and_the_overview_a_line_of_it() -> None:
    """`--help` names every command; a name that is nearly one brings the right one."""
    code, out, _errors = await run("--help")
    assert code == 0
    assert [name for name in COMMANDS if f" {name} " not in out] == []
    code, _out, errors = await run("exprot")
    assert code == 2
    assert "export" in errors


def completed(words: str) -> Iterator[str]:
    """What bash is offered for a line that ends in the middle of a word."""
    script = "import sys; sys.argv = ['game-stats-bot']; from bot.cli import main; main()"
    asked = {"COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "_GAME_STATS_BOT_COMPLETE": "complete_bash",
            **asked,
        },
        check=False,
        capture_output=True,
        text=True,
    )
    yield from done.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("game-stats-bot wo", ["worker", "workspaces"]),
        ("game-stats-bot models ev", ["evict"]),
        ("game-stats-bot ask --ev", ["--event"]),
    ],
)
def test_the_shell_completes_commands_and_options(words: str, offered: list[str]) -> None:
    """Commands, commands of commands and options, whose files are read for it."""
    assert list(completed(words)) == offered


def test_what_went_wrong_decides_the_exit_code() -> None:
    """Wrong settings are told from a server that is down, and both from a bug of ours."""
    errors = (ConfigError("x"), BackupError("x"), StoreError("x"), RuntimeError("x"))
    assert [exit_code(error) for error in errors] == [2, 2, 3, None]
