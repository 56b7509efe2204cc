"""Tame values: the event's own, literal dates and small numbers, moved by small literals at most.

They may bound a series or a recursion. `max(seed)` is tame, `max(seed) * 1000000` is not.
"""

from __future__ import annotations

from collections.abc import Callable

from pglast import ast, enums

from bot.guard import sizes
from bot.guard.parse import Node, is_a, texts
from bot.guard.places import Place, is_tame_in

_CALLS = frozenset({"abs", "ceil", "ceiling", "date", "floor", "max", "min", "round", "trunc"})
_TYPES = frozenset({"date", "int2", "int4", "int8", "timestamp", "timestamptz"})
_LARGE_FIELDS = frozenset({"epoch", "julian", "microseconds", "milliseconds"})


def is_tame(node: Node, place: Place) -> bool:
    """Whether a value is a date or number of the event's own, or close to one.

    The queries in it have been looked through already.
    """
    rule = _RULES.get(type(node))
    return rule is not None and rule(node, place)


def _column(node: Node, place: Place) -> bool:
    *qualifier, name = texts(node.fields) or ("",)
    return not is_a(node.fields[-1], ast.A_Star) and place.is_tame(tuple(qualifier), name)


def _cast(node: Node, place: Place) -> bool:
    return texts(node.typeName.names)[-1] in _TYPES and is_tame(node.arg, place)


def _each(node: Node, place: Place) -> bool:
    return all(is_tame(argument, place) for argument in node.args)


def _sublink(node: Node, place: Place) -> bool:
    inside = place.seen.get(id(node.subselect))
    if node.subLinkType != enums.SubLinkType.EXPR_SUBLINK or not inside or len(inside.names) != 1:
        return False
    (name,) = inside.names
    return name is not None and is_tame_in(inside, name)


def _moved(node: Node, place: Place) -> bool:
    """A tame value with a small literal added or taken away."""
    if texts(node.name) not in (("+",), ("-",)) or not node.lexpr:
        return False
    near = sizes.is_small(node.rexpr) or 0 < sizes.days(sizes.string(node.rexpr) or "") <= 400
    return near and is_tame(node.lexpr, place)


def _called(node: Node, place: Place) -> bool:
    name = texts(node.funcname)[-1]
    arguments: tuple[Node, ...] = node.args or ()
    if name in ("now", "count"):
        return True
    if name in ("date_trunc", "date_part", "extract") and len(arguments) > 1:
        small = (sizes.string(arguments[0]) or "epoch").lower() not in _LARGE_FIELDS
        return small and (name != "date_trunc" or is_tame(arguments[1], place))
    return name in _CALLS and bool(arguments) and is_tame(arguments[0], place)


_RULES: dict[type[ast.Node], Callable[..., bool]] = {
    ast.ColumnRef: _column,
    ast.A_Const: lambda node, _place: sizes.is_small(node),
    ast.TypeCast: _cast,
    ast.SQLValueFunction: lambda _node, _place: True,
    ast.CoalesceExpr: _each,
    ast.MinMaxExpr: _each,
    ast.SubLink: _sublink,
    ast.A_Expr: _moved,
    ast.FuncCall: _called,
}
