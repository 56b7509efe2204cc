"""A draft's names and bounds are held to those of the question.

    hold(draft, said, model) -> the draft with its SQL changed and held=("kept to Open",)

A small model copies a name from an example, puts a division where the event's name stands, forgets
the one name that was said, or writes `> 5` for “5 or more”. Where the question leaves no doubt that
is put right here, and the reader is told. What comes out goes through the guard like every query.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pglast import ast, enums

from bot.answering.bounds import bounds_in, hold_bounds, hold_limit
from bot.answering.conditions import (
    column_name,
    compared,
    drop,
    listed,
    parts,
    restrict,
    selects,
    text_constants,
)
from bot.answering.folding import fold
from bot.answering.kinds import Holder, holder_of, holders, own, sources
from bot.answering.linking import Link
from bot.domain import Dialect, Draft
from bot.guard.isolate import printed
from bot.guard.limits import check_text
from bot.guard.mend_names import vocabulary
from bot.guard.parse import Node, is_a, parse, texts
from bot.guard.refusals import Refused
from bot.guard.reread import EmittedWrongError, chosen
from bot.guard.translate import to_postgres
from bot.semantic import SemanticModel
from bot.texts import say

_LISTED = 8
"""Names that are listed where another one was asked for."""

_LATIN = re.compile(r"[a-z]{2}")
_STEM = 4
"""Letters by which a word of a name is known in a question: “quarter finals”, “semis”."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said: all texts, folded; the question; the names meant, by kind.

    `known` are all names here by kind; `now` are the kinds that this question itself names.
    """

    text: str = ""
    question: str = ""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    now: frozenset[str] = frozenset()

    def has(self, value: str) -> bool:
        """Whether a word of `value` is in the text, well enough."""
        if not _LATIN.search(self.text):
            return True  # who can tell
        words = re.findall(r"\w+", fold(value))
        return any(word[:_STEM] in self.text for word in words if not word.isdigit()) or all(
            word in self.text.split() for word in words
        )

    def spelt_out(self, known: Sequence[str]) -> str:
        """The one of the `known` names whose words are all in the text; "" for none or several."""
        words = set(re.findall(r"\w+", self.text))
        found = [name for name in known if set(re.findall(r"\w+", fold(name))) <= words]
        return found[0] if len(found) == 1 else ""

    def only(self, kind: str) -> str:
        """The one name of a kind that was said; "" for none, several, or a part of several."""
        said = self.names.get(kind, ())
        return said[0] if len(said) == 1 and "%" not in said[0] else ""


NOTHING_SAID = Spoken()


def said_in(
    texts_said: Sequence[str],
    links: Sequence[Link],
    before: Sequence[Link],
    known: Mapping[str, tuple[str, ...]],
    model: SemanticModel,
) -> Spoken:
    """From the question and the texts around it, and the names linked in it and in the one before.

    A kind that the question names nothing of is as it was before. What is only a word for a table
    or a column (“artists”, of “Various Artists”) is no name.
    """
    known_words = vocabulary(model)
    words = known_words | {word + "s" for word in known_words}
    links = [link for link in links if link.said == fold(link.value) or link.said not in words]
    named = {link.column for link in links}
    names: dict[str, tuple[str, ...]] = {}
    for link in (*links, *(link for link in before if link.column not in named)):
        names[link.column] = (*names.get(link.column, ()), link.value)
    text = fold(" ".join(texts_said))
    return Spoken(text, texts_said[0], names, known, frozenset(named))


def hold(draft: Draft, said: Spoken, model: SemanticModel) -> Draft:
    """`draft` held to `said`, with what was put right, and what is in doubt, in words."""
    try:
        check_text(draft.sql, draft.dialect)
        text = to_postgres(draft.sql, model) if draft.dialect is Dialect.DUCKDB else draft.sql
        query = parse(text)
    except Refused:
        return draft  # for the guard to say
    work = _Work(query, said, model)
    work.each_condition()
    work.what_is_missing()
    bounds = bounds_in(said.question)
    work.done += hold_bounds(query, bounds)
    work.done += hold_limit(query, said.question, bounds)
    work.done += show_order(query)
    if not work.done:
        return replace(draft, doubt=work.doubt)
    try:
        sql = chosen(query, printed(query, ""))
    except EmittedWrongError:
        return draft  # better as it was written than as something else
    done = tuple(dict.fromkeys(work.done))
    return replace(draft, sql=sql, dialect=Dialect.POSTGRES, held=done, doubt=work.doubt)


@dataclass(slots=True)
class _Work:
    """One tree that is being changed, and what was done to it."""

    query: Node
    said: Spoken
    model: SemanticModel
    done: list[str] = field(default_factory=list)
    doubt: str = ""

    def each_condition(self) -> None:
        """Put right the names that columns are compared with."""
        for select in selects(self.query):
            held = holders(select, self.model)
            for node in list(own(parts(select))):
                if pair := compared(node):
                    self._condition(select, node, *pair, held)
                elif several := listed(node):
                    self._list(select, node, *several, held)

    def what_is_missing(self) -> None:
        """Keep to a name that was said and that nothing in the query speaks of."""
        for kind in self.said.names:
            name = self.said.only(kind)
            if name and not self._mentions(name):
                self._keep_to(kind, name)

    def _condition(
        self, select: Node, node: Node, reference: Node, constant: Node, held: tuple[Holder, ...]
    ) -> None:
        value = constant.val.sval
        holder = holder_of(reference, held)
        if holder is None:
            self._moved(select, reference, value, held)
            return
        known = self.said.known.get(holder.kind, ())
        if value in known and self.said.has(value):
            return
        if value not in known and self._moved(select, reference, value, held):
            return
        meant = self._meant(value, holder.kind)
        if meant:
            constant.val.sval = meant
            self._say("read", wrong=value, right=meant)
        elif not self.said.has(value):
            if drop(select, node):
                self._say("left_out", name=value)
        elif value not in known and known:
            there = ", ".join(known[:_LISTED]) + (", …" if len(known) > _LISTED else "")
            self.doubt = say("refusals.no_such_name", name=value, known=there)

    def _list(
        self,
        select: Node,
        node: Node,
        reference: Node,
        values: tuple[str, ...],
        held: tuple[Holder, ...],
    ) -> None:
        """Leave out `column IN (…)` of which no name was said."""
        unsaid = not any(self.said.has(value) for value in values)
        if holder_of(reference, held) and unsaid and drop(select, node):
            self._say("left_out", name=", ".join(values))

    def _meant(self, value: str, kind: str) -> str:
        """The name that stands for `value`: the one in other case, or the one that was said."""
        known = self.said.known.get(kind, ())
        alike = [name for name in known if fold(name) == fold(value)]
        if value not in known and len(alike) == 1:
            return alike[0]
        only = self.said.only(kind) or self.said.spelt_out(known)
        return only if only and not self._mentions(only) else ""

    def _moved(self, select: Node, reference: Node, value: str, held: tuple[Holder, ...]) -> bool:
        """Compare a name that was said with the one column that holds names of its kind."""
        kinds = [kind for kind, values in self.said.names.items() if value in values]
        if not kinds and self.said.has(value):
            kinds = [kind for kind, values in self.said.known.items() if value in values]
        targets = [each for each in held if each.kind in kinds]
        if len(targets) != 1 or not _is_text(reference, select, self.model):
            return False
        target, wrong = targets[0], texts(reference.fields)[-1]
        if wrong == target.column:
            return False
        qualified = (target.source,) if len(reference.fields) > 1 else ()
        reference.fields = tuple(map(ast.String, (*qualified, target.column)))
        self._say("read", wrong=wrong, right=target.column)
        return True

    def _mentions(self, name: str) -> bool:
        """Whether a text in the query is `name` or a part of it."""
        return any(
            bool(part := fold(node.val.sval).strip("% ")) and part in fold(name)
            for node in text_constants(self.query)
        )

    def _keep_to(self, kind: str, name: str) -> None:
        """Keep to a name; one of the question before not where its kind is what rows are of."""
        grouped = frozenset[str]() if kind in self.said.now else _grouped(self.query)
        if keep_to(self.query, kind, name, self.model, grouped):
            self._say("kept_to", name=name)

    def _say(self, what: str, **values: str) -> None:
        self.done.append(say(f"held.{what}", **values))


def keep_to(
    query: Node,
    kind: str,
    name: str,
    model: SemanticModel,
    without: Collection[str] = frozenset(),
) -> bool:
    """Keep `query` to the rows of a name, where it is sure by which column: none of `without`."""
    if query.op != enums.SetOperation.SETOP_NONE:
        return False
    found = [each for each in holders(query, model) if each.kind == kind]
    if len(found) != 1 or found[0].column in without:
        return False
    holder = found[0]
    several = len([each for each in own(query.fromClause) if is_a(each, ast.RangeVar)]) > 1
    fields = (holder.source, holder.column) if several else (holder.column,)
    condition = ast.A_Expr(
        kind=enums.A_Expr_Kind.AEXPR_OP,
        name=(ast.String("="),),
        lexpr=ast.ColumnRef(fields=tuple(map(ast.String, fields))),
        rexpr=ast.A_Const(isnull=False, val=ast.String(name)),
    )
    restrict(query, condition)
    return True


def _grouped(query: Node) -> frozenset[str]:
    """The columns that a query has one row for each of."""
    return frozenset(map(column_name, own(query.groupClause or ()))) - {""}


def show_order(query: Node) -> list[str]:
    """Show what a SELECT DISTINCT is ordered by, which PostgreSQL demands and DuckDB does not."""
    if query.distinctClause != (None,):
        return []
    shown = {target.name or column_name(target.val) for target in query.targetList}
    missing = {
        name: item.node
        for item in query.sortClause or ()
        if (name := column_name(item.node)) and name not in shown
    }
    query.targetList = (*query.targetList, *(ast.ResTarget(val=node) for node in missing.values()))
    return [say("held.shown", name=name) for name in missing]


def _is_text(reference: Node, select: Node, model: SemanticModel) -> bool:
    """Whether a reference is to a text, or to nothing that there is."""
    *qualifier, column = texts(reference.fields) or ("",)
    meant = [
        found
        for called, table in sources(select, model)
        if (not qualifier or called == qualifier[0]) and (found := table.column(column))
    ]
    return all(each.type == "text" for each in meant)
