"""Numbers read from texts: '1e' || '131071' is short, and 131,072 digits long as a number.

A literal counts for its exponent where it stands (`bot.guard.sizes.written_out`). Of any other text
nobody knows what it spells, so a number that is read from one counts for as long as a number can
be, and so does JSON, which holds numbers. What is a number or JSON by its form stays short:
`wins::numeric`, `avg(x)::numeric`; and so does `x::numeric(10, 2)`.

Names go without scopes here: one that stands for a text anywhere stands for one everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pglast import ast, enums

from bot.guard import sizes
from bot.guard.allowed import FROM_FUNCTIONS, NUMBERS
from bot.guard.parse import Node, children, is_a, texts, walk

PRECISION = 100
"""The digits that a number may be cut to and still count as one value."""

Names = frozenset[str]

_READ = frozenset({"json", "jsonb", "numeric", "numrange"})
_SHORT = frozenset({"float4", "float8", "int2", "int4", "int8", *_READ})
_COUNTED = (NUMBERS - {"to_bin", "to_hex", "to_oct"}) | {
    *("array_length", "ascii", "avg", "cardinality", "char_length", "count", "cume_dist"),
    *("date_part", "dense_rank", "extract", "json_array_length", "jsonb_array_length", "length"),
    *("ntile", "percent_rank", "percentile_cont", "position", "rank", "regexp_count"),
    *("row_number", "stddev", "stddev_pop", "stddev_samp", "strpos", "sum", "var_pop"),
    *("var_samp", "variance"),
}
_PASSED_ON = frozenset(
    {"any_value", "first_value", "lag", "last_value", "lead", "max", "min", "nth_value"}
)
_JSON = ("array_to_json", "json_", "jsonb_", "row_to_json", "to_json")
_ARITHMETIC = frozenset({"+", "-", "*", "/", "%", "^", "|/", "||/", "@", "->"})
_UNNAMED = frozenset({"array", "case", "coalesce", "greatest", "least", "nullif", "?column?"})
"""What outputs without AS are called that are no column, call or cast."""


def spelled(root: Node, columns: Names) -> frozenset[int]:
    """The identities of the nodes that read a number from a text; `columns` of tables are texts."""
    nodes = list(walk(root))
    reading = [(node, text) for node in nodes if (text := _read(node)) is not None]
    if not reading:
        return frozenset()
    names = _texts(nodes, columns)
    return frozenset(id(node) for node, text in reading if not _is_short(text, names))


def _read(node: Node) -> Node | None:
    """What `node` reads as a number or as JSON; None for any other node."""
    if is_a(node, ast.TypeCast) and texts(node.typeName.names)[-1] in _READ:
        width = sizes.integer((node.typeName.typmods or (None,))[0])
        return None if width is not None and width <= PRECISION else node.arg
    if is_a(node, ast.FuncCall) and texts(node.funcname)[-1] == "numeric" and node.args:
        return node.args[0]
    if is_a(node, ast.JsonParseExpr):
        return node.expr.raw_expr
    if is_a(node, ast.JsonValueExpr) and node.format.format_type.name == "JS_FORMAT_JSON":
        return node.raw_expr
    return None


def _texts(nodes: list[Node], columns: Names) -> Names:
    """The names that stand for a text somewhere, of columns and of what the statement names."""
    found = set(columns) | {name for node in nodes for name in _renamed(node)}
    selects = [node for node in nodes if is_a(node, ast.SelectStmt)]
    before = -1
    while len(found) != before:
        before, names = len(found), frozenset(found)
        for select in selects:
            for name, value in _outputs(select):
                if not _is_short(value, names):
                    found.add(name)
    return frozenset(found)


def _renamed(node: Node) -> Iterator[str]:
    """The names that FROM gives to columns by their place, or to what a function gives."""
    if is_a(node, ast.Alias):
        yield from texts(node.colnames)
    elif is_a(node, ast.CommonTableExpr):
        yield from texts(node.aliascolnames)
    elif is_a(node, ast.RangeFunction):
        name = texts(node.functions[0][0].funcname)[-1]
        if not name.startswith("generate_"):
            yield from (name, *FROM_FUNCTIONS.get(name, ()))
            yield from [node.alias.aliasname] if node.alias else ()
    elif is_a(node, ast.SelectStmt) and node.valuesLists:
        yield from (f"column{number + 1}" for number in range(len(node.valuesLists[0])))


def _outputs(select: Node) -> Iterator[tuple[str, Node]]:
    """The outputs of a query by the names that they can be read by, those of every side."""
    first = select
    while first.op != enums.SetOperation.SETOP_NONE:
        first = first.larg
    named = [_names(target) for target in first.targetList or ()]
    for side in _sides(select):
        for number, target in enumerate(side.targetList or ()):
            for name in named[number] if number < len(named) else ():
                yield name, target.val


def _sides(select: Node) -> Iterator[Node]:
    """The SELECTs that a query puts together."""
    if select.op == enums.SetOperation.SETOP_NONE:
        yield select
    else:
        yield from _sides(select.larg)
        yield from _sides(select.rarg)


def _names(target: Node) -> tuple[str, ...]:
    """What an output may be called, and more than that where it has no AS."""
    if target.name:
        return (target.name,)
    found, value = list(_UNNAMED), target.val
    while is_a(value, ast.TypeCast, ast.A_Indirection, ast.CollateClause, ast.CaseExpr):
        if is_a(value, ast.TypeCast):
            found += texts(value.typeName.names)[-1:]
        value = value.defresult if is_a(value, ast.CaseExpr) else value.arg
    if is_a(value, ast.ColumnRef):
        found += texts(value.fields)[-1:]
    elif is_a(value, ast.FuncCall):
        found += texts(value.funcname)[-1:]
    return tuple(found)


def _is_short(node: Node, names: Names) -> bool:
    """Whether a value is a number, JSON or a literal by its form; `names` stand for texts."""
    rule = _RULES.get(type(node))
    return bool(rule and rule(node, names))


def _column(node: Node, names: Names) -> bool:
    return not is_a(node.fields[-1], ast.A_Star) and texts(node.fields)[-1] not in names


def _every(node: Node, names: Names) -> bool:
    return all(_is_short(child, names) for child in children(node))


def _case(node: Node, names: Names) -> bool:
    values = [when.result for when in node.args] + [node.defresult]
    return all(value is None or _is_short(value, names) for value in values)


def _called(node: Node, names: Names) -> bool:
    name = texts(node.funcname)[-1]
    if name in _PASSED_ON:
        return bool(node.args) and _is_short(node.args[0], names)
    return name in _COUNTED or (name.startswith(_JSON) and not name.endswith(("_text", "_pretty")))


def _query(node: Node, names: Names) -> bool:
    values = [value for _, value in _outputs(node.subselect)]
    return bool(values) and all(_is_short(value, names) for value in values)


def _true(_node: Node, _names: Names) -> bool:
    return True


_RULES: dict[type[ast.Node], Callable[[Node, Names], bool]] = {
    ast.A_Const: _true,  # a literal counts by itself
    ast.A_ArrayExpr: _every,
    ast.A_Expr: lambda node, _names: texts(node.name)[-1] in _ARITHMETIC,
    ast.A_Indirection: lambda node, names: _is_short(node.arg, names),
    ast.CaseExpr: _case,
    ast.CoalesceExpr: _every,
    ast.ColumnRef: _column,
    ast.FuncCall: _called,
    ast.GroupingFunc: _true,
    ast.JsonArrayAgg: _true,
    ast.JsonArrayConstructor: _true,
    ast.JsonObjectAgg: _true,
    ast.JsonObjectConstructor: _true,
    ast.JsonScalarExpr: _true,
    ast.MinMaxExpr: _every,
    ast.SubLink: _query,
    ast.TypeCast: lambda node, _names: texts(node.typeName.names)[-1] in _SHORT,
}
