"""Which parts of the way from a question to SQL are on, so that each can be measured on its own.

Everything is on for people; `bot.evaluation` switches parts off. A new part is one more field.

PartsError      a name that is no part
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any


class PartsError(Exception):
    """There is no part of that name; the text lists those there are."""


class Shape(StrEnum):
    """How much the prompt says.

    `full` is everything. `schema` is the instructions and the schema with its comments. `raw` is
    what one tries first: tables without comments, the question and “return only SQL” in one text.
    """

    FULL = "full"
    SCHEMA = "schema"
    RAW = "raw"


@dataclass(frozen=True, slots=True)
class Parts:
    """What helps a language model before (context) and after (mending, repair) it writes SQL."""

    shape: Shape = Shape.FULL
    examples: bool = True
    """The semantic model's worked examples."""
    similar: bool = True
    """The answered questions nearest to this one."""
    exact: bool = True
    """A question that a worked example answers but for its names needs no language model."""
    linking: bool = True
    """Stored names that the question means."""
    dates: bool = True
    """What day it is, and which days the question's words mean."""
    terms: bool = True
    """What people's words mean over the tables."""
    asking_back: bool = True
    """A question that means several things equally is asked back."""
    followups: bool = True
    """A question that goes on from the last one of its thread is told that one."""
    retrieval: bool = True
    """The tables that fit the prompt, of a schema that does not; without it all are sent."""
    verified: bool = True
    """Questions whose SQL a person has checked, answered without a language model."""
    held: bool = True
    """Names and bounds in a draft that are not the question's are put right, where that is sure."""
    mending: bool = True
    """Wrong names that the guard corrects where nothing else can be meant."""
    repair: bool = True
    """A second draft after a hard error."""


EVERYTHING = Parts()
"""What people get."""

_CONTEXT = frozenset(
    {
        "examples",
        "similar",
        "exact",
        "linking",
        "dates",
        "terms",
        "asking_back",
        "followups",
        "held",
    }
)


def chosen(shape: Shape, without: Iterable[str] = ()) -> Parts:
    """The parts of a shape: `schema` is without context, `raw` without any; less those named.

    Raises PartsError for a name that is no part.
    """
    names = {field.name for field in fields(Parts)} - {"shape"}
    unknown = set(without) - names
    if unknown:
        known = ", ".join(sorted(names))
        raise PartsError(f"There is no part “{min(unknown)}”. There are: {known}.")
    off = {Shape.FULL: frozenset[str](), Shape.SCHEMA: _CONTEXT, Shape.RAW: names}[shape]
    switches: dict[str, Any] = dict.fromkeys(off | set(without), False)
    return replace(EVERYTHING, shape=shape, **switches)
