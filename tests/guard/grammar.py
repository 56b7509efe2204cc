"""Queries over the semantic model, drawn at random: what a model, or an attacker, could write.

`queries(model)` is a Hypothesis strategy of `Drawn`. Every construct comes up that the guard takes
and that could touch more rows than it should: joins of every kind, set operations, correlated
subqueries, WITHs that bear the names of tables, LATERAL, windows, FILTER, GROUPING SETS; and errors
on purpose, which depend on a value: a division, a cast, an overflow, a subquery with several rows.

What SQL itself leaves open is left out (the order of equal rows, the clock), so that an outcome is
a function of the rows a query may read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from bot.semantic import SemanticModel
from tests.guard.forms import (
    AGGREGATES,
    BOOLEAN,
    CONDITIONS,
    EXPRESSIONS,
    NUMBER,
    TEXT,
    TIME,
    UUID,
)

_KINDS = {
    "integer": NUMBER,
    "bigint": NUMBER,
    "numeric": NUMBER,
    "text": TEXT,
    "boolean": BOOLEAN,
    "timestamptz": TIME,
    "uuid": UUID,
}
_SMALL = ("events", "divisions", "locations", "game_rounds", "teams", "standings", "fields")
_WORDS = ("'a'", "'Open'", "'M'", "'Spring Classic'", "''", "'%s%'", "'7'")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A query; `ordered` says that its ORDER BY names every output."""

    sql: str
    ordered: bool


@dataclass(slots=True)
class Source:
    """Something in FROM: its alias, and its columns as (name, kind)."""

    alias: str
    columns: list[tuple[str, str]]


@dataclass(slots=True)
class Writer:
    """Draws one query; `aliases` counts, so that no two sources share a name by accident."""

    draw: Callable[[st.SearchStrategy[Any]], Any]
    tables: dict[str, list[tuple[str, str]]]
    small: tuple[str, ...] = _SMALL
    ctes: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    aliases: int = 0

    def pick(self, choices: Any) -> Any:
        """One of `choices`."""
        return self.draw(st.sampled_from(choices))

    def chance(self, percent: int) -> bool:
        """True in about `percent` of the draws."""
        return bool(self.draw(st.integers(0, 99)) < percent)

    def alias(self) -> str:
        """A new alias, now and then one that a table or a fence has."""
        self.aliases += 1
        if self.chance(10):
            return f"{self.pick(('teams', 'games', 'events', 'own', 'answer'))}_{self.aliases}"
        return f"s{self.aliases}"

    # ---- queries ----

    def query(self, depth: int, outer: list[Source], width: int | None = None) -> str:
        """A SELECT or a set operation; `width` outputs of text if given."""
        if depth and self.chance(15):
            width = width or self.pick((1, 2))
            sides = [self.select(depth - 1, outer, width) for _ in range(2)]
            sign = self.pick(("UNION", "UNION ALL", "EXCEPT", "EXCEPT ALL", "INTERSECT"))
            return f"({sides[0]}) {sign} ({sides[1]})"
        return self.select(depth, outer, width)

    def select(self, depth: int, outer: list[Source], width: int | None) -> str:
        """A SELECT with FROM, and perhaps WHERE, GROUP BY, HAVING."""
        text, sources = self.source(depth, outer)
        for _ in range(self.pick((0, 0, 1, 1, 2) if depth else (0, 0, 1))):
            text, sources = self.join(text, sources, depth, outer)
        seen = [*sources, *outer]
        where = f" WHERE {self.condition(depth, seen)}" if self.chance(60) else ""
        count = width or self.pick((1, 2, 3))
        if self.chance(35):
            return self.grouped(text, where, seen, count, as_text=width is not None)
        outputs = [self.output(depth, seen, as_text=width is not None) for _ in range(count)]
        if width is None and self.chance(15):
            outputs = [self.pick(("*", f"{self.pick(sources).alias}.*"))]
        distinct = "DISTINCT " if self.chance(15) else ""
        return f"SELECT {distinct}{', '.join(outputs)} FROM {text}{where}"

    def output(self, depth: int, seen: list[Source], *, as_text: bool) -> str:
        """One output, a window function now and then."""
        kind = TEXT if as_text else self.pick((NUMBER, TEXT, BOOLEAN, TIME))
        if kind == NUMBER and self.chance(25):
            return self.window(seen)
        if not as_text and self.chance(8):
            return self.pick(seen).alias + "::text"
        value = self.value(kind, depth, seen)
        return f"({value})::text" if as_text else value

    def grouped(
        self, text: str, where: str, seen: list[Source], count: int, *, as_text: bool
    ) -> str:
        """A SELECT with GROUP BY: ordinary, ROLLUP, CUBE or GROUPING SETS."""
        keys = [self.column(self.pick((TEXT, NUMBER)), seen) for _ in range(self.pick((1, 2)))]
        listed = ", ".join(keys)
        grouping = self.pick(
            (
                listed,
                listed,
                f"ROLLUP ({listed})",
                f"CUBE ({listed})",
                f"GROUPING SETS (({listed}), ({keys[0]}), ())",
            )
        )
        outputs = [*keys, *(self.aggregate(seen) for _ in range(count))]
        outputs = outputs[-count:] if as_text else outputs
        if as_text:
            outputs = [f"({output})::text" for output in outputs]
        having = f" HAVING {self.aggregate(seen)} IS NOT NULL" if self.chance(30) else ""
        return f"SELECT {', '.join(outputs)} FROM {text}{where} GROUP BY {grouping}{having}"

    def source(self, depth: int, outer: list[Source], *, small: bool = False) -> tuple[str, Any]:
        """Something for FROM: a table, a WITH, a subquery or VALUES."""
        alias = self.alias()
        if depth and self.chance(20):
            inner = self.query(depth - 1, [], 2)
            names = (f"{alias}_a", f"{alias}_b")
            return f"({inner}) AS {alias}({', '.join(names)})", [
                Source(alias, [(name, TEXT) for name in names])
            ]
        if self.chance(5):
            return f"(VALUES (1, 'a'), (3, 'M')) AS {alias}(n, w)", [
                Source(alias, [("n", NUMBER), ("w", TEXT)])
            ]
        tables = {**self.tables, **self.ctes}
        name = self.pick(self.small if small else sorted(tables))
        schema = "public." if name not in self.ctes and self.chance(5) else ""
        return f"{schema}{name} AS {alias}", [Source(alias, tables[name])]

    def join(
        self, text: str, sources: list[Source], depth: int, outer: list[Source]
    ) -> tuple[str, list[Source]]:
        """`text` joined with one more source."""
        way = self.pick(
            ("JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS", "LATERAL")
        )
        if way == "LATERAL" and depth:
            alias = self.alias()
            inner = self.query(depth - 1, [*sources, *outer], 1)
            added = Source(alias, [(f"{alias}_v", TEXT)])
            return f"{text} CROSS JOIN LATERAL ({inner} LIMIT 1000) AS {alias}({alias}_v)", [
                *sources,
                added,
            ]
        other, new = self.source(0, outer, small=way == "CROSS")
        if way in ("CROSS", "LATERAL"):
            return f"{text} CROSS JOIN {other}", [*sources, *new]
        kind = self.pick((UUID, UUID, TEXT, NUMBER))
        left, right = self.column(kind, sources), self.column(kind, new)
        sign = "=" if "FULL" in way or self.chance(80) else self.pick(("<>", "<", "="))
        extra = ""
        if "FULL" not in way and self.chance(30):
            extra = f" AND {self.condition(0, [*sources, *new])}"
        return f"{text} {way} {other} ON {left} {sign} {right}{extra}", [*sources, *new]

    # ---- values ----

    def column(self, kind: str, seen: list[Source]) -> str:
        """A column of `kind`, or a literal where none has it."""
        found = [
            f"{source.alias}.{name}" for source in seen for name, k in source.columns if k == kind
        ]
        if found:
            return str(self.pick(found))
        return {
            NUMBER: "3",
            TEXT: "'a'",
            BOOLEAN: "true",
            TIME: "timestamptz '2026-05-16 12:00+00'",
            UUID: "NULL::uuid",
        }[kind]

    def value(self, kind: str, depth: int, seen: list[Source]) -> str:
        """An expression of `kind`."""
        plain = self.column(kind, seen)
        if self.chance(45):
            return plain
        if depth and kind == TEXT and self.chance(25):
            # With LIMIT 1 over its only output, or now and then without: several rows, an error.
            inner = self.select(depth - 1, seen, 1)
            return f"({inner} ORDER BY 1 LIMIT 1)" if self.chance(75) else f"({inner})"
        form = str(self.pick(EXPRESSIONS[kind]))
        number, text = self.column(NUMBER, seen), self.column(TEXT, seen)
        return form.format(
            plain=plain, number=number, text=text, near=self.pick((0, 1, 2, 3, 4, 5, 8, 15))
        )

    def condition(self, depth: int, seen: list[Source]) -> str:
        """A condition, with subqueries where `depth` allows."""
        if depth and self.chance(25):
            chosen = self._subquery(depth, seen)
        else:
            chosen = self._comparison(seen)
        for _ in range(self.pick((0, 0, 0, 1, 2))):
            chosen = f"({chosen} {self.pick(('AND', 'OR'))} {self._comparison(seen)})"
        return chosen

    def _subquery(self, depth: int, seen: list[Source]) -> str:
        """A condition on the rows of a subquery."""
        inner, text = self.select(depth - 1, seen, 1), self.column(TEXT, seen)
        return str(
            self.pick(
                (
                    f"{'NOT ' if self.chance(40) else ''}EXISTS ({inner})",
                    f"{text} {self.pick(('', 'NOT '))}IN ({inner})",
                    f"{text} {self.pick(('= ANY', '< ALL', '>= ANY'))} ({inner})",
                )
            )
        )

    def _comparison(self, seen: list[Source]) -> str:
        """A condition on columns."""
        form = self.pick(CONDITIONS)
        return str(
            form.format(
                number=self.column(NUMBER, seen),
                text=self.column(TEXT, seen),
                numbers=self.value(NUMBER, 0, seen) if "{numbers}" in form else "",
                texts=self.value(TEXT, 0, seen) if "{texts}" in form else "",
                sign=self.pick(("=", "<", ">", "<>", ">=")),
                near=self.pick((0, 1, 3, 8)),
                word=self.pick(_WORDS),
            )
        )

    def aggregate(self, seen: list[Source]) -> str:
        """An aggregate, with a FILTER now and then."""
        form = self.pick(AGGREGATES)
        call = form.format(
            number=self.value(NUMBER, 0, seen) if "{number}" in form else "",
            text=self.value(TEXT, 0, seen) if "{text}" in form else "",
            condition=self.condition(0, seen) if "{condition}" in form else "",
        )
        return f"{call} FILTER (WHERE {self.condition(0, seen)})" if self.chance(30) else str(call)

    def window(self, seen: list[Source]) -> str:
        """A window function that treats equal rows alike."""
        number, text = self.column(NUMBER, seen), self.column(TEXT, seen)
        call = self.pick(("rank()", "dense_rank()", f"sum({number})", "count(*)", f"max({number})"))
        part = f"PARTITION BY {text} " if self.chance(60) else ""
        return f"{call} OVER ({part}ORDER BY {number}, {text})"


def tables_of(model: SemanticModel) -> dict[str, list[tuple[str, str]]]:
    """Table → its columns as (name, kind)."""
    return {
        table.name: [(column.name, _KINDS[column.type]) for column in table.columns]
        for table in model.tables.values()
    }


def queries(model: SemanticModel, small: tuple[str, ...] = _SMALL) -> st.SearchStrategy[Drawn]:
    """Queries over `model`; `small` are the tables that a join may cross with."""
    tables = tables_of(model)

    @st.composite
    def drawn(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Drawn:
        writer = Writer(draw, tables, small)
        head = ""
        if writer.chance(25):
            name = writer.pick((*("teams", "games", "events", "recent", "users"), *small[:2]))
            body = writer.query(1, [], 2)
            writer.ctes[name] = [("a", TEXT), ("b", TEXT)]
            head = f"WITH {name}(a, b) AS ({body}) "
        width = writer.pick((None, None, 1, 2))
        body = writer.query(2, [], width)
        if width and writer.chance(50):
            limit = f" LIMIT {writer.pick((1, 3, 10))}" if writer.chance(60) else ""
            order = ", ".join(str(place + 1) for place in range(width))
            return Drawn(f"{head}{body} ORDER BY {order}{limit}", ordered=True)
        return Drawn(head + body, ordered=False)

    return drawn()
