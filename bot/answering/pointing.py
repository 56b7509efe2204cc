"""Whether an everyday word is meant as a name: “in the Open”, “women's pool”, not “open games”."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answering.folding import Token

_BEFORE = frozenset(
    {"in", "only", "just", "about", "for", "of", "from", "within", "on", "at", "and", "or", "vs"}
    | {"en", "solo", "de", "del", "para", "y"}
    | {"im", "nur", "bei", "und", "fur", "von"}
)
_DEEDS = frozenset({"lead", "leads", "tops", "win", "wins", "won"})
"""What stands right before a name: “who won Mixed”, not “who won the final”."""
_ARTICLES = frozenset({"the", "a", "el", "la", "los", "las", "der", "die", "das", "den", "dem"})
_KINDS = frozenset(
    {"division", "pool", "round", "bracket", "field", "team", "category", "section"}
    | {"divisions", "teams", "final", "finals", "semifinals", "standings", "champion", "champions"}
    | {"division", "divisiones", "categoria", "grupo", "ronda", "campo", "equipo"}
    | {"divisionen", "gruppe", "runde", "feld", "platz", "mannschaft", "kategorie"}
)
_AFTER = frozenset(
    {"and", "or", "on", "in", "by", "with", "for", "so", "only", "please", "vs", "versus", "at"}
    | {"y", "o", "por", "con", "und", "oder", "nach", "mit"}
)


def pointed(word: Token, words: Sequence[Token], everyday: frozenset[str]) -> bool:
    """Whether the question points at `word`, one of its `words`, as a name."""
    place = words.index(word)
    before = [token.folded for token in words[max(0, place - 2) : place]]
    after = words[place + 1].folded if place + 1 < len(words) else ""
    if word.possessive or after in _KINDS or (before and before[-1] in _KINDS):
        return True
    if place > 0 and word.typed[0].isupper() and _mostly_lower(words):
        return True
    if len(words) == 1 or (before and before[-1] in _DEEDS and not after):
        return True
    if before and before[-1] in _ARTICLES:
        before = before[:-1] or [""]
    led = bool(before) and (before[-1] in _BEFORE or before[-1] == "")
    return led and (not after or after in _AFTER or after not in everyday)


def _mostly_lower(words: Sequence[Token]) -> bool:
    """Whether a capital says something: not where every word has one."""
    return sum(token.typed[0].islower() for token in words) * 2 >= len(words)
