"""The questions of an evaluation: JSON lines with what is right for each.

    {"id": "…", "question": "…", "event": "slug or uuid", "gold": ["SELECT …"], "expect": "rows"}

`gold` is PostgreSQL over the semantic model; any of them is right. `expect` is "rows" or "refusal".
"ordered": true says that the question asks for an order; "group" puts it into a row of the report.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class CasesError(Exception):
    """A file of questions that cannot be read; the text names file and line."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question. A refusal is expected where `gold` is empty."""

    id: str
    question: str
    event: str
    gold: tuple[str, ...]
    ordered: bool = False
    group: str = ""


def read_cases(path: Path) -> tuple[Case, ...]:
    """All questions of a file. Raises CasesError at the first line that is wrong."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CasesError(f"{path}: {error}") from None
    cases = tuple(_numbered(path, lines))
    if not cases:
        raise CasesError(f"{path}: no questions")
    if len({case.id for case in cases}) < len(cases):
        raise CasesError(f"{path}: an id stands twice")
    return cases


def _numbered(path: Path, lines: Iterable[str]) -> Iterable[Case]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _case(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CasesError(f"{path}:{number}: {error!r}") from None


def _case(fields: dict[str, Any]) -> Case:
    gold = tuple(fields.get("gold") or ())
    expect = fields["expect"]
    if expect not in {"rows", "refusal"} or (expect == "rows") != bool(gold):
        raise ValueError('expect is "rows" with gold queries, or "refusal" without')
    return Case(
        id=str(fields["id"]),
        question=str(fields["question"]),
        event=str(fields["event"]),
        gold=gold,
        ordered=bool(fields.get("ordered", False)),
        group=str(fields.get("group", "")),
    )
