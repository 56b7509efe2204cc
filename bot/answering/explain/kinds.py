"""What kind of values an expression has, and which calls sum up rows."""

from __future__ import annotations

from typing import Literal

from pglast import ast

from bot.answering.explain.scope import Scope
from bot.guard.parse import Node, is_a, texts

Kind = Literal["time", "number", "text", "boolean", ""]

_KINDS: dict[str, Kind] = {"timestamptz": "time", "date": "time", "text": "text"}
_KINDS.update({"boolean": "boolean", "uuid": "", "jsonb": ""})
TIMES = frozenset({"timestamp", "timestamptz"})
NUMBERS = frozenset({"numeric", "int2", "int4", "int8", "float4", "float8"})
AVERAGES = {"sum": "total", "avg": "average", "stddev": "standard deviation of"}
LISTS = frozenset({"string_agg", "array_agg", "json_agg", "jsonb_agg"})
AGGREGATES = frozenset(
    {*AVERAGES, *LISTS, "count", "min", "max", "bool_and", "bool_or", "every", "variance"}
    | {"percentile_cont", "percentile_disc", "mode", "corr", "json_object_agg", "jsonb_object_agg"}
    | {"bit_and", "bit_or", "bit_xor", "stddev_pop", "stddev_samp", "var_pop", "var_samp"}
)
PLACES = frozenset({"row_number", "rank", "dense_rank"})
NEAR = {"lag": "previous", "lead": "next"}


def kind(node: Node, scope: Scope) -> Kind:
    """How values of an expression are compared in words; "" if that is not known."""
    found = scope.column(node)
    if found:
        return _KINDS.get(found[1].type, "number") if found[1] else ""
    if is_a(node, ast.TypeCast):
        name = texts(node.typeName.names)[-1]
        return "time" if name in {"date", *TIMES} else "number" if name in NUMBERS else ""
    name = texts(node.funcname)[-1] if is_a(node, ast.FuncCall) else ""
    if name in {"min", "max", *NEAR} and node.args:
        return kind(node.args[0], scope)
    return "number" if name in {"count", "sum", "avg", "extract", "round", *PLACES} else ""


def is_aggregate(node: Node) -> bool:
    """Whether it is a call that sums up rows (and not a window)."""
    return bool(
        is_a(node, ast.FuncCall) and not node.over and texts(node.funcname)[-1] in AGGREGATES
    )


def extreme(*, highest: bool, time: bool) -> str:
    """Highest or lowest, and of times latest or earliest."""
    return ("latest" if highest else "earliest") if time else ("highest" if highest else "lowest")
