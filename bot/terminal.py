"""What the terminal shows: stages while one waits, then a table; or JSON for programs."""

from __future__ import annotations

import contextlib
import dataclasses
import getpass
import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from bot.answering import Status
from bot.app import App, ConfigError
from bot.digests import Digest, write_digest
from bot.domain import (
    ROWS_SHOWN,
    Answer,
    Asker,
    Clarification,
    ColumnKind,
    Event,
    Kind,
    Outcome,
    Progress,
    Question,
    Refusal,
    ResultTable,
    silent,
)

_OUT = Console()
_ERR = Console(stderr=True)


async def ask(app: App, text: str, events: list[str], *, quiet: bool, after: str = "") -> Outcome:
    """Ask as the person at the terminal. Raises ConfigError for an unknown event.

    `after` is the id of an answer that the question goes on from.
    """
    known = await app.answering.directory()
    chosen = tuple(event_named(known, name).id for name in events)
    asker = Asker(surface="terminal", team="", user=getpass.getuser())
    question = Question(str(uuid.uuid4()), text, asker, events=chosen, after=after)
    if quiet:
        return await app.answering.answer(question, silent)
    with _ERR.status("Looking …") as status:

        async def report(progress: Progress, /) -> None:
            status.update(progress.detail or f"{progress.stage.value} …")

        return await app.answering.answer(question, report)


async def digest(app: App, event: str) -> Digest:
    """Today's digest of an event. Raises ConfigError for an unknown one."""
    found = event_named(await app.answering.directory(), event)
    today = datetime.now(UTC).astimezone(ZoneInfo(found.timezone)).date()
    return await write_digest(app.answering, found, today)


def print_outcome(outcome: Outcome, *, as_json: bool) -> None:
    """An answer goes to standard output, a refusal to standard error; JSON always to the first."""
    if as_json:
        _OUT.print_json(data=outcome_fields(outcome))
    elif isinstance(outcome, Refusal):
        mark = {Kind.REFUSAL: "", Kind.OUTAGE: "Unavailable: ", Kind.BUG: "Bug: "}
        _ERR.print(mark[outcome.code.kind] + outcome.message, markup=False, highlight=False)
    elif isinstance(outcome, Clarification):
        _ERR.print(outcome.question, markup=False, highlight=False)
        for number, choice in enumerate(outcome.choices, start=1):
            line = f"{number}. {choice.label}: ask “{choice.question}”"
            _ERR.print(line, markup=False, highlight=False)
    else:
        _OUT.print(rich_table(outcome.table))
        if outcome.explanation:
            _OUT.print(outcome.explanation, markup=False, highlight=False)
        _OUT.print(_trust(outcome), style="dim", markup=False, highlight=False)
        _OUT.print(outcome.query.shown, style="dim", markup=False, highlight=False)


def print_status(status: Status, *, as_json: bool) -> None:
    """What `/stats-model` shows, for the terminal."""
    fields = _jsonable(dataclasses.asdict(status))
    if as_json:
        _OUT.print_json(data=fields)
        return
    table = Table(show_header=False)
    for room, values in fields.items():
        for name, value in values.items() if isinstance(values, dict) else ((room, values),):
            table.add_row(Text(name), Text(json.dumps(value, ensure_ascii=False)))
    _OUT.print(table)


def say(text: str) -> None:
    """A sentence."""
    _OUT.print(text, markup=False, highlight=False)


@contextlib.contextmanager
def bytes_bar(label: str) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar; what it gives takes a status, the bytes done and those in all."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Bar(*columns, TimeRemainingColumn(), console=_ERR) as bar:
        task = bar.add_task(label, total=None)

        def moved(status: str, done: int, total: int) -> None:
            known = total or None
            bar.update(task, description=f"{label}: {status}", completed=done, total=known)

        yield moved


def print_digest(written: Digest) -> None:
    """Each section's heading and rows."""
    _OUT.print(f"{written.event.name}, {written.day}", style="bold", markup=False)
    for section in written.sections:
        _OUT.print(section.heading, markup=False)
        _OUT.print(rich_table(section.table))
    if not written.sections:
        _OUT.print("Nothing to tell today.")


def rich_table(table: ResultTable) -> Table:
    """The first ROWS_SHOWN rows; data is shown as text, never as markup."""
    shown = Table(caption=_more(table))
    for column in table.columns:
        right = column.kind is ColumnKind.NUMBER
        shown.add_column(Text(column.name), justify="right" if right else "left")
    for row in table.rows[:ROWS_SHOWN]:
        shown.add_row(*(Text("" if value is None else str(value)) for value in row))
    return shown


def outcome_fields(outcome: Outcome) -> dict[str, Any]:
    """An outcome as plain data."""
    if isinstance(outcome, Refusal):
        code = outcome.code
        return {
            "ok": False,
            "code": code.value,
            "kind": code.kind.value,
            "message": outcome.message,
            "sql": outcome.sql or None,
            "retry_after": outcome.retry_after,
        }
    if isinstance(outcome, Clarification):
        return {
            "ok": False,
            "code": "ambiguous",
            "kind": "clarification",
            "message": outcome.question,
            "choices": [dataclasses.asdict(choice) for choice in outcome.choices],
        }
    return {
        "ok": True,
        "id": outcome.question.id,
        "question": outcome.question.text,
        "events": [str(event.id) for event in outcome.events],
        "sql": outcome.query.shown,
        "tables": list(outcome.query.tables),
        "columns": [column.name for column in outcome.table.columns],
        "rows": _jsonable(outcome.table.rows),
        "truncated": outcome.table.truncated,
        "source": outcome.draft.source.value,
        "language_model": outcome.draft.language_model or None,
        "repaired": outcome.repaired,
        "explanation": outcome.explanation or None,
        "note": outcome.note or None,
        "fell_back": outcome.draft.fell_back,
        "seconds": round(outcome.seconds, 3),
    }


def _trust(answer: Answer) -> str:
    source = answer.draft.language_model or answer.draft.source.value
    events = ", ".join(event.name for event in answer.events)
    tables = ", ".join(answer.query.tables)
    parts = [f"{events} only", tables, source, f"{answer.seconds:.1f} s", answer.note]
    return " · ".join(part for part in parts if part)


def _more(table: ResultTable) -> str | None:
    if len(table.rows) <= ROWS_SHOWN:
        return None
    more = "more than " if table.truncated else ""
    return f"first {ROWS_SHOWN} of {more}{len(table.rows)} rows"


def event_named(known: tuple[Event, ...], name: str) -> Event:
    """The event of this slug or id. Raises ConfigError, naming those there are."""
    for event in known:
        if name.casefold() in {event.slug.casefold(), str(event.id)}:
            return event
    slugs = ", ".join(event.slug for event in known[:10])
    raise ConfigError(f"There is no event “{name}”. There are: {slugs}.")


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | frozenset | set):
        return [_jsonable(item) for item in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)
