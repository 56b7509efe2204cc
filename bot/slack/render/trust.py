"""The line under an answer that says what it rests on: event, tables, rows, origin, time.

A reader who doubts an answer finds here which event it was confined to and where its SQL came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain import ROWS_KEPT, Answer, Draft, Event, ResultTable, Source

_NAMED = 3


def event_names(events: Sequence[Event]) -> str:
    """The events by name; more than three are counted."""
    names = [event.name for event in events[:_NAMED]]
    more = len(events) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "") or "no event"


def zone(events: Sequence[Event]) -> ZoneInfo:
    """The zone that all events share, else UTC."""
    names = {event.timezone for event in events}
    try:
        return ZoneInfo(names.pop()) if len(names) == 1 else ZoneInfo("UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def row_count(table: ResultTable) -> str:
    """How many rows there are, in words."""
    if table.truncated:
        return f"more than {ROWS_KEPT:,} rows"
    return "1 row" if len(table.rows) == 1 else f"{len(table.rows):,} rows"


def trust_line(answer: Answer, *, times: str = "") -> str:
    """The whole line, as plain text. `times` says in which zone the times above it are."""
    parts = [
        event_names(answer.events),
        "from " + ", ".join(answer.query.tables) if answer.query.tables else "",
        row_count(answer.table),
        origin(answer.draft),
        f"fell back to {answer.draft.language_model}" if answer.draft.fell_back else "",
        "SQL mended once" if answer.repaired else "",
        f"times in {times}" if times else "",
        seconds(answer.seconds),
        answer.note,
    ]
    return " · ".join(part for part in parts if part)


def origin(draft: Draft) -> str:
    """Where the SQL came from."""
    if draft.source is Source.VERIFIED:
        return f"verified by @{draft.verified_by}" if draft.verified_by else "verified question"
    model = "" if draft.fell_back else draft.language_model
    if draft.source is Source.EXAMPLE:
        return "worked example"
    if draft.source is Source.REFINED:
        return "the query before, refined"
    if draft.source is Source.CACHE:
        return f"{model} (cached SQL)".strip()
    return model


def seconds(value: float) -> str:
    """A duration: 0.04 s, 3.2 s, 75 s."""
    if value < 0.1:
        return f"{value:.2f} s"
    return f"{value:.1f} s" if value < 60 else f"{value:.0f} s"
