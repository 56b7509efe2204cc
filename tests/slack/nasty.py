"""Texts and results that no renderer expects, for property tests; and how to look into blocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import Any

from hypothesis import strategies as st

from bot.domain import Column, ColumnKind, ResultTable

LITERAL = {"raw_text", "plain_text", "text"}
"""Types of elements in which Slack reads no markup."""


def elements(value: Any) -> Iterator[dict[str, Any]]:
    """Every object inside blocks."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from elements(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from elements(inner)


class Long(str):
    """A long text that is short when hypothesis prints it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Long({self[:3]!r}, {len(self)})"


class Rows(tuple[tuple[object, ...], ...]):
    """Many rows, likewise."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Rows({len(self)}, first={self[0] if self else None})"


LONG = [Long("x" * 10_000), Long("😀" * 5_000), Long("<" * 9_000), Long("👩‍👩‍👧‍👦" * 20)]
MARKUP = ["<!channel>", "@here", "<@U1>", "```", "&amp;", "שלום עולם"]
NASTY = st.one_of(st.text(max_size=60), st.sampled_from([*MARKUP, *LONG]))
VALUES = st.one_of(
    NASTY,
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.datetimes(timezones=st.just(UTC)),
    st.dates(),
    st.uuids(),
    st.lists(st.integers() | NASTY, max_size=3),
    st.dictionaries(st.text(max_size=5), NASTY, max_size=2),
)


@st.composite
def results(draw: st.DrawFn) -> ResultTable:
    """Any result: 0 to 500 rows of 0 to 60 columns with values that fit no kind."""
    width = draw(st.integers(0, 60))
    names = draw(st.lists(NASTY, min_size=width, max_size=width))
    kinds = draw(st.lists(st.sampled_from(ColumnKind), min_size=width, max_size=width))
    some = draw(st.lists(st.tuples(*[VALUES] * width), max_size=4))
    rows = Rows(some * draw(st.integers(1, 125)))
    return ResultTable(tuple(map(Column, names, kinds)), rows, truncated=draw(st.booleans()))
