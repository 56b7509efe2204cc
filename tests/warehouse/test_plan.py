"""What a plan says against a query: its cost, and rows gathered in memory."""

from __future__ import annotations

import json

import pytest

from bot.warehouse.plan import GATHERED, too_much


def plan(cost: float, rows: int, output: str, kind: str = "Aggregate") -> str:
    """EXPLAIN's answer for one node over a scan of `rows`, below another node."""
    scan = {"Node Type": "Seq Scan", "Total Cost": 1.0, "Plan Rows": rows}
    node = {"Node Type": kind, "Total Cost": 2.0, "Output": [output], "Plans": [scan]}
    return json.dumps([{"Plan": {"Node Type": "Limit", "Total Cost": cost, "Plans": [node]}}])


@pytest.mark.parametrize("cost", [101.0, float("inf"), float("nan")])
def test_a_plan_may_cost_only_so_much(cost: float) -> None:
    """A cost beyond the limit, or none that is a number, is too much."""
    assert too_much(plan(cost, 1, "count(*)"), 100, 0)
    assert not too_much(plan(100, 1, "count(*)"), 100, 0)


@pytest.mark.parametrize(
    "output", ["array_agg(name)", "string_agg(a, b)", "jsonb_object_agg(a, b)", "1 + json_agg(a)"]
)
@pytest.mark.parametrize("kind", ["Aggregate", "WindowAgg"])
def test_an_aggregate_may_gather_only_so_many_rows(output: str, kind: str) -> None:
    """What keeps a part of every row may be expected to meet no more rows than GATHERED."""
    assert too_much(plan(1, GATHERED + 1, output, kind), 100, 0)
    assert not too_much(plan(1, GATHERED, output, kind), 100, 0)


def test_counting_takes_no_memory() -> None:
    """Other aggregates and other nodes are bounded by their cost alone."""
    assert not too_much(plan(1, 10**9, "count(*)"), 100, 0)
    assert not too_much(plan(1, 10**9, "(array_agg(name))", "Subquery Scan"), 100, 0)


def test_fences_do_not_count() -> None:
    """What the first parts of a plan cost and gather is left out, and no part after them."""
    parts = [json.loads(plan(90, GATHERED + 1, "array_agg(a)"))[0]["Plan"] for _ in range(2)]
    whole = json.dumps([{"Plan": {"Node Type": "Result", "Total Cost": 190.0, "Plans": parts}}])
    assert not too_much(whole, 10, 2)
    assert too_much(whole, 9, 2)
    assert too_much(whole, 1000, 1)
