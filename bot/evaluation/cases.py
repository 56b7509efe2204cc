"""The questions of an evaluation: JSON lines with what is right for each.

    {"id": "…", "question": "…", "event": "slug or uuid", "gold": ["SELECT …"], "expect": "rows"}

`gold` is PostgreSQL over the semantic model; any of them is right. `expect` is "rows", "refusal" or
"clarification" (the question means several things, and should be asked back). "ordered": true says
that the question asks for an order; "group" puts it into a row of the report; "after" is the id of
the question that was asked before it in the same thread.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any


class CasesError(Exception):
    """A file of questions that cannot be read or asked; the text names file and line."""


class Expect(StrEnum):
    """How a question should end."""

    ROWS = "rows"
    REFUSAL = "refusal"
    CLARIFICATION = "clarification"


@dataclass(frozen=True, slots=True)
class Case:
    """One question. `gold` is empty unless rows are expected; `after` is an id, or empty."""

    id: str
    question: str
    event: str
    gold: tuple[str, ...]
    expect: Expect = Expect.ROWS
    ordered: bool = False
    group: str = ""
    after: str = ""


def read_cases(path: Path) -> tuple[Case, ...]:
    """All questions of a file. Raises CasesError at the first line that is wrong."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CasesError(f"{path}: {error}") from None
    cases = tuple(_numbered(path, lines))
    if not cases:
        raise CasesError(f"{path}: no questions")
    known: set[str] = set()
    for case in cases:
        if case.id in known:
            raise CasesError(f"{path}: the id {case.id} stands twice")
        if case.after and case.after not in known:
            raise CasesError(f"{path}: {case.id} comes after {case.after}, which is not before it")
        known.add(case.id)
    return cases


def chosen(cases: tuple[Case, ...], groups: Collection[str], limit: int | None) -> tuple[Case, ...]:
    """The cases of any of `groups`, or all, at most `limit`.

    Raises CasesError for a group that there is not.
    """
    known = {case.group for case in cases if case.group}
    if unknown := set(groups) - known:
        raise CasesError(f"There is no group “{min(unknown)}”. Groups: {', '.join(sorted(known))}.")
    return tuple(case for case in cases if not groups or case.group in groups)[:limit]


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
    expect = Expect(fields["expect"])
    if (expect is Expect.ROWS) != bool(gold):
        raise ValueError('expect is "rows" with gold queries, or something else without')
    return Case(
        id=str(fields["id"]),
        question=str(fields["question"]),
        event=str(fields["event"]),
        gold=gold,
        expect=expect,
        ordered=bool(fields.get("ordered", False)),
        group=str(fields.get("group", "")),
        after=str(fields.get("after", "")),
    )
