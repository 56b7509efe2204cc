"""`eval` and `eval-compare`: how often the whole pipeline is right, and whether it got better."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.answering.parts import Shape, chosen
from bot.app import App, elsewhere, read_settings
from bot.cli.shared import AsJson, with_app
from bot.evaluation import (
    Case,
    Drafts,
    Report,
    Saved,
    compare_runs,
    evaluate,
    read_cases,
    read_drafts,
    read_verdicts,
    report,
    show_comparison,
    show_judged,
    show_reports,
)
from bot.evaluation import chosen as chosen_cases

cli = typer.Typer()
_OUT, _ERR = Console(), Console(stderr=True)


@cli.command("eval")
def evaluation(
    file: Annotated[Path, typer.Argument(help="Questions, a JSON line each.")],
    model: Annotated[list[str] | None, typer.Option(help="May be repeated.")] = None,
    prompt: Annotated[Shape, typer.Option(help="How much the prompt says.")] = Shape.FULL,
    without: Annotated[
        list[str] | None, typer.Option(help="A part to switch off; may be repeated.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="One group; may be repeated, for any of them.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many questions.")] = None,
    save: Annotated[
        Path | None, typer.Option(help="Keep each verdict here; the same run goes on from it.")
    ] = None,
    drafts: Annotated[
        Path | None, typer.Option(help="Keep what models answer here, and ask no prompt twice.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure how often the whole pipeline is right: ask every question, and judge the rows."""
    cases = read_cases(file)
    kept = chosen_cases(cases, only or (), limit)
    parts = chosen(prompt, without or ())
    # The cache would answer for the model.
    settings = read_settings().model_copy(update={"cache_seconds": 0})
    names = model or [settings.ollama_model]
    if save is not None and len(names) > 1:
        raise typer.BadParameter("one file holds the run of one model", param_hint="--save")
    drafted = read_drafts(drafts) if drafts else None
    reports = []
    for name in names:
        own = settings.model_copy(update={"ollama_model": name, "ollama_fallback_models": ""})
        saved = None
        if save is not None:
            about = {
                "model": name,
                "parts": {**dataclasses.asdict(parts), "shape": parts.shape.value},
                "questions": hashlib.sha256(file.read_bytes()).hexdigest()[:16],
            }
            saved = Saved(save, about)

        async def run(app: App, saved: Saved | None = saved) -> Report:
            return await _run(app, kept, cases, saved, drafted, quiet=as_json)

        reports.append(with_app(run, own, parts, drafted))
    if as_json:
        _OUT.print_json(data=[each.as_json() for each in reports])
    else:
        show_reports(_OUT, reports)


@cli.command("eval-compare")
def compare(before: Path, after: Path, as_json: AsJson = False) -> None:
    """Show what changed between two runs (`eval --save` or `--json`), and if it may be chance."""
    found = compare_runs(read_verdicts(before), read_verdicts(after))
    if as_json:
        _OUT.print_json(data=dataclasses.asdict(found))
    else:
        show_comparison(_OUT, found)


async def _run(
    app: App,
    kept: tuple[Case, ...],
    cases: tuple[Case, ...],
    saved: Saved | None,
    drafts: Drafts | None,
    *,
    quiet: bool,
) -> Report:
    done = saved.read(kept) if saved else {}
    left = tuple(case for case in kept if case.id not in done)
    async with elsewhere(app) as other:
        async for judged in evaluate(app.answering, other, left, asked=cases, drafts=drafts):
            done[judged.case.id] = judged
            if saved:
                saved.add(judged)
            if not quiet:
                show_judged(_ERR, judged, len(done), len(kept))
        copies = 2 if other.again else 1
    judged_all = tuple(done[case.id] for case in kept)
    return report(app.settings.ollama_model, judged_all, copies=copies)
