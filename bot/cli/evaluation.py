"""`eval`: how often the whole pipeline is right."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot import terminal
from bot.answering.parts import Shape, chosen
from bot.app import App, read_settings
from bot.cli.shared import AsJson, with_app
from bot.evaluation import Report, evaluate, read_cases, report

cli = typer.Typer()


@cli.command("eval")
def evaluation(
    file: Annotated[Path, typer.Argument(help="Questions, a JSON line each.")],
    model: Annotated[list[str] | None, typer.Option(help="May be repeated.")] = None,
    prompt: Annotated[Shape, typer.Option(help="How much the prompt says.")] = Shape.FULL,
    without: Annotated[
        list[str] | None, typer.Option(help="A part to switch off; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure execution accuracy: ask every question of a file, and judge the rows."""
    cases = read_cases(file)
    parts = chosen(prompt, without or ())
    # The cache would answer for the model.
    settings = read_settings().model_copy(update={"cache_seconds": 0})
    reports = []
    for name in model or [settings.ollama_model]:
        own = settings.model_copy(update={"ollama_model": name, "ollama_fallback_models": ""})

        async def run(app: App) -> Report:
            judged = await evaluate(app.answering, cases, terminal.judged_printer(quiet=as_json))
            return report(app.settings.ollama_model, judged)

        reports.append(with_app(run, own, parts))
    terminal.print_reports(reports, as_json=as_json)
