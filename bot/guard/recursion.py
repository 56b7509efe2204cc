"""WITH RECURSIVE where it is sure to end: one counter that takes a step towards a bound.

    WITH RECURSIVE days AS (
      SELECT date '2026-05-14' AS day
      UNION ALL
      SELECT day + 1 FROM days WHERE day < date '2026-05-18'
    ) …

The second half reads nothing but the WITH itself, once, so no step makes more rows than there were;
its outputs only add and subtract, so no row grows. What start and bound may be is for
`bot.guard.growth` to judge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pglast import ast, enums

from bot.guard.parse import Node, is_a, texts, walk
from bot.guard.refusals import Refused, syntax


@dataclass(frozen=True, slots=True)
class Counter:
    """How a recursion goes on: `column` from `start` by `step` (a literal) as far as `bound`."""

    column: str
    start: Node
    bound: Node
    step: Node


def counter(cte: Node, names: tuple[str, ...]) -> Counter | None:
    """The counter of a WITH among `names`; None for one that does not refer to itself.

    `names` are those of the whole WITH RECURSIVE in order. Raises Refused for every other form.
    """
    later = names[names.index(cte.ctename) + 1 :]
    if any(_reads(cte.ctequery, name) for name in later):
        raise syntax("A WITH RECURSIVE whose parts refer to each other")
    if not _reads(cte.ctequery, cte.ctename):
        return None
    found = _counter(cte)
    if found is None:
        raise _endless()
    return found


def _endless() -> Refused:
    return syntax(
        "A WITH RECURSIVE other than one that counts a column by a fixed step towards a bound "
        "(SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 10)"
    )


def _reads(query: Node, name: str) -> int:
    """How often `query` names the table `name`, in whatever scope."""
    return sum(is_a(node, ast.RangeVar) and node.relname == name for node in walk(query))


def _counter(cte: Node) -> Counter | None:
    union = cte.ctequery
    if union.op != enums.SetOperation.SETOP_UNION or _has_more(union):
        return None
    first, again = union.larg, union.rarg
    if _reads(first, cte.ctename) or _reads(again, cte.ctename) != 1 or not _only_reads(again, cte):
        return None
    starts = _starts(first)
    steps: tuple[Node, ...] = again.targetList or ()
    if first.op != enums.SetOperation.SETOP_NONE or len(starts) != len(steps):
        return None
    columns = texts(cte.aliascolnames)
    columns += tuple(name for name, _ in starts[len(columns) :])
    if len(columns) != len(starts) or not all(_plain(step.val) for step in steps):
        return None
    for conjunct in _conjuncts(again.whereClause):
        for column, bound, up in _bounds(conjunct):
            if columns.count(column) == 1:
                place = columns.index(column)
                going = steps[place]
                step = _step(going.val, column, up=up)
                if step:
                    return Counter(column, starts[place][1], bound, step)
    return None


def _starts(first: Node) -> tuple[tuple[str, Node], ...]:
    """The outputs of the first half, a SELECT or one row of VALUES, each with its name."""
    if first.valuesLists:
        row = first.valuesLists[0] if len(first.valuesLists) == 1 else ()
        return tuple((f"column{number + 1}", value) for number, value in enumerate(row))
    return tuple((_name(target), target.val) for target in first.targetList or ())


def _has_more(query: Node) -> bool:
    return bool(
        query.withClause
        or query.sortClause
        or query.limitCount
        or query.limitOffset
        or query.lockingClause
    )


def _only_reads(query: Node, cte: Node) -> bool:
    """Whether `query` is SELECT … FROM the WITH alone, with a WHERE and nothing after it."""
    sources: tuple[Node, ...] = query.fromClause or ()
    return bool(
        len(sources) == 1
        and is_a(sources[0], ast.RangeVar)
        and sources[0].relname == cte.ctename
        and query.whereClause
        and not _has_more(query)
        and not (query.groupClause or query.havingClause or query.distinctClause)
    )


def _name(target: Node) -> str:
    if target.name:
        return str(target.name)
    return _column(target.val) or "?column?"


def _column(node: Node) -> str | None:
    return texts(node.fields)[-1] if is_a(node, ast.ColumnRef) and texts(node.fields) else None


def _plain(node: Node) -> bool:
    """Whether an output of the second half only names, adds and subtracts."""
    if is_a(node, ast.TypeCast):
        return _plain(node.arg) and texts(node.typeName.names)[-1] not in ("text", "varchar")
    if is_a(node, ast.A_Expr):
        return (
            node.kind == enums.A_Expr_Kind.AEXPR_OP
            and texts(node.name) in (("+",), ("-",))
            and all(_plain(side) for side in (node.lexpr, node.rexpr) if side)
        )
    return is_a(node, ast.A_Const) or _column(node) is not None


def _conjuncts(where: Node) -> Iterator[Node]:
    if is_a(where, ast.BoolExpr) and where.boolop == enums.BoolExprType.AND_EXPR:
        for argument in where.args:
            yield from _conjuncts(argument)
    else:
        yield where


def _bounds(node: Node) -> Iterator[tuple[str, Node, bool]]:
    """What a comparison bounds: (column, by what, whether from above)."""
    if not is_a(node, ast.A_Expr) or node.kind != enums.A_Expr_Kind.AEXPR_OP:
        return
    sign = node.name[-1].sval
    if sign not in ("<", "<=", ">", ">="):
        return
    less = sign.startswith("<")
    for side, other, up in ((node.lexpr, node.rexpr, less), (node.rexpr, node.lexpr, not less)):
        column = _column(side) or _moved(side)
        if column:
            yield column, other, up


def _moved(node: Node) -> str | None:
    """The column in `column + literal`, which is bounded where the sum is."""
    if is_a(node, ast.A_Expr) and texts(node.name) in (("+",), ("-",)) and _literal(node.rexpr):
        return _column(node.lexpr)
    return None


def _step(node: Node, column: str, *, up: bool) -> Node | None:
    """The literal that is added to `column` (or taken from it, not `up`) in each step."""
    if is_a(node, ast.TypeCast):
        return _step(node.arg, column, up=up)
    if (
        is_a(node, ast.A_Expr)
        and texts(node.name) == ("+" if up else "-",)
        and node.lexpr
        and _column(node.lexpr) == column
        and _literal(node.rexpr)
    ):
        return node.rexpr
    return None


def _literal(node: Node) -> bool:
    return is_a(node, ast.A_Const) or (is_a(node, ast.TypeCast) and is_a(node.arg, ast.A_Const))
