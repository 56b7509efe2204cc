"""What people ask, read from the file: verified questions, worked examples, vague phrases.

Every SQL in there is checked to be one SELECT over the file's tables. A fault is raised as a
SemanticModelError.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.semantic.model import Example, Meaning, SemanticTable, Term, Vague, VerifiedQuestion
from bot.semantic.nodes import Entry
from bot.semantic.sql import Select, SqlFaultError, read_select

CHOICES = range(2, 6)
"""How many things a vague phrase may mean: as many buttons as fit a phone."""

Tables = dict[str, SemanticTable]


def checked_select(entry: Entry, sql: str, names: Iterable[str]) -> Select:
    """Read `sql`, which may name the tables `names`."""
    try:
        return read_select(sql, list(names))
    except SqlFaultError as error:
        raise entry.fault(f"sql of {entry.what}: {error}", "sql") from error


def read_verified(top: Entry, tables: Tables) -> tuple[VerifiedQuestion, ...]:
    """The verified questions; no wording stands twice."""
    made = []
    wordings: set[str] = set()
    for entry in top.entries("verified"):
        question, sql = _asked(entry, "question", tables)
        one = VerifiedQuestion(question, entry.texts("also"), sql)
        entry.done()
        for wording in (one.question, *one.also):
            if wording.casefold() in wordings:
                raise entry.fault(f"{wording!r} is asked twice", "question")
            wordings.add(wording.casefold())
        made.append(one)
    return tuple(made)


def read_examples(top: Entry, tables: Tables, key: str) -> tuple[Example, ...]:
    """The worked examples under `key`."""
    made = []
    for entry in top.entries(key):
        question, sql = _asked(entry, "example", tables)
        made.append(Example(question, sql, entry.texts("also")))
        entry.done()
    return tuple(made)


def read_ambiguous(top: Entry) -> tuple[Vague, ...]:
    """The phrases that are asked back."""
    made = []
    for entry in top.entries("ambiguous"):
        said = tuple(phrase.casefold() for phrase in entry.texts("said"))
        entry.what = f"the ambiguous {said[0]!r}" if said else "an ambiguous phrase"
        if not all(said):
            raise entry.fault("an ambiguous phrase is empty", "said")
        choices = []
        for choice in entry.entries("choices", required=True):
            choices.append(Meaning(choice.text("label"), choice.text("means")))
            choice.done()
        if not said or len(choices) not in CHOICES:
            raise entry.fault(f"{entry.what} needs something said and two to five choices")
        unless = tuple(word.casefold() for word in entry.texts("unless"))
        made.append(Vague(said, unless, tuple(choices)))
        entry.done()
    return tuple(made)


def read_terms(top: Entry) -> tuple[Term, ...]:
    """Words of people and what they mean."""
    made = []
    for entry in top.entries("terms"):
        term = Term(entry.texts("said"), entry.text("means"))
        if not term.said or not all(term.said):
            raise entry.fault("a term needs something said", "said")
        entry.done()
        made.append(term)
    return tuple(made)


def _asked(entry: Entry, kind: str, tables: Tables) -> tuple[str, str]:
    question = entry.text("question")
    entry.what = f"{kind} {question!r}"
    sql = entry.text("sql").rstrip("; \n")
    checked_select(entry, sql, tables)
    return question, sql
