"""Two runs question by question, and whether their difference is more than chance.

The sign test looks at the questions that one run had right and the other had not: if the runs were
equally good, each of them would be a toss of a coin.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.evaluation.cases import CasesError
from bot.evaluation.saved import read_lines
from bot.evaluation.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Change:
    """A question whose verdict differs."""

    id: str
    question: str
    before: Verdict
    after: Verdict


@dataclass(frozen=True, slots=True)
class Comparison:
    """`better` and `worse` count questions won and lost of the `common` ones.

    `p` is the exact two-sided probability of a split as uneven by chance alone.
    """

    common: int
    right_before: int
    right_after: int
    better: int
    worse: int
    p: float
    changes: tuple[Change, ...]


def read_verdicts(path: Path) -> dict[str, tuple[str, Verdict]]:
    """Id → question and verdict, of what `eval --save` or `eval --json` of one model wrote.

    Raises CasesError for anything else.
    """
    try:
        found: dict[str, tuple[str, Verdict]] = {
            line["id"]: (line["question"], Verdict(line["verdict"])) for line in _questions(path)
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CasesError(f"{path} is no run of eval: {error!r}") from None
    if not found:
        raise CasesError(f"{path} holds no judged question.")
    return found


def _questions(path: Path) -> list[dict[str, Any]]:
    text = path.read_text()
    if not text.lstrip().startswith("["):
        return read_lines(path)[1]
    reports = json.loads(text)
    if len(reports) != 1:
        raise CasesError(f"{path} holds {len(reports)} models; compare runs of one.")
    questions: list[dict[str, Any]] = reports[0]["questions"]
    return questions


def compare_runs(
    before: dict[str, tuple[str, Verdict]], after: dict[str, tuple[str, Verdict]]
) -> Comparison:
    """What changed over the questions that both runs asked."""
    pairs = {
        key: (question, verdict, after[key][1])
        for key, (question, verdict) in before.items()
        if key in after and after[key][0] == question
    }
    better = sum(two.good and not one.good for _, one, two in pairs.values())
    worse = sum(one.good and not two.good for _, one, two in pairs.values())
    return Comparison(
        common=len(pairs),
        right_before=sum(one.good for _, one, _ in pairs.values()),
        right_after=sum(two.good for _, _, two in pairs.values()),
        better=better,
        worse=worse,
        p=sign_test(better, worse),
        changes=tuple(
            Change(key, question, one, two)
            for key, (question, one, two) in pairs.items()
            if one is not two
        ),
    )


def sign_test(better: int, worse: int) -> float:
    """The exact two-sided p of `better` against `worse`, 0 to 1; 1 if there is nothing to count."""
    count = better + worse
    tail = sum(math.comb(count, each) for each in range(min(better, worse) + 1))
    return float(min(1.0, 2 * tail / 2**count))
