"""Expressions as noun phrases: "start time", "total goals", "day of start time".

`noun` gives None for what it has no words for; nothing is ever said in its place.
"""

from __future__ import annotations

from collections.abc import Callable

from pglast import ast, enums

from bot.answering.explain.english import (
    column_words,
    listed,
    plural,
    rows_of,
    singular,
    spaced,
    spoken,
    table_words,
)
from bot.answering.explain.kinds import (
    AGGREGATES,
    AVERAGES,
    LISTS,
    NEAR,
    NUMBERS,
    PLACES,
    TIMES,
    extreme,
    kind,
)
from bot.answering.explain.scope import Scope, Source
from bot.guard.parse import Node, is_a, texts
from bot.semantic import SemanticColumn

_UNITS = frozenset("day week month quarter year hour minute second".split())  # noqa: SIM905
_FORMS = {
    "round": "{}",  # only changes how a figure looks
    "ceil": "{} rounded up",
    "floor": "{} rounded down",
    "date": "day of {}",
    "abs": "absolute value of ({})",
    "lower": "{} in lower case",
    "upper": "{} in upper case",
    "to_char": "{} as text",
    "length": "length of {}",
}
_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "/"}
_DEFAULT_FRAMES = (1058, 0)
"""frameOptions where no frame was written: PostgreSQL's FRAMEOPTION_DEFAULTS."""


def noun(node: Node, scope: Scope) -> str | None:
    """What an expression is, or None."""
    rule = _RULES.get(type(node))
    return rule(node, scope) if rule else None


def per(node: Node, scope: Scope) -> str | None:
    """What rows are grouped by: a key, a name and a reference all stand for their thing."""
    node = node if scope.column(node) else scope.target(node)
    found = scope.column(node)
    if not found or not found[1]:
        return noun(node, scope)
    source, column = found[0], found[1]
    assert source.table
    if column.name == "name" or source.table.key == (column.name,):
        return _thing(source)
    return spaced(column.name.removesuffix("_id")) if column.references else noun(node, scope)


def counted(node: Node, scope: Scope) -> tuple[str, tuple[str, ...]] | None:
    """What a count() counts, and the aliases of the tables that the words name."""
    if node.agg_star:
        return _rows(scope)
    found = scope.column(node.args[0]) if len(node.args or ()) == 1 else None
    if node.agg_distinct:
        return _different(node.args[0], found, scope)
    if not found:
        return None
    source, column = found
    if source.table and column and source.table.key == (column.name,):
        if scope.one_row_each(source.alias):
            return _many(source), (source.alias,)
        return _rows(scope)
    words = noun(node.args[0], scope)
    return (f"rows with a value for {words}", ()) if words else None


def _rows(scope: Scope) -> tuple[str, tuple[str, ...]] | None:
    tables = [each for each in scope.sources if each.table]
    if len(tables) == len(scope.sources):
        if len(tables) == 1 and tables[0].table:
            return rows_of(tables[0].table), (tables[0].alias,)
        if not scope.outer:
            finest = [each for each in tables if scope.one_row_each(each.alias)]
            if len(finest) == 1 and finest[0].table:
                return rows_of(finest[0].table), (finest[0].alias,)
    return "rows", ()


def _different(
    node: Node, found: tuple[Source, SemanticColumn | None] | None, scope: Scope
) -> tuple[str, tuple[str, ...]] | None:
    if found and found[0].table and found[1]:
        source, column = found[0], found[1]
        assert source.table
        if source.table.key == (column.name,) or (column.name == "name"):
            suffix = " names" if column.name == "name" else ""
            things = singular(_many(source)) + suffix if suffix else _many(source)
            return f"different {things}", (source.alias,)
        if column.references:
            return f"different {plural(spaced(column.name.removesuffix('_id')))}", ()
    words = noun(node, scope)
    return (f"different values of {words}", ()) if words else None


def _thing(source: Source) -> str:
    assert source.table
    return source.role or singular(table_words(source.table))


def _many(source: Source) -> str:
    assert source.table
    return plural(source.role) if source.role else table_words(source.table)


def _column(node: Node, scope: Scope) -> str | None:
    found = scope.column(node)
    if found is None:
        return None
    source, column = found
    if column is None or source.table is None:
        # A column of a sub-query. A table has no such column: then it is the row, or a mistake.
        return spaced(texts(node.fields)[-1]) if source.table is None else None
    words = column_words(column)
    if source.role:
        return f"{source.role} {words}"
    others = [
        other
        for each in scope.sources
        if each is not source and each.table and (other := each.table.column(column.name))
    ]
    shared = any(other.description != column.description or not words for other in others)
    bare = column.name in {"id", "name"} and len(scope.sources) > 1
    if bare:
        return f"{_thing(source)} {words}"
    return f"{words} of {table_words(source.table)}" if shared else words


def _constant(node: Node, _scope: Scope) -> str | None:
    if node.isnull:
        return None
    value = node.val
    if is_a(value, ast.String):
        return spoken(value.sval)
    if is_a(value, ast.Boolean):
        return "yes" if value.boolval else "no"
    if is_a(value, ast.Integer):
        return str(value.ival or 0)
    return str(value.fval) if is_a(value, ast.Float) else None


def _cast(node: Node, scope: Scope) -> str | None:
    words = noun(node.arg, scope)
    name = texts(node.typeName.names)[-1]
    if words is None or is_a(node.arg, ast.A_Const):
        return words if name in {"date", "interval", *TIMES, *NUMBERS, "text", "time"} else None
    if name == "date":
        return f"day of {words}"
    if name == "time":
        return f"time of day of {words}"
    return words if name in NUMBERS | {"text", "varchar"} else None


def _arithmetic(node: Node, scope: Scope) -> str | None:
    sign = _SIGNS.get("".join(texts(node.name)))
    if node.kind != enums.A_Expr_Kind.AEXPR_OP or sign is None or node.lexpr is None:
        return None
    sides = [noun(each, scope) for each in (node.lexpr, node.rexpr)]
    if None in sides:
        return None
    told = [
        f"({words})" if is_a(side, ast.A_Expr, ast.CoalesceExpr) else words
        for side, words in zip((node.lexpr, node.rexpr), sides, strict=True)
    ]
    return f" {sign} ".join(str(each) for each in told)


def _nullif(node: Node, scope: Scope) -> str | None:
    # nullif(x, 0) only keeps a division from failing.
    zero = is_a(node.rexpr, ast.A_Const) and _constant(node.rexpr, scope) == "0"
    return noun(node.lexpr, scope) if zero else None


def _expression(node: Node, scope: Scope) -> str | None:
    is_nullif = node.kind == enums.A_Expr_Kind.AEXPR_NULLIF
    return _nullif(node, scope) if is_nullif else _arithmetic(node, scope)


def _coalesce(node: Node, scope: Scope) -> str | None:
    words = [noun(each, scope) for each in node.args]
    if None in words:
        return None
    first, *others = [str(each) for each in words]
    return f"{first} (or else {listed(others, 'or')})"


def _extreme(node: Node, scope: Scope) -> str | None:
    words = [noun(each, scope) for each in node.args]
    if None in words:
        return None
    greatest = node.op == enums.MinMaxOp.IS_GREATEST
    return f"the {'higher' if greatest else 'lower'} of {listed([str(each) for each in words])}"


def _now(node: Node, _scope: Scope) -> str | None:
    names = {
        enums.SQLValueFunctionOp.SVFOP_CURRENT_DATE: "today",
        enums.SQLValueFunctionOp.SVFOP_CURRENT_TIMESTAMP: "now",
        enums.SQLValueFunctionOp.SVFOP_LOCALTIMESTAMP: "now",
    }
    return names.get(node.op)


def _call(node: Node, scope: Scope) -> str | None:
    name = texts(node.funcname)[-1]
    if node.over:
        return _window(node, name, scope)
    if name in AGGREGATES:
        return None if node.agg_filter else _aggregate(node, name, scope)
    arguments = list(node.args or ())
    if name == "now":
        return name
    if name in {"date_trunc", "extract", "date_part"} and len(arguments) == 2:
        unit, words = noun(arguments[0], scope), noun(arguments[1], scope)
        return f"{unit} of {words}" if unit in _UNITS and words else None
    if name == "timezone" and len(arguments) == 2:
        return noun(arguments[1], scope)
    words = noun(arguments[0], scope) if arguments else None
    return _FORMS[name].format(words) if words and name in _FORMS else None


def _aggregate(node: Node, name: str, scope: Scope) -> str | None:
    if name == "count":
        found = counted(node, scope)
        return f"number of {found[0]}" if found else None
    if name == "percentile_cont" and node.agg_within_group:
        half = noun(node.args[0], scope) == "0.5"
        words = noun(node.agg_order[0].node, scope)
        return f"median {words}" if half and words else None
    words = noun(node.args[0], scope) if node.args and not node.agg_within_group else None
    if words is None:
        return None
    words = f"different values of {words}" if node.agg_distinct else words
    if name in LISTS:
        return f"list of {words}"
    if name in {"min", "max"}:
        time = kind(node.args[0], scope) == "time"
        return f"{extreme(highest=name == 'max', time=time)} {words}"
    return f"{AVERAGES[name]} {words}" if name in AVERAGES else None


def _window(node: Node, name: str, scope: Scope) -> str | None:
    over = _definition(node.over, scope)
    if over is None or node.agg_filter or node.agg_distinct:
        return None
    keys = [per(each, scope) for each in over.partitionClause or ()]
    if None in keys:
        return None
    within = " within each " + listed([str(key) for key in dict.fromkeys(keys)]) if keys else ""
    if name in PLACES:
        words = noun(over.orderClause[0].node, scope) if over.orderClause else None
        return f"place by {words}{within}" if words else None
    if name in NEAR:
        words = noun(node.args[0], scope) if len(node.args) == 1 else None
        return f"{NEAR[name]} {words}{within}" if words else None
    whole = _aggregate(node, name, scope) if name in AGGREGATES else None
    return (
        f"{'running ' if over.orderClause else ''}{whole}{within or ' overall'}" if whole else None
    )


def _definition(over: Node, scope: Scope) -> Node | None:
    """The window that is meant; None if it is put together, or has a frame of its own."""
    if over.name:
        over = next((w for w in scope.select.windowClause or () if w.name == over.name), over)
    plain = not over.refname and over.frameOptions in _DEFAULT_FRAMES
    return over if plain else None


_RULES: dict[type[ast.Node], Callable[[Node, Scope], str | None]] = {
    ast.ColumnRef: _column,
    ast.A_Const: _constant,
    ast.TypeCast: _cast,
    ast.A_Expr: _expression,
    ast.CoalesceExpr: _coalesce,
    ast.MinMaxExpr: _extreme,
    ast.SQLValueFunction: _now,
    ast.FuncCall: _call,
}
