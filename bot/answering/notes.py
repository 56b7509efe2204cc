"""What a language model is told about one question: today, names, days and words in it.

One sentence each, worded so that a small model copies the SQL in it. All of it varies, so it comes
after everything that does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.answering.days import Calendar, Span
from bot.answering.folding import fold
from bot.answering.linking import Link
from bot.answering.nearness import named_by
from bot.semantic import SemanticModel, Term


def notes(
    days: Calendar | None,
    spans: Iterable[Span],
    links: Iterable[Link],
    terms: Iterable[Term],
    clock: str,
) -> tuple[str, ...]:
    """The sentences, in this order. `clock` is the column that days are about, bare."""
    said = [f"Today is {days.today:%A} {days.today}."] if days else []
    said += [f"“{link.said}” means {_named(link)}." for link in links]
    said += [_span(span, clock) for span in spans]
    said += [f"“{term.said[0]}” means {term.means}." for term in terms]
    return tuple(said)


def _named(link: Link) -> str:
    """A name as what it names, since its column is called so in most tables."""
    if "%" in link.value:
        return str(link)
    return f"the {named_by(link.column)} '{link.value}'"


def spoken(question: str, model: SemanticModel) -> tuple[Term, ...]:
    """The terms, and other words for tables and columns, that the question uses."""
    words = f" {fold(question)} "
    found = []
    for term in (*model.terms, *_others(model)):
        used = [said for said in term.said if _holds(words, fold(said))]
        if used:
            found.append(Term((used[0],), term.means))
    return tuple(found)


def _others(model: SemanticModel) -> Sequence[Term]:
    tables = [
        Term(table.also, f"the table {table.name}") for table in model.tables.values() if table.also
    ]
    columns = [
        Term(column.also, f"{table.name}.{column.name}")
        for table in model.tables.values()
        for column in table.columns
        if column.also
    ]
    return [*tables, *columns]


def _holds(words: str, said: str) -> bool:
    place = words.find(said)
    while place >= 0:
        around = words[place - 1] + words[place + len(said)]
        if not any(character.isalnum() for character in around):
            return True
        place = words.find(said, place + 1)
    return False


def bounds(spans: Sequence[Span]) -> tuple[str, str] | None:
    """The one span that is asked about, as SQL; None for none or several."""
    if len(spans) != 1:
        return None
    return _literal(spans[0].start), _literal(spans[0].end)


def _span(span: Span, clock: str) -> str:
    column = clock or "the time"
    start, end = (_literal(at) for at in (span.start, span.end))
    bounds = f"“{span.said}” means {column} >= {start} AND {column} < {end}."
    return f"{bounds} {span.remark}".strip()


def _literal(at: datetime) -> str:
    return f"'{at.isoformat(sep=' ', timespec='minutes')}'"
