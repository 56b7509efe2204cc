"""Value linking: words of a question that mean a stored name: “tides” → teams.name = 'Tides'.

A small language model cannot know how a name is spelt; told so in the prompt, it copies it. Names
are found from the surest way to the least: as they stand, by one of their words, misspelt, and
shortened. Names come from the bound events alone, through the guard like every other query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.answering.folding import Token, fold, tokens
from bot.answering.names import Named, Names, kind_word
from bot.answering.pointing import pointed

LINKS = 5
"""Names told to a model at most."""

CHOICES = 5
"""Names that one word may mean and still be asked back."""

_LONGEST = 5  # words of a name
_COUNTED = (
    ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    ("uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez"),
    ("eins", "zwei", "drei", "vier", "funf", "sechs", "sieben", "acht", "neun", "zehn"),
)
_NUMBERS = {word: str(number) for words in _COUNTED for number, word in enumerate(words, start=1)}
_CALLED = frozenset({"called", "named", "names", "llamado", "llamada", "namens", "heisst"})


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """`column` is table.column, `value` the stored name (with % for any text), `said` the words."""

    column: str
    value: str
    said: str
    within: str = ""

    def __str__(self) -> str:
        sign = "LIKE" if "%" in self.value else "="
        return f"{self.column} {sign} '{_quoted(self.value)}'"


@dataclass(frozen=True, slots=True)
class Unclear:
    """`said`, at these places of the question, means one of `meant`: two to five."""

    said: str
    start: int
    end: int
    meant: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Linked:
    """What was found in a question."""

    links: tuple[Link, ...] = ()
    unclear: tuple[Unclear, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """Words `first` to `last` (exclusive), what they say rightly spelt, and what it may mean."""

    first: int
    last: int
    key: str
    meant: tuple[Named, ...]


Look = Callable[[str], str]
"""From the words of a question to a key of the known names, or ""."""


def link(question: str, names: Names, everyday: frozenset[str]) -> Linked:
    """Find stored names in a cleaned question; words are linked once, longest names first.

    `everyday` words are neither misspelt nor shortened names.
    """
    words = tokens(question)
    free = [True] * len(words)
    found: list[_Found] = []

    def look(sizes: Iterable[int], at: Callable[[list[Token]], bool], by: Look) -> None:
        for size in sizes:
            for first in range(len(words) - size + 1):
                window = words[first : first + size]
                if all(free[first : first + size]) and at(window):
                    key = by(" ".join(token.folded for token in window))
                    if key:
                        found.append(_Found(first, first + size, key, names.known[key]))
                        free[first : first + size] = [False] * size

    def strange(window: list[Token]) -> bool:
        return all(token.folded not in everyday and len(token.folded) > 2 for token in window)

    def partly_strange(window: list[Token]) -> bool:
        return not all(token.folded in everyday for token in window)

    def named(window: list[Token]) -> bool:
        # A name of one everyday word has to be pointed at: “in the Open”, not “open games”.
        return len(window) > 1 or strange(window) or pointed(window[0], words, everyday)

    look(range(_LONGEST, 0, -1), named, lambda said: _as_it_stands(said, names))
    look((3, 2), partly_strange, lambda said: _misspelt(said, names))
    look((1,), strange, lambda said: said if said in names.parts else "")
    look((1,), strange, lambda said: _misspelt(said, names))
    look((1,), strange, lambda said: _shortened(said, names))
    return _settled(question, words, found)


def _as_it_stands(said: str, names: Names) -> str:
    number = " ".join(_NUMBERS.get(word, word) for word in said.split())
    forms = [said, number] if " " in said else [said]
    forms += [said + "s", said + "es", said.removesuffix("s"), said.removesuffix("es")]
    return next((form for form in forms if form in names.whole), "")


def _misspelt(said: str, names: Names) -> str:
    if len(said) < 5:
        return ""
    slips = 1 if len(said) < 8 else 2
    alike = [name for name in names.known if _alike(said, name)]
    near = process.extract(said, alike, scorer=OSA.distance, score_cutoff=slips, limit=2)
    if not near or (len(near) > 1 and near[0][1] == near[1][1]):
        return ""
    return near[0][0]


def _alike(said: str, name: str) -> bool:
    """Whether a slip can lie between them: the first letter and all short words are as said."""
    ours, theirs = said.split(), name.split()
    return (
        len(name) >= 5
        and said[0] == name[0]
        and len(ours) == len(theirs)
        and all(
            a == b
            for a, b in zip(ours, theirs, strict=True)
            if min(len(a), len(b)) <= 2 or a.isdigit() or b.isdigit()
        )
    )


def _shortened(said: str, names: Names) -> str:
    """A nickname: the beginning of one name's word, or a word that begins and ends like it."""
    if len(said) < 4:
        return ""
    known = names.known
    begun = [word for word in known if " " not in word and word.startswith(said)]
    if not begun and len(said) >= 5:
        begun = [
            word
            for word in known
            if word[:3] == said[:3] and len(word) == len(said) and OSA.distance(said, word) <= 2
        ]
    return begun[0] if len(begun) == 1 else ""


def _settled(question: str, words: Sequence[Token], found: Iterable[_Found]) -> Linked:
    """Decide what each find means, with the help of the others."""
    found = sorted(found, key=lambda each: each.first)
    sure = {each.meant[0].value for each in found if len({one.value for one in each.meant}) == 1}
    links: list[Link] = []
    unclear: list[Unclear] = []
    for each in found:
        start, end = words[each.first].start, words[each.last - 1].end
        said = " ".join(token.folded for token in words[each.first : each.last])
        meant = _narrowed(each, words, sure)
        called = each.first > 0 and words[each.first - 1].folded in _CALLED
        if len(meant) == 1:
            links.append(Link(meant[0].column, meant[0].value, said, meant[0].within))
        elif called or len(meant) > CHOICES:
            links += _any_of(meant, each.key, said)
        else:
            unclear.append(Unclear(question[start:end], start, end, meant))
    return Linked(tuple(sorted(links)[:LINKS]), tuple(unclear))


def _narrowed(found: _Found, words: Sequence[Token], sure: set[str]) -> tuple[Named, ...]:
    """What is left when the words beside it and the other names of the question have spoken."""
    beside = {
        words[place].folded for place in (found.first - 1, found.last) if 0 <= place < len(words)
    }
    meant = found.meant
    for fits in (
        lambda one: bool(beside & {kind_word(one.column), kind_word(one.column) + "s"}),
        lambda one: bool(one.within) and one.within in sure,
    ):
        meant = tuple(filter(fits, meant)) or meant
    return meant


def _any_of(meant: Sequence[Named], key: str, said: str) -> list[Link]:
    """One link for all names of a column that begin or end with the word `key`, or hold it."""
    column = meant[0].column
    if any(one.column != column for one in meant):
        return []
    if len({one.value for one in meant}) == 1:
        return [Link(column, meant[0].value, said)]
    word = next(each.typed for each in tokens(meant[0].value) if each.folded == key)
    values = [fold(one.value) for one in meant]
    if all(value.startswith(f"{key} ") for value in values):
        return [Link(column, f"{word} %", said)]
    if all(value.endswith(f" {key}") for value in values):
        return [Link(column, f"% {word}", said)]
    return [Link(column, f"%{word}%", said)]


def _quoted(value: str) -> str:
    return value.replace("'", "''")
