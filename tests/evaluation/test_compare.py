"""When two results are the same, as a reader would judge."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import Column, ColumnKind, ResultTable
from bot.evaluation.compare import Match, compare


def table(*rows: tuple[object, ...]) -> ResultTable:
    """A result with these rows."""
    width = len(rows[0]) if rows else 1
    columns = tuple(Column(f"c{n}", ColumnKind.TEXT) for n in range(width))
    return ResultTable(columns, rows)


def same(found: ResultTable, gold: ResultTable, *, ordered: bool = False) -> Match:
    """Compare, unordered by default."""
    return compare(found, gold, ordered=ordered)


def test_order_matters_only_where_it_is_asked_for() -> None:
    """Rows are a multiset unless the question asks for an order."""
    found, gold = table(("b",), ("a",)), table(("a",), ("b",))
    assert same(found, gold) is Match.SAME
    assert same(found, gold, ordered=True) is Match.DIFFERENT


def test_columns_may_stand_elsewhere_and_be_more() -> None:
    """Order and names of columns are free; further ones are told apart."""
    assert same(table((1, "a"), (2, "b")), table(("a", 1), ("b", 2))) is Match.SAME
    assert same(table((1, "a", "x")), table(("a", 1))) is Match.MORE_COLUMNS
    assert same(table(("a",)), table(("a", 1))) is Match.DIFFERENT


def test_columns_are_matched_by_rows_and_not_by_themselves() -> None:
    """The same values in each column, but paired otherwise, is another result."""
    assert same(table((1, "b"), (2, "a")), table((1, "a"), (2, "b"))) is Match.DIFFERENT


def test_a_row_that_stands_twice_is_not_one() -> None:
    """Multisets, not sets."""
    assert same(table(("a",), ("a",), ("b",)), table(("a",), ("b",), ("b",))) is Match.DIFFERENT


@pytest.mark.parametrize(
    ("ours", "theirs", "match"),
    [
        (Decimal("11.33"), 11.333333, Match.SAME),
        (11, Decimal("11.00"), Match.SAME),
        (11.3, 11.35, Match.DIFFERENT),
        (None, 0, Match.DIFFERENT),
        (True, 1, Match.DIFFERENT),
        ("11", 11, Match.DIFFERENT),
        (datetime(2026, 5, 16, tzinfo=UTC), datetime(2026, 5, 16, tzinfo=UTC), Match.SAME),
        ([1, 2], [1, 2], Match.SAME),
    ],
)
def test_values_are_equal_as_people_read_them(ours: object, theirs: object, match: Match) -> None:
    """Numbers within a rounding, of whatever type; nothing else is bent."""
    assert same(table((ours,)), table((theirs,))) is match


def test_no_rows_are_the_same_as_no_rows() -> None:
    """Nothing found is a result."""
    assert same(ResultTable((Column("a", ColumnKind.TEXT),), ()), table()) is Match.SAME


CELLS = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from("abc"))


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6), st.randoms())
def test_shuffled_rows_and_columns_are_the_same(
    rows: list[tuple[object, ...]], random: object
) -> None:
    """Whatever the rows, mixing them and the columns changes nothing."""
    places = [0, 1, 2]
    random.shuffle(places)  # type: ignore[attr-defined]
    mixed = [tuple(row[place] for place in places) for row in rows]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert same(table(*mixed), table(*rows)) is Match.SAME


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.decimals(0, 4, places=4)), min_size=1, max_size=20
    ).flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows)))
)
def test_rows_in_any_order_are_the_same_rows(
    pair: tuple[list[tuple[str, Decimal]], list[tuple[str, Decimal]]],
) -> None:
    """Close numbers (1.75 and 1.8) in another order make no difference."""
    rows, moved = pair
    assert same(table(*rows), table(*moved)) is Match.SAME
