"""A question's words in the spelling that answered questions have: “captian” is “captain”.

For finding what a question is near to, alone: the model is shown what was typed.
"""

from __future__ import annotations

from collections.abc import Collection

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.answering.folding import tokens


def spelt(question: str, known: Collection[str], everyday: frozenset[str]) -> str:
    """`question` with each strange word read as the one `known` word that it misses by a slip.

    A word is strange if it is neither known nor one of the `everyday` words.
    """
    text = question
    for token in reversed(tokens(question)):
        word = token.folded
        if word not in known and word not in everyday and (near := _nearest(word, known)):
            text = text[: token.start] + near + text[token.end :]
    return text


def _nearest(word: str, known: Collection[str]) -> str:
    """The one known word a slip away; "" for none or several as near."""
    if len(word) < 5:
        return ""
    slips = 2 if len(word) >= 8 else 1
    near = process.extract(
        word,
        [other for other in known if other[0] == word[0]],
        scorer=OSA.distance,
        score_cutoff=slips,
        limit=2,
    )
    sure = near and (len(near) == 1 or near[0][1] < near[1][1])
    return near[0][0] if sure else ""
