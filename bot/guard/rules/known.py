"""What a rule may know about the statement and the semantic model: columns, and kinds of values.

A kind is a rough type, one of _CALLED's values, "bool", "date", "uuid", or "" where it cannot be
told. A wrong kind costs a wrong or failing translation and nothing else: what comes out of the
rules is checked like any other PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlglot import exp

from bot.semantic import SemanticModel

_KINDS = {
    "integer": "int",
    "bigint": "int",
    "double precision": "float",
    "numeric": "float",
    "text": "text",
    "boolean": "bool",
    "date": "date",
    "timestamptz": "time",
    "uuid": "uuid",
}

_TYPES: tuple[tuple[Collection[Any], str], ...] = (
    (exp.DataType.INTEGER_TYPES, "int"),
    (exp.DataType.NUMERIC_TYPES, "float"),
    (exp.DataType.TEXT_TYPES, "text"),
    (("boolean",), "bool"),
    (("array", "list"), "list"),
    (("date",), "date"),
    (exp.DataType.TEMPORAL_TYPES, "time"),
    (("uuid",), "uuid"),
)

_DEPTH = 12  # of what a kind is looked for through

_FLOATS = exp.Avg | exp.Div | exp.Sqrt | exp.Ln | exp.Log | exp.Exp | exp.Median
_BOOLS = (
    exp.Predicate
    | exp.Not
    | exp.And
    | exp.Or
    | exp.Boolean
    | exp.LogicalOr
    | exp.LogicalAnd
    | exp.Contains
    | exp.StartsWith
)
_TEXTS = (
    exp.Upper
    | exp.Lower
    | exp.Concat
    | exp.DPipe
    | exp.Substring
    | exp.Left
    | exp.Right
    | exp.Trim
    | exp.Replace
    | exp.TimeToStr
    | exp.RegexpExtract
    | exp.RegexpReplace
    | exp.GroupConcat
    | exp.Dayname
    | exp.Monthname
    | exp.SplitPart
)
_LISTS = exp.Array | exp.ArrayAgg | exp.Split | exp.RegexpExtractAll | exp.ArraySort
_INTS = exp.Count | exp.CountIf | exp.Length | exp.DateDiff | exp.Extract | exp.IntDiv | exp.Year
_CALLED = {
    "div": "int",
    "floor": "int",
    "cardinality": "int",
    "octet_length": "int",
    "round": "float",
    "power": "float",
    "date_bin": "time",
    "date_trunc": "time",
    "format": "text",
    "regexp_substr": "text",
    "substr": "text",
    "to_char": "text",
    "string_to_array": "list",
}
"""Kinds of what the rules write."""

_LISTED = exp.Distinct | exp.Select  # what they give is first in a list
_SAME = (
    exp.Paren
    | exp.Neg
    | exp.Abs
    | exp.Sum
    | exp.Max
    | exp.Min
    | exp.ArgMax
    | exp.ArgMin
    | exp.AnyValue
    | exp.First
    | exp.Last
    | exp.Filter
    | exp.Window
    | exp.Order
    | exp.Select
    | exp.Subquery
    | exp.Distinct
    | exp.Coalesce
    | exp.IgnoreNulls
    | exp.Lag
    | exp.Lead
    | exp.FirstValue
    | exp.LastValue
    | exp.Nullif
)


@dataclass(frozen=True, slots=True)
class Known:
    """`tables` are the semantic tables' columns; `kinds` those of names that have one kind only.

    `names` are all names of tables and columns.
    """

    tables: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, str]
    names: frozenset[str]

    def kind(self, node: exp.Expr | None, depth: int = 0) -> str:
        """The kind of `node`."""
        if node is None or depth > _DEPTH:
            return ""
        if isinstance(node, exp.Literal):
            number = "int" if node.name.isdigit() else "float"
            return "text" if node.is_string else number
        if isinstance(node, exp.Column | exp.Anonymous):
            names = self.kinds if isinstance(node, exp.Column) else _CALLED
            return names.get(node.name.lower(), "")
        if isinstance(node, exp.Cast):
            return _of_type(node.to)
        if isinstance(node, _SAME):
            inner = node.expressions[0] if isinstance(node, _LISTED) else node.this
            return self.kind(inner, depth + 1)
        return self._of_operator(node, depth)

    def _of_operator(self, node: exp.Expr, depth: int) -> str:
        if isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Mod):
            return self._of_numbers((node.this, node.expression), depth)
        if isinstance(node, exp.Case | exp.If):
            return self._of_numbers(_results(node), depth)
        if isinstance(node, exp.Bracket) and self.kind(node.this, depth + 1) == "text":
            return "text"
        groups = ((_FLOATS, "float"), (_BOOLS, "bool"), (_TEXTS, "text"), (_LISTS, "list"))
        found = next((kind for types, kind in groups if isinstance(node, types)), "")
        return found or ("int" if isinstance(node, _INTS) else "")

    def _of_numbers(self, nodes: Iterable[exp.Expr], depth: int) -> str:
        """The kind that numbers come to: one with a fraction makes all have one."""
        kinds = {self.kind(node, depth + 1) for node in nodes}
        if "float" in kinds:
            return "float"
        return "int" if kinds == {"int"} else ""


def _results(node: exp.Expr) -> list[exp.Expr]:
    """What a CASE or IF gives."""
    results = [branch.args.get("true") for branch in node.args.get("ifs") or [node]]
    results.append(node.args.get("default") or node.args.get("false"))
    return [one for one in results if one is not None]


def _of_type(to: exp.DataType) -> str:
    """The kind of a type that is written down."""
    return next((kind for types, kind in _TYPES if to.is_type(*types)), "")


def knowledge(model: SemanticModel, tree: exp.Expr) -> Known:
    """What is known of the model, and of the names that `tree` gives its outputs."""
    tables = {
        table.name: tuple(column.name for column in table.columns)
        for table in model.tables.values()
    }
    pairs = [
        (column.name, _KINDS.get(column.type, ""))
        for table in model.tables.values()
        for column in table.columns
    ]
    names = frozenset(tables) | {name for name, _ in pairs}
    listed = Known(tables, dict(_agreed(pairs)), names)
    given = [(alias.alias.lower(), listed.kind(alias.this)) for alias in tree.find_all(exp.Alias)]
    return replace(listed, kinds=dict(_agreed(pairs + given)))


def _agreed(pairs: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The pairs whose name has one kind only."""
    kinds: dict[str, set[str]] = {}
    for name, kind in pairs:
        kinds.setdefault(name, set()).add(kind)
    return ((name, found.pop()) for name, found in kinds.items() if len(found) == 1)
