"""`export` and `import`: what people made, as one file, to keep or to move."""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot.app import open_own_database, read_settings
from bot.store import BackupError, Taken, export, take_in

cli = typer.Typer()


@cli.command("export")
def export_file(
    file: Annotated[Path, typer.Argument(help="Where to write; it must not be there yet.")],
) -> None:
    """Write bindings, digests and all else that people made into one file."""
    if file.exists():
        raise BackupError(f"{file} is there already. Give another name, or move it away.")

    async def run() -> dict[str, Any]:
        async with open_own_database(read_settings()) as database:
            return await export(database)

    made = asyncio.run(run())
    _write(file, json.dumps(made, ensure_ascii=False, indent=1) + "\n")
    counts = ", ".join(f"{len(rows)} {name}" for name, rows in made["tables"].items())
    Console().print(f"{file}: {counts}", markup=False, highlight=False)


@cli.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A file that `export` wrote.")],
    overwrite: Annotated[
        bool, typer.Option(help="Where a row is there and differs, take the file's.")
    ] = False,
    dry_run: Annotated[bool, typer.Option(help="Say what would be done, and do nothing.")] = False,
) -> None:
    """Take in a file that `export` wrote: all of it or, at any fault, nothing."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BackupError(f"{file} cannot be read: {error}.") from None

    async def run() -> tuple[Taken, ...]:
        async with open_own_database(read_settings()) as database:
            return await take_in(database, text, overwrite=overwrite, dry_run=dry_run)

    table = Table("", "added", "changed", "kept as they are", "the same")
    for taken in asyncio.run(run()):
        counts = (taken.added, taken.changed, taken.kept, taken.same)
        table.add_row(taken.table, *map(str, counts))
    Console().print(table)
    if dry_run:
        Console().print("Nothing was changed: this was a dry run.")


def _write(file: Path, text: str) -> None:
    """The whole file or none. Raises BackupError."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", dir=file.parent, prefix=f".{file.name}.", delete=False, encoding="utf-8"
        ) as part:
            part.write(text)
        Path(part.name).replace(file)
    except OSError as error:
        raise BackupError(f"{file} cannot be written: {error}.") from None
