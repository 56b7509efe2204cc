"""What became of a question, and everything that is counted of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from bot.domain import Code, Kind, Timings
from bot.evaluation.cases import Case, Expect


class Verdict(StrEnum):
    """What became of a question."""

    RIGHT = "right"
    RIGHT_AND_MORE = "right, with more columns"
    LUCKY = "right by luck, wrong on the second copy"
    WRONG = "wrong rows"
    REFUSED = "refused, but had an answer"
    RIGHTLY_REFUSED = "rightly refused"
    NOT_REFUSED = "answered, but should be refused"
    ASKED_BACK = "asked back, but was clear"
    RIGHTLY_ASKED_BACK = "rightly asked back"
    NOT_ASKED_BACK = "not asked back"
    FAILED = "outage or bug"

    @property
    def good(self) -> bool:
        """Whether it is what the question deserves."""
        return self in _GOOD


_GOOD = frozenset(
    {
        Verdict.RIGHT,
        Verdict.RIGHT_AND_MORE,
        Verdict.RIGHTLY_REFUSED,
        Verdict.RIGHTLY_ASKED_BACK,
    }
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A question with its verdict. `sql` and `code` are what was drafted, and why it was refused.

    `seconds` are the whole way; tokens are of all attempts. `mended` and `repaired` say that an
    answer took the guard's or the model's correction. `leaked` is None where nothing was compared;
    `honest` says that the guard refused SQL that gives a gold query's rows. `remembered` says that
    a draft came out of `--drafts`, so that the seconds say nothing.
    """

    case: Case
    verdict: Verdict
    sql: str = ""
    code: Code | None = None
    source: str = ""
    mended: bool = False
    repaired: bool = False
    leaked: bool | None = None
    honest: bool | None = None
    remembered: bool = False
    seconds: float = 0.0
    prompt_tokens: int = 0
    answer_tokens: int = 0
    timings: Timings = field(default_factory=Timings)

    @property
    def refused(self) -> bool:
        """Whether it ended as a refusal, and not as an outage."""
        return self.code is not None and self.code.kind is Kind.REFUSAL

    def as_json(self) -> dict[str, Any]:
        """Plain data, which `judged_from` reads."""
        return {
            "id": self.case.id,
            "group": self.case.group,
            "question": self.case.question,
            "verdict": self.verdict.value,
            "code": self.code.value if self.code else None,
            "source": self.source or None,
            "mended": self.mended,
            "repaired": self.repaired,
            "leaked": self.leaked,
            "honest": self.honest,
            "remembered": self.remembered,
            "sql": self.sql or None,
            "seconds": round(self.seconds, 3),
            "prompt_tokens": self.prompt_tokens,
            "answer_tokens": self.answer_tokens,
            "timings": {name: round(each, 4) for name, each in asdict(self.timings).items()},
        }


def judged_from(case: Case, line: dict[str, Any]) -> Judged:
    """What `as_json` wrote of `case`. Raises KeyError, TypeError or ValueError for other data."""
    return Judged(
        case=case,
        verdict=Verdict(line["verdict"]),
        sql=line["sql"] or "",
        code=Code(line["code"]) if line["code"] else None,
        source=line["source"] or "",
        mended=line["mended"],
        repaired=line["repaired"],
        leaked=line["leaked"],
        honest=line["honest"],
        remembered=line["remembered"],
        seconds=line["seconds"],
        prompt_tokens=line["prompt_tokens"],
        answer_tokens=line["answer_tokens"],
        timings=Timings(**line["timings"]),
    )


def unanswered(expect: Expect, *, asked_back: bool) -> Verdict:
    """The verdict on a question that got no rows, which should have ended as `expect`."""
    if asked_back:
        if expect is Expect.CLARIFICATION:
            return Verdict.RIGHTLY_ASKED_BACK
        return Verdict.NOT_REFUSED if expect is Expect.REFUSAL else Verdict.ASKED_BACK
    return {
        Expect.ROWS: Verdict.REFUSED,
        Expect.REFUSAL: Verdict.RIGHTLY_REFUSED,
        Expect.CLARIFICATION: Verdict.NOT_ASKED_BACK,
    }[expect]
