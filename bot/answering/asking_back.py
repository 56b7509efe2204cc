"""Asking back: when a question means several things equally, which are they?

Vague measures ("best team") are declared in the semantic model. Nobody is asked when a word of the
question says what is meant, nor when the question cannot take the chosen words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.domain import QUESTION_LIMIT, Choice, Clarification
from bot.semantic import Vague

WHICH = "Which one do you mean?"

_WORD = re.compile(r"[\w-]+")


def vague(question: str, phrases: Iterable[Vague]) -> Clarification | None:
    """What to ask back about a vague measure in the cleaned `question`, or None."""
    words = {word.casefold() for word in _WORD.findall(question)}
    for phrase in phrases:
        found = _place(question, phrase.said)
        if found is None or words & set(phrase.unless):
            continue
        return asked_back(
            Choice(each.label, question[: found.start()] + each.means + question[found.end() :])
            for each in phrase.choices
        )
    return None


def asked_back(choices: Iterable[Choice]) -> Clarification | None:
    """The choices as a clarification; None if one of them were too long to be asked."""
    offered = tuple(choices)
    if any(len(choice.question) > QUESTION_LIMIT for choice in offered):
        return None
    return Clarification(WHICH, offered)


def _place(question: str, said: Iterable[str]) -> re.Match[str] | None:
    for phrase in said:
        pattern = r"\s+".join(map(re.escape, phrase.split()))
        found = re.search(rf"(?<![\w-]){pattern}(?![\w-])", question, re.IGNORECASE)
        if found:
            return found
    return None
