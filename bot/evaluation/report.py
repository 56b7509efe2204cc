"""What came of an evaluation, in figures and question by question."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import dataclass
from typing import Any

from bot.evaluation.run import Judged, Verdict

_RIGHT = (Verdict.RIGHT, Verdict.RIGHT_AND_MORE)


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of one run of one model. Rates are 0 to 1, None where nothing counts."""

    model: str
    judged: tuple[Judged, ...]
    execution_accuracy: float | None
    valid_rate: float | None
    refusal_precision: float | None
    refusal_recall: float | None
    median_seconds: float | None
    verdicts: dict[str, int]
    groups: dict[str, tuple[int, int]]

    def as_json(self) -> dict[str, Any]:
        """Plain data; every question with its verdict and SQL."""
        return {
            "model": self.model,
            "execution_accuracy": self.execution_accuracy,
            "valid_rate": self.valid_rate,
            "refusal_precision": self.refusal_precision,
            "refusal_recall": self.refusal_recall,
            "median_seconds": self.median_seconds,
            "verdicts": self.verdicts,
            "groups": {name: {"right": a, "of": b} for name, (a, b) in self.groups.items()},
            "questions": [_line(each) for each in self.judged],
        }


def report(model: str, judged: tuple[Judged, ...]) -> Report:
    """Count. Right is the right rows where rows are expected, a refusal where one is."""
    expected = [each for each in judged if each.case.gold]
    off_topic = [each for each in judged if not each.case.gold]
    refused = [
        each for each in judged if each.verdict in (Verdict.REFUSED, Verdict.RIGHTLY_REFUSED)
    ]
    rightly = [each for each in refused if each.verdict is Verdict.RIGHTLY_REFUSED]
    seconds = [each.seconds for each in judged if each.code is None]
    return Report(
        model=model,
        judged=judged,
        execution_accuracy=_rate([each for each in expected if each.verdict in _RIGHT], expected),
        valid_rate=_rate([each for each in expected if each.code is None], expected),
        refusal_precision=_rate(rightly, refused),
        refusal_recall=_rate(rightly, off_topic),
        median_seconds=statistics.median(seconds) if seconds else None,
        verdicts=dict(Counter(each.verdict.value for each in judged)),
        groups=_groups(judged),
    )


def _rate(part: list[Judged], whole: list[Judged]) -> float | None:
    return round(len(part) / len(whole), 4) if whole else None


def _groups(judged: tuple[Judged, ...]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for each in judged:
        right, of = found.get(each.case.group, (0, 0))
        good = each.verdict in (*_RIGHT, Verdict.RIGHTLY_REFUSED)
        found[each.case.group] = (right + good, of + 1)
    return found


def _line(each: Judged) -> dict[str, Any]:
    return {
        "id": each.case.id,
        "question": each.case.question,
        "verdict": each.verdict.value,
        "code": each.code.value if each.code else None,
        "source": each.source or None,
        "repaired": each.repaired,
        "sql": each.sql or None,
        "seconds": round(each.seconds, 3),
        "prompt_tokens": each.prompt_tokens,
        "answer_tokens": each.answer_tokens,
    }
