"""What a digest says of one event: sections, and whether they hold anything new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import structlog

from bot.answering import Answering
from bot.digests.sections import SECTIONS, Section, filled, heading, named
from bot.domain import Event, Refusal, ResultTable

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DigestSection:
    """A heading and its rows."""

    heading: str
    table: ResultTable


@dataclass(frozen=True, slots=True)
class Digest:
    """One event's digest. Sections without rows are left out; no sections: nothing happened.

    `changed` says whether any of them has something that the last digest had not. `marks` are for
    the next one. `missing` are headings of sections that could not be written.
    """

    event: Event
    day: date
    sections: tuple[DigestSection, ...]
    changed: bool = True
    marks: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


async def write_digest(
    answering: Answering,
    event: Event,
    day: date,
    sections: Mapping[str, Section] = SECTIONS,
    before: Mapping[str, Any] | None = None,
) -> Digest:
    """Run each section's query on one event. `before` are the last digest's marks.

    Raises WarehouseError.
    """
    told = before or {}
    marks = dict(told)
    shown, missing, changed = [], [], False
    for name, section in sections.items():
        table = await answering.query(filled(section.sql, event, day), (event,))
        if isinstance(table, Refusal):
            # An admin's SQL may name what a newer semantic model does not have.
            log.warning("digest_section_refused", section=name, reason=table.message)
            missing.append(heading(name))
            continue
        rows, marks[name] = section.read(table, told.get(name))
        if rows.rows:
            told_as = named(rows) if name in SECTIONS else rows
            shown.append(DigestSection(heading(name), told_as))
            changed = changed or marks[name] != told.get(name)
    return Digest(event, day, tuple(shown), changed, marks, tuple(missing))
