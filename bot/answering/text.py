"""A question's text: cleaned for people, normalised for comparison, checked for length."""

from __future__ import annotations

import re
import unicodedata

from bot.domain import QUESTION_LIMIT, Code, Refusal
from bot.texts import say

_MENTION = re.compile(r"<@[A-Z0-9]+(?:\|[^>]*)?>")
_BLANKS = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[^\w\s'%+<=>-]")


def clean(text: str) -> str:
    """The question without mentions, control characters and doubled blanks."""
    visible = "".join(c for c in _MENTION.sub(" ", text) if c.isspace() or c.isprintable())
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", visible)).strip()


def normalise(text: str) -> str:
    """What two askings of one question share: no case, no punctuation, no accents of width."""
    folded = unicodedata.normalize("NFKC", clean(text)).casefold()
    return _BLANKS.sub(" ", _NOT_WORD.sub(" ", folded)).strip()


def check(text: str) -> Refusal | None:
    """Refuse what is no question: nothing, or more than QUESTION_LIMIT characters."""
    if not normalise(text):
        return Refusal(Code.EMPTY, say("refusals.empty"))
    if len(text) > QUESTION_LIMIT:
        said = say("refusals.too_long", n=len(text), limit=QUESTION_LIMIT)
        return Refusal(Code.TOO_LONG, said)
    return None
