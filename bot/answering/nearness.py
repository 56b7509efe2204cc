"""Which answered questions are nearest to this one: worked examples for the prompt.

Words are compared by how rare they are among the questions known (TF-IDF, cosine), without endings.
Names stand for what they name: “Who beat Comets?” is as near to “who beat sharks” as can be, and is
shown as “Who beat Sharks?”, so that a small model has the least to change.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from bot.answering.folding import fold

_WORD = re.compile(r"<\w+>|[^\W_]+(?:-[^\W_]+)*")
_LITERAL = re.compile(r"(?:(\w+)\.)?(\w+)\s*(?:=|LIKE)\s*'((?:[^']|'')+)'", re.IGNORECASE)
_FROM = re.compile(r"\bFROM\s+(\w+)", re.IGNORECASE)
_TIME = re.compile(r"'\d{4}-\d\d-\d\d [^']*'")
_ENDING = re.compile(r"(?<=\w{3})(?:ing|ed|es|e|s)$")
_ARTICLES = frozenset({"a", "an", "the", "please", "pls"})
_EMPTY = _ARTICLES | {"and", "are", "at", "by", "do", "does", "for", "in", "is", "it"}
_EMPTY |= {"of", "on", "there", "to", "was", "were"}
_ASKING = _EMPTY - {"and", "by"} | {
    "all",
    "give",
    "list",
    "me",
    "show",
    "tell",
    "us",
    "what",
    "which",
}
"""Words that make no other question, as long as the rest is the same."""
_DIRECTED = frozenset({"beat", "defeat", "lost", "lose", "win", "won", "against", "give", "gave"})
"""Words with which the order of the others tells who did it to whom."""
_COUNTS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SHORT = {"avg": "average", "mean": "average", "nr": "number", "pct": "percentage"}
_SHORT |= {"percent": "percentage", "quarters": "quarterfinals", "semis": "semifinals"}
_SHORT |= {"versus": "against", "vs": "against"}
_ALIKE = _SHORT | {word: str(number) for number, word in enumerate(_COUNTS, start=2)}
"""Other spellings of a word, which is what questions are compared by."""
_OUTSIDE_TEXTS = r"'(?:[^']|'')*'|(?<![\w.])%s(?![\w.])"


@dataclass(frozen=True)
class Name:
    """A name in a question: the words `said`, the stored `value`, and the `kind` that it names."""

    said: str
    value: str
    kind: str


@dataclass(frozen=True)
class Answered:
    """A question that has SQL, in one of its wordings, and the names in both.

    `number` is the one number that both have, once each; "" for none. `spelt` is empty where the
    SQL holds more than the wording says, so that it is a help and no answer.
    """

    spelt: tuple[str, ...]
    number: str
    words: frozenset[str]
    question: str
    sql: str
    names: tuple[Name, ...]


@dataclass(frozen=True)
class Pool:
    """All answered questions."""

    answered: tuple[Answered, ...]

    @cached_property
    def rarity(self) -> Mapping[str, float]:
        """How much a word tells: log of questions over questions that have it."""
        counts = Counter(word for each in self.answered for word in each.words)
        return {word: math.log(1 + len(self.answered) / n) for word, n in counts.items()}

    @cached_property
    def spellings(self) -> frozenset[str]:
        """Every word of the questions, folded, as it is spelt."""
        return frozenset(
            word for each in self.answered for word in _WORD.findall(fold(each.question))
        )

    def nearest(
        self, question: str, names: tuple[Name, ...], days: tuple[str, str] | None, count: int
    ) -> tuple[tuple[str, str], ...]:
        """The nearest as question and SQL, at most `count`, the nearest first; each SQL once.

        They speak of the question's own `names` and of its `days`, from one time to another.
        """
        words = words_of(question, names)
        ranked = sorted(
            ((self._near(words, each.words), place) for place, each in enumerate(self.answered)),
            key=lambda pair: (-pair[0], pair[1]),
        )
        found: dict[str, Answered] = {}
        for score, place in ranked:
            if len(found) == count or not score:
                break
            found.setdefault(self.answered[place].sql, self.answered[place])
        _spelling, number = _spelt(question, names)
        return tuple(_spoken_of(each, names, days, number) for each in found.values())

    def same(
        self, question: str, names: tuple[Name, ...], days: tuple[str, str] | None
    ) -> str | None:
        """The SQL of the one that differs in names, a number and days alone, with our own."""
        spelt, number = _spelt(question, names)
        for each in self.answered:
            ours = _numbered(spelt, number) if each.number and number else spelt
            if not spelt or each.spelt != ours:
                continue
            if not each.sql.startswith(("SELECT", "WITH")):
                continue
            kinds = sorted(name.kind for name in each.names)
            # As many names, one of a kind, and a span of time if there is one: nothing stays as it
            # was in the example.
            if kinds != sorted({name.kind for name in names}) or len(kinds) != len(names):
                continue
            if len(dict.fromkeys(_TIME.findall(each.sql))) == (2 if days else 0):
                return _spoken_of(each, names, days, number)[1]
        return None

    def _near(self, ours: frozenset[str], theirs: frozenset[str]) -> float:
        shared = self._weight(ours & theirs)
        return shared / math.sqrt(self._weight(ours) * self._weight(theirs)) if shared else 0.0

    def _weight(self, words: Iterable[str]) -> float:
        unknown = math.log(1 + len(self.answered))
        return sum(self.rarity.get(word, unknown) ** 2 for word in words)


def pool(answered: Iterable[tuple[str, str]]) -> Pool:
    """From wordings with their SQL."""
    return Pool(tuple(_answered(wording, sql) for wording, sql in answered))


def words_of(question: str, names: Iterable[Name]) -> frozenset[str]:
    """What a question is compared by: its words, and what stands beside a name; numbers alike."""
    masked = ["#" if word.isdigit() else word for word in _masked(question, names, _EMPTY)]
    beside = {f"{a} {b}" for a, b in pairwise(masked) if "<" in a + b}
    return frozenset(masked) | beside


def _spelt(question: str, names: Iterable[Name]) -> tuple[tuple[str, ...], str]:
    """The words that make a question this one, and its number if it has but one."""
    words = _masked(question, names, _ASKING)
    numbers = [word for word in words if word.isdigit()]
    if not _DIRECTED & set(words) and sum("<" in word for word in words) < 2:
        words = sorted(words)
    return tuple(words), numbers[0] if len(numbers) == 1 else ""


def _numbered(spelt: tuple[str, ...], number: str) -> tuple[str, ...]:
    """`spelt` with any number in the place of this one; the order of words is kept or none."""
    words = tuple("#" if word == number else word for word in spelt)
    return tuple(sorted(words)) if list(spelt) == sorted(spelt) else words


def _masked(question: str, names: Iterable[Name], without: frozenset[str]) -> list[str]:
    """The words but those `without`, less their endings, and kinds for names."""
    text = fold(question)
    for name in sorted(names, key=lambda name: len(name.said), reverse=True):
        said = re.escape(fold(name.said))
        text = re.sub(rf"(?<!\w){said}(?!\w)(?:'s)?", f" <{name.kind}> ", text)
    words = [_ALIKE.get(word, word) for word in _WORD.findall(text) if word not in without]
    words = [_ENDING.sub("", word) for word in words]
    named = {place for place, word in enumerate(words) if word.startswith("<")}
    return [
        word
        for place, word in enumerate(words)
        # “the Mixed division” is Mixed.
        if f"<{word}>" not in {words[at] for at in (place - 1, place + 1) if at in named}
    ]


def _answered(wording: str, sql: str) -> Answered:
    """The names are the texts in the SQL that the wording has too; a stored code is none."""
    table = _FROM.search(sql)
    of = table.group(1).removesuffix("s") if table else ""
    held = {
        value: Name(value, value, kind_of(column, of))
        for _table, column, value in _LITERAL.findall(sql)
        if not value[0].islower()
    }
    names = tuple(name for value, name in held.items() if value in wording)
    spelt, number = _spelt(wording, names)
    if number and _outside_texts(sql, number).count("#") != 1:
        number, spelt = "", spelt if _TIME.search(sql) else ()
    if len(names) < len(held):
        spelt = ()  # kept to a name that the wording does not say
    if number:
        spelt = _numbered(spelt, number)
    return Answered(spelt, number, words_of(wording, names), wording, sql, names)


def _outside_texts(sql: str, number: str, new: str = "#") -> str:
    """`sql` with `new` in the place of a number, but for what stands in quotes."""
    pattern = re.compile(_OUTSIDE_TEXTS % re.escape(number))
    return pattern.sub(lambda found: new if found[0] == number else found[0], sql)


def _spoken_of(
    example: Answered, names: tuple[Name, ...], days: tuple[str, str] | None, number: str
) -> tuple[str, str]:
    """The example, of the question's names where each has one of a kind, its days and number."""
    question, sql = example.question, example.sql
    if example.number and number:
        question = re.sub(rf"(?<!\w){example.number}(?!\w)", number, question)
        sql = _outside_texts(sql, example.number, number)
    for theirs in example.names:
        ours = [name for name in names if name.kind == theirs.kind]
        if len(ours) == 1 and [n.kind for n in example.names].count(theirs.kind) == 1:
            value = ours[0].value.replace("'", "''")
            question = question.replace(theirs.value, ours[0].value)
            sql = sql.replace(f"'{theirs.value}'", f"'{value}'")
    if days and len(times := list(dict.fromkeys(_TIME.findall(sql)))) == len(days):
        for theirs_at, ours_at in zip(times, days, strict=True):
            sql = sql.replace(theirs_at, ours_at)
    return question, sql


def named_by(place: str) -> str:
    """What a value in `table.column` names: "team" for teams.name."""
    table, column = place.split(".")
    return kind_of(column, table.removesuffix("s"))


def kind_of(column: str, table: str) -> str:
    """What a value names: its column's entity, or its table's where the column is `name`."""
    if column == "name":
        return table
    word = column.removeprefix("home_").removeprefix("away_").removeprefix("given_by_")
    return "team" if word == "opponent" else word
