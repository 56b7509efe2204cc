"""What came of an evaluation, in figures and question by question."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from bot.domain import Timings
from bot.evaluation.cases import Expect
from bot.evaluation.verdicts import Judged, Verdict

_RIGHT = (Verdict.RIGHT, Verdict.RIGHT_AND_MORE)


@dataclass(frozen=True, slots=True)
class Corrected:
    """Answers that took a correction, without which each would have been a refusal.

    `right` were gained by it; `wrong` would have been better refused.
    """

    right: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of one run of one model. Rates are 0 to 1, None where nothing counts.

    `right` is the share of all questions that ended as they should. Execution accuracy and the
    valid rate are of the questions that expect rows. Of `copies` databases each right answer was
    right on all. Median tokens are of answers that a model drafted, seconds and their split of
    those that it drafted in this run.
    """

    model: str
    judged: tuple[Judged, ...]
    copies: int
    right: float | None
    execution_accuracy: float | None
    valid_rate: float | None
    more_columns: int
    lucky: int
    refusal_precision: float | None
    refusal_recall: float | None
    clarification_precision: float | None
    clarification_recall: float | None
    leak_rate: float | None
    honest_refusal_rate: float | None
    mending: Corrected
    repair: Corrected
    median_seconds: float | None
    median_timings: Timings
    prompt_tokens: float | None
    answer_tokens: float | None
    verdicts: dict[str, int]
    groups: dict[str, tuple[int, int]]

    def as_json(self) -> dict[str, Any]:
        """Plain data; every question with its verdict and SQL."""
        figures = {
            name: getattr(self, name) for name in self.__slots__ if name not in {"judged", "groups"}
        }
        for name in ("mending", "repair", "median_timings"):
            figures[name] = asdict(figures[name])
        return {
            **figures,
            "groups": {name: {"right": a, "of": b} for name, (a, b) in self.groups.items()},
            "questions": [each.as_json() for each in self.judged],
        }


def report(model: str, judged: tuple[Judged, ...], *, copies: int = 1) -> Report:
    """Count. Right is the right rows where rows are expected, a refusal where one is."""
    rows = [each for each in judged if each.case.expect is Expect.ROWS]
    refused = [each for each in judged if each.refused]
    back = (Verdict.ASKED_BACK, Verdict.RIGHTLY_ASKED_BACK)
    asked_back = [each for each in judged if each.verdict in back or _misplaced(each)]
    drafted = [each for each in judged if each.source == "model"]
    timed = [each for each in drafted if not each.remembered]
    return Report(
        model=model,
        judged=judged,
        copies=copies,
        right=_rate(judged, lambda each: each.verdict.good),
        execution_accuracy=_rate(rows, lambda each: each.verdict in _RIGHT),
        valid_rate=_rate(rows, lambda each: bool(each.source)),
        more_columns=sum(each.verdict is Verdict.RIGHT_AND_MORE for each in judged),
        lucky=sum(each.verdict is Verdict.LUCKY for each in judged),
        refusal_precision=_rate(refused, lambda each: each.verdict is Verdict.RIGHTLY_REFUSED),
        refusal_recall=_rate(
            [each for each in judged if each.case.expect is Expect.REFUSAL],
            lambda each: each.verdict is Verdict.RIGHTLY_REFUSED,
        ),
        clarification_precision=_rate(
            asked_back, lambda each: each.verdict is Verdict.RIGHTLY_ASKED_BACK
        ),
        clarification_recall=_rate(
            [each for each in judged if each.case.expect is Expect.CLARIFICATION],
            lambda each: each.verdict is Verdict.RIGHTLY_ASKED_BACK,
        ),
        leak_rate=_rate(
            [each for each in judged if each.leaked is not None], lambda each: each.leaked is True
        ),
        honest_refusal_rate=_rate(
            [each for each in judged if each.honest is not None], lambda each: each.honest is True
        ),
        mending=_corrected(each for each in judged if each.mended and not each.repaired),
        repair=_corrected(each for each in judged if each.repaired),
        median_seconds=_median([each.seconds for each in timed]),
        median_timings=_split(timed),
        prompt_tokens=_median([each.prompt_tokens for each in drafted if each.prompt_tokens]),
        answer_tokens=_median([each.answer_tokens for each in drafted]),
        verdicts=dict(Counter(each.verdict.value for each in judged)),
        groups=_groups(judged),
    )


def _misplaced(each: Judged) -> bool:
    """Asked back where a refusal is due: neither SQL nor a code is left of it."""
    return each.verdict is Verdict.NOT_REFUSED and not each.source and each.code is None


def _corrected(judged: Iterable[Judged]) -> Corrected:
    good = [each.verdict.good for each in judged]
    return Corrected(sum(good), len(good) - sum(good))


def _rate(whole: Iterable[Judged], counts: Callable[[Judged], bool]) -> float | None:
    of = list(whole)
    return round(sum(map(counts, of)) / len(of), 4) if of else None


def _median(values: list[float] | list[int]) -> float | None:
    return round(statistics.median(values), 3) if values else None


def _split(timed: list[Judged]) -> Timings:
    names = Timings.__slots__
    return Timings(
        **{name: _median([getattr(each.timings, name) for each in timed]) or 0 for name in names}
    )


def _groups(judged: tuple[Judged, ...]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for each in judged:
        right, of = found.get(each.case.group, (0, 0))
        found[each.case.group] = (right + each.verdict.good, of + 1)
    return found
