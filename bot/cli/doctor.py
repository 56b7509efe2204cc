"""`doctor`: what a deployment needs, looked at from here."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from bot import doctor
from bot.cli.shared import AsJson
from bot.doctor import Finding, Grade
from bot.logs import set_up_logs

cli = typer.Typer()

_STYLES = {Grade.OK: "green", Grade.WARNING: "yellow", Grade.FAILS: "red", Grade.DOWN: "red"}


Manifest = Annotated[
    Path | None,
    typer.Option(help="The app's manifest, saved from Slack (YAML or JSON), to compare as well."),
]
Ours = Annotated[Path, typer.Option(help="What it is compared with.")]


@cli.command("doctor")
def examine(
    manifest: Manifest = None, ours: Ours = Path("manifest.yml"), as_json: AsJson = False
) -> None:
    """Check settings, Slack, databases, Redis and language models; say what mends each fault.

    Exit codes: 0 all is well (warnings aside), 1 something is wrong, 3 something does not answer.
    """
    set_up_logs("ERROR")
    settings, bad = doctor.read()
    findings = (*bad, *asyncio.run(doctor.examine(settings)))
    if manifest is not None:
        findings += doctor.check_manifest(manifest, ours, settings)
    if as_json:
        said = [dataclasses.asdict(finding) for finding in findings]
        print(json.dumps(said, ensure_ascii=False, indent=2))  # noqa: T201 - its output
    else:
        for finding in findings:
            _show(finding)
    raise typer.Exit(doctor.exit_code(findings))


def _show(finding: Finding) -> None:
    line = Text.assemble(
        (f"{finding.grade.value:<8}", _STYLES[finding.grade]),
        (f"{finding.check}: ", "bold"),
        finding.says,
    )
    console = Console(soft_wrap=True)
    console.print(line)
    if finding.mend:
        console.print(Text(f"        → {finding.mend}"))
