"""`config show`: each setting, where it comes from, and no secret."""

from __future__ import annotations

import json
import re
from typing import Any

import typer
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import doctor
from bot.cli.shared import AsJson
from bot.settings import sources

cli = typer.Typer()
config_cli = typer.Typer(help="Look at the settings.", no_args_is_help=True)
cli.add_typer(config_cli, name="config")

_LOGIN = re.compile(r"(?<=//)[^/@\s,]*@")


@config_cli.command("show")
def show(as_json: AsJson = False) -> None:
    """Show each setting, its value and where it comes from; secrets only as set or not.

    Exit codes: 0 every setting can be used, 1 some cannot: they are named and show their default.
    """
    settings, found = doctor.read()
    places = sources()
    rows = [
        {"name": name.upper(), "value": _shown(value), "from": places[name]}
        for name, value in settings
    ]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))  # noqa: T201 - its output
    else:
        _print(rows)
    for fault in found:
        if fault.grade is not doctor.Grade.OK:
            Console(stderr=True, soft_wrap=True).print(Text(fault.says))
    raise typer.Exit(doctor.exit_code(found))


def _shown(value: Any) -> str:
    """A value as text: a secret hidden, a name and password in an address too."""
    if isinstance(value, SecretStr):
        return "(hidden)" if value.get_secret_value() else ""
    return _LOGIN.sub("(hidden)@", "" if value is None else str(value))


def _print(rows: list[dict[str, str]]) -> None:
    table = Table(box=None, pad_edge=False)
    for title in ("setting", "value", "from"):
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*(Text(text) for text in row.values()))
    Console().print(table)
