"""The first line of an answer: what was found, in words, or nothing where that is not certain.

One row is read out; of several the leader is named, if the rows are sorted by one measure and the
query left no larger one out. Ties are said as ties.

    Sharks lead with 14 goals, 3 ahead of Tides.
    There are 24 teams.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from bot.domain import Answer, Column, ColumnKind
from bot.slack.render.cells import NOTHING, PERCENT, Grid, heading_of, number_text
from bot.slack.render.measures import Number, falls, is_percent, is_place, label, measures, numbers
from bot.slack.render.pieces import cut, one_line, size
from bot.texts import knows, say

_LONGEST = 60
_READ_OUT = 4
"""A row of more columns is better read as a table."""

_NAMELESS = re.compile(r"^(\?column\?|count|sum|avg|min|max|total|value|result|n|number|amount)$")
_COUNTED = re.compile(r"(^|_)(goals?|assists|points|wins|games|blocks|spirits?)$")
_NO_LEAD = re.compile(
    r"loss|lost|against|conceded|foul|turnover|drop|cancel|penalt|minutes|duration"
)
_CROWDS = re.compile(r"(^|_)teams?(_|$)")


def finding(answer: Answer, cells: Grid) -> str:
    """The sentence, as plain text of at most 300 characters; empty where none is certain."""
    table = answer.table
    if table.truncated or not table.rows or not cells.rows:
        return ""
    found = _one_row(answer, cells) if len(table.rows) == 1 else _leader(answer)
    return found if size(found) <= 300 else ""


def is_whole(answer: Answer) -> bool:
    """Whether `finding` says everything that the table holds."""
    return len(answer.table.rows) == 1 and len(answer.table.columns) == 1


def _one_row(answer: Answer, cells: Grid) -> str:
    texts, row = cells.rows[0], answer.table.rows[0]
    if cells.left_out or len(texts) > _READ_OUT or any(size(text) > _LONGEST for text in texts):
        return ""
    if len(row) == 1:
        return _one_value(answer, cells)
    shown = [answer.table.columns[i] for i in cells.places]
    parts = [
        f"{_words(column.name)} {_cell(column, text)}"
        for column, text in zip(shown, texts, strict=True)
    ]
    if shown[0].kind is ColumnKind.TEXT and row[cells.places[0]] is not None and len(texts) > 1:
        return f"{texts[0]}: {', '.join(parts[1:])}."
    said = ", ".join(parts)
    return said[:1].upper() + said[1:] + "."


def _cell(column: Column, text: str) -> str:
    """A cell with its unit; a percent sign stands in it already, and nothing counts nothing."""
    return text if column.unit == PERCENT or text == NOTHING else _with_unit(column, text)


def _with_unit(column: Column, text: str) -> str:
    return f"{text} {column.unit}".rstrip()


def _one_value(answer: Answer, cells: Grid) -> str:
    value, counted = answer.table.rows[0][0], answer.shape.counted
    if counted.endswith("s") and "_" not in counted and isinstance(value, int):
        nouns = _nouns(counted, value)
        if not value:
            return say("finding.there_are_none", nouns=nouns)
        return say("finding.there_are", n=value, count=cells.rows[0][0], nouns=nouns)
    column, text = answer.table.columns[0], cells.rows[0][0]
    return f"{heading_of(column.name)}: {_cell(column, text)}."


def _leader(answer: Answer) -> str:
    table, who = answer.table, label(answer.table)
    if who is None:
        return ""
    what = _measure(answer)
    if what is None:
        return _first_and_second(answer, who)
    values = numbers(table, what)
    if values is None or not falls(values):
        return ""
    names = [cut(one_line(str(row[who])), _LONGEST) for row in table.rows]
    tied = sum(value == values[0] for value in values)
    if tied == 1:
        return _ahead(answer, names, values, who, what)
    if tied == len(values):
        # With a LIMIT there may be more of them.
        who_ties = "" if answer.shape.limited else say("finding.all", n=tied)
    else:
        who_ties = _listed(names[:tied]) if tied <= 3 else f"{tied}"
    column = table.columns[what]
    top = _amount(column, number_text(values[0], values))
    tie = "tied_at" if _noun(column) or _is_nameless(column) else "tied_with"
    return say(f"finding.{tie}", names=who_ties, amount=top) if who_ties else ""


def _ahead(answer: Answer, names: list[str], values: Sequence[Number], who: int, what: int) -> str:
    """The first, who is alone at the top, and the second."""
    column = answer.table.columns[what]
    most, next_most = (number_text(value, values) for value in values[:2])
    if _NO_LEAD.search(column.name.lower()):
        words = _words(column.name)
        first, second = names[:2]
        return say(
            "finding.most", name=first, words=words, most=most, second=second, next_most=next_most
        )
    gap = number_text(Decimal(values[0]) - Decimal(values[1]), values)
    ahead = "ahead" if gap.strip("0.,") else "just_ahead"
    return say(
        f"finding.{_lead(answer, who)}_{ahead}",
        name=names[0],
        amount=_amount(column, most),
        gap=gap,
        second=names[1],
    )


def _measure(answer: Answer) -> int | None:
    """The measure that rows are sorted by, largest first, so that the first row has the most."""
    found, shape = measures(answer.table), answer.shape
    if shape.sorted_by is not None:
        return shape.sorted_by if shape.descending and shape.sorted_by in found else None
    return found[0] if len(found) == 1 and not shape.limited else None


def _first_and_second(answer: Answer, who: int) -> str:
    """Who is first by a column of ranks, where each rank is there once."""
    table, place = answer.table, answer.shape.sorted_by
    if place is None or answer.shape.descending or not _is_rank(table.columns[place]):
        return ""
    ranks = [row[place] for row in table.rows]
    if ranks != list(range(1, len(ranks) + 1)):
        return ""
    first, second = (cut(one_line(str(row[who])), _LONGEST) for row in table.rows[:2])
    return say(f"finding.{_lead(answer, who)}_first", name=first, second=second)


def _is_rank(column: Column) -> bool:
    return column.kind is ColumnKind.NUMBER and is_place(column.name) and "rank" in column.name


def _lead(answer: Answer, who: int) -> str:
    """Whether one or many lead: which verb English takes."""
    name = answer.table.columns[who].name.lower()
    crowd = _CROWDS.search(name) or (name == "name" and answer.query.tables == ("teams",))
    return "many" if crowd else "one"


def _amount(column: Column, text: str) -> str:
    """`14 goals`, `a spirit average of 13.4`, `62.5 %`, or the number alone."""
    noun = _noun(column)
    if noun:
        return f"{text} {_nouns(noun, 1 if text == '1' else 2)}"
    text = _with_unit(column, text)
    if _is_nameless(column):
        return text
    words = _words(column.name)
    article = "an" if words[:1] in "aeio" else "a"
    return say("finding.measure", article=article, words=words, value=text)


def _noun(column: Column) -> str:
    """The plural of what a column counts; empty if it measures something."""
    name = column.name.lower()
    counted = None if is_percent(name) else _COUNTED.search(name)
    if counted is None or not counted.group(2).endswith("s"):
        return ""
    plain = re.fullmatch(rf"(total_|sum_|num_)?{counted.group(2)}", name)
    return counted.group(2) if plain else _words(name)


def _is_nameless(column: Column) -> bool:
    return bool(_NAMELESS.match(column.name.lower()))


def _nouns(words: str, n: int) -> str:
    """A plural as it counts `n`: translated if it is one that every tournament has."""
    if knows(f"nouns.{words}"):
        return say(f"nouns.{words}", n=n)
    return words.removesuffix("s") if n == 1 else words


def _words(name: str) -> str:
    return _lower(heading_of(name))


def _lower(heading: str) -> str:
    return heading[:1].lower() + heading[1:]


def _listed(names: list[str]) -> str:
    return say("finding.and", names=", ".join(names[:-1]), last=names[-1])
