"""Verified questions: SQL that a person has checked, found by the question's words alone.

They need no language model, so they answer at once and while Ollama is down. Only the same words
match (without case, punctuation and a trailing “please”): a near miss goes to the language model.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.answering.text import normalise
from bot.domain import Dialect, Draft, Source
from bot.semantic import SemanticModel

VerifiedIndex = Mapping[str, str]
"""Normalised question → PostgreSQL over the semantic model."""


def index(model: SemanticModel) -> VerifiedIndex:
    """All wordings of the model file's verified questions."""
    return {
        _key(wording): verified.sql
        for verified in model.verified
        for wording in (verified.question, *verified.also)
    }


def find(verified: VerifiedIndex, question: str) -> Draft | None:
    """The checked SQL of this very question, or None."""
    sql = verified.get(_key(question))
    if sql is None:
        return None
    return Draft(sql=sql, dialect=Dialect.POSTGRES, source=Source.VERIFIED)


def _key(question: str) -> str:
    words = normalise(question).split()
    polite = {"please", "pls", "thanks"}
    return " ".join(word for word in words if word not in polite)
