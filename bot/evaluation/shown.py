"""Runs and comparisons for a person at a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.evaluation.changes import Comparison
from bot.evaluation.report import Corrected, Report
from bot.evaluation.verdicts import Judged

_RATES = (
    "right",
    "execution_accuracy",
    "valid_rate",
    "refusal_precision",
    "refusal_recall",
    "clarification_precision",
    "clarification_recall",
    "leak_rate",
    "honest_refusal_rate",
)
_CHANCE = 0.05


def show_judged(console: Console, judged: Judged, place: int, of: int) -> None:
    """One line, as it comes."""
    line = f"{place:>4}/{of} {judged.verdict.value:<40} {judged.case.question}"
    console.print(line, style="" if judged.verdict.good else "dim", markup=False, highlight=False)


def show_reports(console: Console, reports: Sequence[Report]) -> None:
    """Figures of each model side by side."""
    table = Table("")
    for each in reports:
        table.add_column(Text(each.model), justify="right")
    for name in _RATES:
        table.add_row(name.replace("_", " "), *(_rate(getattr(each, name)) for each in reports))
    for name in ("more_columns", "lucky", "copies"):
        table.add_row(name.replace("_", " "), *(str(getattr(each, name)) for each in reports))
    table.add_row("mended by the guard", *(_corrected(each.mending) for each in reports))
    table.add_row("repaired by the model", *(_corrected(each.repair) for each in reports))
    table.add_row("median seconds", *(_rate(each.median_seconds) for each in reports))
    for name in ("queue", "prompt", "generation", "guard", "database"):
        values = (getattr(each.median_timings, name) for each in reports)
        table.add_row(f"  {name}", *(_rate(value) for value in values))
    for name in ("prompt_tokens", "answer_tokens"):
        values = (getattr(each, name) for each in reports)
        table.add_row(name.replace("_", " "), *(f"{value or 0:.0f}" for value in values))
    table.add_section()
    for group in sorted({group for each in reports for group in each.groups if group}):
        counts = [each.groups.get(group, (0, 0)) for each in reports]
        table.add_row(Text(group), *(f"{right} of {of}" for right, of in counts))
    console.print(table)


def show_comparison(console: Console, found: Comparison) -> None:
    """What changed, and whether to believe it."""
    table = Table("", "question", "before", "after")
    for change in found.changes:
        gained, lost = change.after.good and not change.before.good, change.before.good
        mark = "+" if gained else "-" if lost and not change.after.good else ""
        cells = (mark, change.question, change.before.value, change.after.value)
        table.add_row(*(Text(cell) for cell in cells))
    console.print(table)
    believe = "more than chance" if found.p < _CHANCE else "may well be chance"
    console.print(
        f"{found.right_before} → {found.right_after} right of {found.common}: "
        f"{found.better} better, {found.worse} worse; sign test p = {found.p:.3f}, {believe}.",
        highlight=False,
    )


def _rate(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _corrected(value: Corrected) -> str:
    return f"{value.right} right, {value.wrong} wrong"
