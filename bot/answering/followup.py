"""Whether a question goes on from the last one of its thread ("and by division?"), by its words.

Decided without a language model: a question goes on if it begins with a joining word, points back
("their", "those", "instead"), is a mere piece ("by division?", "top 10"), or is only a name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.answering.folding import fold, tokens
from bot.answering.linking import Link, Linked
from bot.domain import Dialect

_WORDS_OF_A_PIECE = 6

_JOINING = re.compile(
    r"(?:and|also|but|or|then|now|only|just|same|instead|what about|how about|what if|ok|okay"
    r"|make (?:it|that)|show (?:it|them|that|those)|sort|order|sorted|ordered|group(?:ed)?"
    r"|exclude|excluding|include|including|except|without|limit|break (?:it|that|them)"
    r"|y|e|pero|solo|tambien|ahora|lo mismo|que tal|und|aber|nur|auch|jetzt|das gleiche"
    r"|was ist mit|wie ist es (?:bei|mit)|wie sieht es)\b"
)
_PIECE = re.compile(
    r"(?:by|per|in|for|on|at|from|of|against|within|with|as|more|less|fewer|at least|over|under"
    r"|top|bottom|first|last|ascending|descending|all|por|para|en|de|con|contra|sin|nach|pro|fur"
    r"|bei|im|am|von|mit|ohne|gegen|alle)\b"
)
_BACK = re.compile(
    r"(?:\b(?:them|they|these|those|it|he|she|his|him|hers|that one|the same|the others?|the rest"
    r"|ellos|ellas|esos|esas|estos|suyos|deren|dessen|dieselben?|derselben?)\b)"
    r"|\b(?:instead|too|as well|en cambio|stattdessen)$"
)
_THEIR = re.compile(r"(?:(?:who|what|which|how|show|list|give)(?: \w+){0,3} )?(?:their|her|its)\b")
_POINTS = re.compile(r"\b(?:their|her|its)\b")
_NOUN = re.compile(
    r"\b(?:teams?|players?|games?|divisions?|pools?|fields?|captains?|events?|equipos?"
    r"|jugador\w*|partidos?|mannschaft\w*|spieler\w*|spiele?)\b"
)
_LIST = re.compile(r"(?:top|bottom|first|last)(?: \d+)? [a-z]{3,}")
_NUMBER = re.compile(r"(?:top|bottom|first|last)(?: \d+)?(?: (?:instead|only|please|ones?))?")
_ASKS = re.compile(
    r"\b(?:who|whose|what|which|when|where|how|list|show|give|count|does|did|is|are|has|have|was"
    r"|were|quien|quienes|cual|cuales|cuando|donde|cuantos|cuantas|wer|wann|wo|wie|welche"
    r"|welcher|welches|welchen)\b"
)
_CHATTER = re.compile(
    r"(?:thanks?|thank you|thx|great|nice|cool|wow|lol|ok|okay|perfect|good|why|hello|hi|yes|no"
    r"|gracias|genial|vale|danke|super|toll|and|y|und)\b[ !.?]*(?:you|so much|bot|a lot)?"
)


@dataclass(frozen=True, slots=True)
class Previous:
    """The last answered question of a thread, and its SQL in `dialect`."""

    question: str
    sql: str
    dialect: Dialect = Dialect.POSTGRES


def goes_on(question: str, linked: Linked) -> bool:
    """Whether `question` (cleaned) means nothing without the one before. `linked` are its names."""
    said = _plain(question)
    if not said or _CHATTER.fullmatch(said):
        return False
    count = len(said.split())
    whole = bool(_ASKS.search(said))
    if _JOINING.match(said):
        return not (whole and count > 2 * _WORDS_OF_A_PIECE)
    if (_BACK.search(said) or _THEIR.match(said)) and not _own_subject(said):
        return True
    return not whole and (_piece(said) or _only_names(question, linked))


def worth_taking(text: str) -> bool:
    """Whether a message in a thread of ours, not said to us, may be a question to us at all."""
    said = _plain(text)
    if not said or _CHATTER.fullmatch(said):
        return False
    return "?" in text or bool(_JOINING.match(said)) or _piece(said)


def _plain(question: str) -> str:
    return re.sub(r"[^\w\s'-]+", " ", fold(question)).strip()


def _own_subject(said: str) -> bool:
    """Whether a noun comes before the word that points back: “teams and their captains”."""
    back = _BACK.search(said) or _POINTS.search(said)
    return bool(_NOUN.search(said[: back.start()] if back else said))


def _piece(said: str) -> bool:
    """Whether this is a mere piece of a question; “top 5 teams by spirit” asks for all it needs."""
    if not _PIECE.match(said) or len(said.split()) > _WORDS_OF_A_PIECE:
        return False
    return bool(_NUMBER.fullmatch(said)) or not _LIST.match(said)


def _only_names(question: str, linked: Linked) -> bool:
    spoken = {token.folded for token in tokens(question)} - {"the", "el", "la", "los", "die", "der"}
    named = {word for link in linked.links for word in link.said.split()}
    named |= {word for each in linked.unclear for word in fold(each.said).split()}
    return bool(spoken) and spoken <= named


_POINTING = re.compile(r"\b(?:their|its|his|her|they|them|it|he|she)\b", re.IGNORECASE)


def named_again(question: str, linked: Linked, before: Linked) -> tuple[str, Link] | None:
    """`question` with the one name of the question `before` in the place of “they” or “their”.

    None where it names something itself, points at nothing, or several names can be meant.
    """
    links = [link for link in before.links if "%" not in link.value]
    if linked.links or linked.unclear or len(links) != 1 or len(before.links) != 1:
        return None
    said = links[0].said
    text, count = _POINTING.subn(f"of {said}", question)
    return (text, links[0]) if count == 1 else None
