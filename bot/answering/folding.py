"""How a word is compared: without case, accents and a possessive ending; and where it stood."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s?$")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a question: as typed, folded, and its place in the text."""

    typed: str
    folded: str
    start: int
    end: int

    @property
    def possessive(self) -> bool:
        """Whether it was typed with an 's."""
        return bool(_POSSESSIVE.search(self.typed))


def fold(text: str) -> str:
    """`text` without case and accents; blanks become single ones."""
    bare = unicodedata.normalize("NFKD", text.casefold().replace("’", "'"))
    return " ".join("".join(c for c in bare if not unicodedata.combining(c)).split())


def tokens(question: str) -> list[Token]:
    """The words of a question, in order."""
    return [
        Token(match.group(), fold(_POSSESSIVE.sub("", match.group())), match.start(), match.end())
        for match in _WORD.finditer(question)
    ]
