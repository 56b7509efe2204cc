"""What a check finds: one line that says how it is, what that means, and what mends it."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass


class Grade(enum.StrEnum):
    """How a thing is. `DOWN` is something that does not answer, `FAILS` something that is wrong."""

    OK = "ok"
    WARNING = "warning"
    FAILS = "fails"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `code` names what was found, the same in every release.

    `says` is a sentence for people, `mend` what to do or a command to paste; empty if all is well.
    """

    check: str
    code: str
    grade: Grade
    says: str
    mend: str = ""


def ok(check: str, says: str) -> Finding:
    """All is well."""
    return Finding(check, "ok", Grade.OK, says)


def warning(check: str, code: str, says: str, mend: str) -> Finding:
    """It works, but not as well or as safely as it should."""
    return Finding(check, code, Grade.WARNING, says, mend)


def fails(check: str, code: str, says: str, mend: str) -> Finding:
    """The bot does not work like this, or lets people see too much."""
    return Finding(check, code, Grade.FAILS, says, mend)


def down(check: str, code: str, says: str, mend: str) -> Finding:
    """A server does not answer."""
    return Finding(check, code, Grade.DOWN, says, mend)


def exit_code(findings: Iterable[Finding]) -> int:
    """0 if nothing is worse than a warning, 1 if something fails, 3 if something is down."""
    grades = {finding.grade for finding in findings}
    if Grade.DOWN in grades:
        return 3
    return 1 if Grade.FAILS in grades else 0
