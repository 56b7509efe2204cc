"""The line under an answer that says what it rests on: event, tables, rows, origin, time.

A reader who doubts an answer finds here which event it was confined to and where its SQL came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain import ROWS_KEPT, Answer, Draft, Event, ResultTable, Source
from bot.texts import localised, say

_NAMED = 3


def event_names(events: Sequence[Event]) -> str:
    """The events by name; more than three are counted."""
    names = [event.name for event in events[:_NAMED]]
    more = len(events) - len(names)
    if more:
        return say("trust.and_more", names=", ".join(names), n=more)
    return ", ".join(names) or say("trust.no_event")


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
        return say("trust.more_rows", n=ROWS_KEPT)
    return say("trust.rows", n=len(table.rows))


def trust_line(answer: Answer, *, times: str = "") -> str:
    """The whole line, as plain text. `times` says in which zone the times above it are."""
    parts = [
        event_names(answer.events),
        say("trust.tables", tables=", ".join(answer.query.tables)) if answer.query.tables else "",
        row_count(answer.table),
        origin(answer.draft),
        say("trust.fell_back", model=answer.draft.language_model) if answer.draft.fell_back else "",
        say("trust.mended") if answer.repaired else "",
        say("trust.times", zone=times) if times else "",
        seconds(answer.seconds),
        answer.note,
    ]
    return " · ".join(part for part in parts if part)


def origin(draft: Draft) -> str:
    """Where the SQL came from."""
    if draft.source is Source.VERIFIED:
        by = draft.verified_by
        return say("trust.verified_by", name=by) if by else say("trust.verified")
    model = "" if draft.fell_back else draft.language_model
    if draft.source is Source.EXAMPLE:
        return say("trust.example")
    if draft.source is Source.REFINED:
        return say("trust.refined")
    if draft.source is Source.CACHE:
        return say("trust.cached", model=model).strip()
    return model


def seconds(value: float) -> str:
    """A duration: 0.04 s, 3.2 s, 75 s."""
    digits = 2 if value < 0.1 else 1 if value < 60 else 0
    return localised(f"{value:.{digits}f} s")
