"""What PostgreSQL's plan of a query says before it runs: its cost, and rows gathered in memory.

Sorting and grouping go to disk beyond work_mem; an aggregate that keeps a part of every row does
not, and a second of `array_agg` over a cross join took 900 MB. So where one gathers, the planner
may expect no more rows than a tournament has.

The fences are not looked at. They are the bot's own, and what the planner expects of them depends
on how much other events have; of the rest it is the same whatever there is (`sealed` in
`bot.semantic.compile`), and so is what is refused here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

GATHERED = 100_000
"""The most rows that the planner may expect an aggregate to gather, of all groups together."""

_GATHERING = re.compile(r"(?:array|string|jsonb?(?:_object)?)_agg|JSON_(?:ARRAY|OBJECT)AGG")


def too_much(plan: str, max_cost: float, fences: int) -> bool:
    """Whether `plan` (EXPLAIN VERBOSE as JSON) costs more than `max_cost`, or gathers too much.

    The first `fences` of its WITH are left out. PostgreSQL plans each before all else, as a part
    that runs once, and lists those parts first (`SS_process_ctes`, `ExplainNode`; PostgreSQL 18).
    """
    root = json.loads(plan)[0]["Plan"]
    below = root.get("Plans", [])
    cost = root["Total Cost"] - sum(fence["Total Cost"] for fence in below[:fences])
    # Written so that a cost that is not a number is refused as well.
    if not cost <= max_cost:
        return True
    return any(_gathers(node) > GATHERED for node in _nodes({**root, "Plans": below[fences:]}))


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


def _gathers(node: dict[str, Any]) -> float:
    """How many rows a node is expected to gather; 0 for one that does not."""
    # Also above the aggregate its name may stand in a text; only these two nodes work one out.
    gathering = any(_GATHERING.search(output) for output in node.get("Output", ()))
    if not gathering or node["Node Type"] not in ("Aggregate", "WindowAgg"):
        return 0
    return max((float(below["Plan Rows"]) for below in node.get("Plans", ())), default=0)
