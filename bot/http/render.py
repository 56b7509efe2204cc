"""Answers as JSON: rows become objects, and every value something that JSON can say."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime, time
from decimal import Decimal

from bot.domain import Answer, Source
from bot.http.contract import QueryAnswer
from bot.texts import say

_DIGITS = 15
"""What every reader's floating point keeps of a number."""


def to_json(value: object) -> bytes:
    """JSON in UTF-8, on one line. A half of a surrogate pair, which UTF-8 lacks, becomes “?”."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode(errors="replace")


def answer_body(answer: Answer) -> bytes:
    """The body of an answer. Takes a while for many rows, so not on the event loop."""
    body = _body(answer)
    # Not asdict, which would copy every row.
    named = {each.name: getattr(body, each.name) for each in fields(body)}
    if body.warning is None:
        del named["warning"]
    return to_json(named)


def _body(answer: Answer) -> QueryAnswer:
    names = unique(column.name for column in answer.table.columns)
    return QueryAnswer(
        id=answer.question.id,
        question=answer.question.text,
        sql=answer.query.shown,
        explanation=answer.explanation,
        results=[dict(zip(names, map(plain, row), strict=True)) for row in answer.table.rows],
        # Only a person's check is known to be right; a model's word for itself is no measure.
        confidence=1.0 if answer.draft.source is Source.VERIFIED else None,
        warning=" ".join(_warnings(answer)) or None,
    )


def _warnings(answer: Answer) -> Iterable[str]:
    if answer.note:
        yield f"{answer.note.rstrip('.')}."
    if answer.repaired:
        yield say("warnings.mended")
    if answer.draft.fell_back:
        yield say("warnings.fell_back", model=answer.draft.language_model)
    if answer.table.truncated:
        yield say("warnings.first_rows", n=len(answer.table.rows))


def unique(names: Iterable[str]) -> list[str]:
    """The names, those that come again with a number behind: name, name_2, name_3."""
    found: list[str] = []
    for name in names:
        number, own = 1, name
        while own in found:
            number += 1
            own = f"{name}_{number}"
        found.append(own)
    return found


def plain(value: object) -> object:
    """A value of PostgreSQL's as JSON says it; a number that would lose digits becomes text."""
    match value:
        case None | bool() | str():
            said: object = value
        case int():
            said = value if abs(value) < 10**_DIGITS else str(value)
        case float():
            said = value if math.isfinite(value) else str(value)
        case Decimal():
            said = _decimal(value)
        case datetime() | date() | time():
            said = value.isoformat()
        case list() | tuple():
            said = [plain(item) for item in value]
        case _:
            said = str(value)
    return said


def _decimal(value: Decimal) -> object:
    if not value.is_finite() or abs(value) >= 10**_DIGITS:
        return str(value)
    return int(value) if value == value.to_integral_value() else float(value)
