"""Asking back: when a question means several things equally, which are they?

Vague measures ("best team") are declared in the semantic model; names are unclear where two rows
bear what was said. Nobody is asked when a word of the question says what is meant, nor when the
question cannot take the chosen words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.answering.linking import Linked
from bot.answering.names import Named, kind_word
from bot.domain import QUESTION_LIMIT, Choice, Clarification
from bot.semantic import Vague
from bot.texts import say

_WORD = re.compile(r"[\w-]+")


def back(question: str, phrases: Iterable[Vague], linked: Linked) -> Clarification | None:
    """What to ask back about the cleaned `question`, one thing at a time; None if it is clear."""
    return vague(question, phrases) or unclear_name(question, linked)


def unclear_name(question: str, linked: Linked) -> Clarification | None:
    """What to ask back about the first name that several rows bear, or None."""
    if not linked.unclear:
        return None
    unclear = linked.unclear[0]
    told_apart = len({one.value for one in unclear.meant}) == len(unclear.meant)
    choices = []
    for one in unclear.meant:
        label = one.value if told_apart else _full(one)
        asked = question[: unclear.start] + label + question[unclear.end :]
        choices.append(Choice(label if not told_apart else _full(one), asked))
    return asked_back(choices)


def _full(one: Named) -> str:
    return f"{one.value} ({one.within or kind_word(one.column)})"


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
    return Clarification(say("refusals.which_one"), offered)


def _place(question: str, said: Iterable[str]) -> re.Match[str] | None:
    for phrase in said:
        pattern = r"\s+".join(map(re.escape, phrase.split()))
        found = re.search(rf"(?<![\w-]){pattern}(?![\w-])", question, re.IGNORECASE)
        if found:
            return found
    return None
