"""The allow-lists, applied to every node of PostgreSQL's tree: what is not listed is refused.

The walk is generic, so no position is forgotten: a function is the same node in SELECT, FROM,
VALUES, ORDER BY and a window. What names mean is `bot.guard.names`' business.
"""

from __future__ import annotations

from collections.abc import Callable

from pglast import ast, enums

from bot.domain import Code
from bot.guard import allowed, sizes
from bot.guard.growth import check_growth
from bot.guard.parse import Node, is_a, texts, walk
from bot.guard.refusals import Refused, data_type, function, syntax, too_complex

SOURCES = 40
"""The most tables, subqueries and functions in FROM, over the whole statement."""

BLANK_PADDED = 1_000
"""The widest char(n), which is filled up with blanks."""


def check(root: Node, columns: frozenset[str]) -> None:
    """Raise Refused for the first node that is not allowed.

    `columns` are the names of the tables' columns that are texts.
    """
    sources = 0
    asked: set[int] = set()  # SELECTs that EXISTS alone asks, and which need no column
    for node in walk(root):
        kind = type(node)
        if kind not in allowed.NODES:
            raise _refused_kind(kind)
        sources += kind in (ast.RangeVar, ast.RangeSubselect, ast.RangeFunction)
        if kind is ast.SelectStmt and id(node) not in asked and _bare(node):
            raise syntax("A SELECT without columns")
        if kind is ast.SubLink and node.subLinkType == enums.SubLinkType.EXISTS_SUBLINK:
            asked.add(id(node.subselect))
        rule = _RULES.get(kind)
        if rule:
            rule(node)
    if sources > SOURCES:
        raise too_complex(f"more than {SOURCES} tables and subqueries")
    check_growth(root, columns)


def _bare(node: Node) -> bool:
    plain = node.op == enums.SetOperation.SETOP_NONE
    return bool(plain and not node.targetList and not node.valuesLists)


def _refused_kind(kind: type[ast.Node]) -> Refused:
    """The refusal of a kind of node that is not listed."""
    if kind in allowed.WRITES:
        return Refused(Code.NOT_A_QUERY, "Only a SELECT can be run: this bot reads, nothing else.")
    return syntax(allowed.SPOKEN.get(kind, kind.__name__))


def _select(node: Node) -> None:
    sizes.check_grouping(node.groupClause or ())


def _function(node: Node) -> None:
    *schema, name = texts(node.funcname)
    if schema not in ([], ["pg_catalog"]) or name not in allowed.FUNCTIONS:
        raise function(".".join([*schema, name]))
    if node.func_variadic and name not in allowed.VARIADIC:
        raise syntax("VARIADIC")
    arguments = node.args or ()
    if name.endswith("trim") and len(arguments) > 2:  # which the printer would lose
        raise syntax("TRIM of more than one text")
    if name != "make_interval" and any(is_a(a, ast.NamedArgExpr) for a in arguments):
        raise syntax("A named argument")
    sizes.check_call(name, arguments)


def _operator(names: tuple[str, ...]) -> str:
    """The operator's name; Refused for a qualified one."""
    if len(names) != 1:
        raise syntax("OPERATOR(…)")
    return names[0]


_ANY_OR_ALL = (enums.A_Expr_Kind.AEXPR_OP_ANY, enums.A_Expr_Kind.AEXPR_OP_ALL)


def _expression(node: Node) -> None:
    if node.kind not in allowed.EXPRESSIONS:
        raise syntax(node.kind.name)
    name = _operator(texts(node.name))
    if node.kind == enums.A_Expr_Kind.AEXPR_SIMILAR or name in allowed.REGEX_OPERATORS:
        array = is_a(node.rexpr, ast.A_ArrayExpr)
        if node.kind in _ANY_OR_ALL and not array:
            raise syntax(f"{name} ANY without an ARRAY[…] of patterns")
        for pattern in node.rexpr.elements or () if array else (node.rexpr,):
            sizes.check_pattern(pattern)
    elif name not in allowed.OPERATORS and "BETWEEN" not in name:
        raise syntax(f"The operator {name}")


def _sublink(node: Node) -> None:
    if node.subLinkType not in allowed.SUBLINKS:
        raise syntax(node.subLinkType.name)
    if node.operName and _operator(texts(node.operName)) not in allowed.OPERATORS:
        raise syntax(f"The operator {texts(node.operName)[0]}")


def _type(node: Node) -> None:
    *schema, name = texts(node.names)
    if schema not in ([], ["pg_catalog"]) or name not in allowed.TYPES:
        raise data_type(".".join([*schema, name]))
    if node.setof:
        raise data_type(f"SETOF {name}")
    widths = [sizes.integer(width) for width in node.typmods or ()]
    if None in widths or (name == "bpchar" and any((w or 0) > BLANK_PADDED for w in widths)):
        raise data_type(f"{name}(…)")


def _table(node: Node) -> None:
    if node.catalogname:
        raise syntax("The name of a database")
    if not node.inh:
        raise syntax("ONLY")


def _cte(node: Node) -> None:
    # PostgreSQL's own relations all begin so: a name of that form could mean one of them wherever
    # the WITH is not in scope.
    if node.ctename.startswith("pg_"):
        raise syntax("A name that begins with pg_")


def _from_function(node: Node) -> None:
    if node.is_rowsfrom or node.coldeflist or len(node.functions) != 1:
        raise syntax("ROWS FROM or a column definition list")
    call, definitions = node.functions[0]
    if definitions or not is_a(call, ast.FuncCall):
        raise syntax("This function in FROM")
    name = texts(call.funcname)[-1]
    if name not in allowed.FROM_FUNCTIONS:
        raise function(name)


def _indirection(node: Node) -> None:
    # `(x).name` calls the function `name` where x has no such part.
    if not all(is_a(part, ast.A_Indices) for part in node.indirection):
        raise syntax("(…).name")


def _value_function(node: Node) -> None:
    if node.op not in allowed.VALUE_FUNCTIONS:
        raise function(node.op.name.removeprefix("SVFOP_").lower())


def _sort(node: Node) -> None:
    if node.useOp:
        raise syntax("ORDER BY … USING")


def _collate(node: Node) -> None:
    *schema, name = texts(node.collname)
    if schema not in ([], ["pg_catalog"]) or name not in allowed.COLLATIONS:
        raise syntax("COLLATE other than C")


_RULES: dict[type[ast.Node], Callable[..., None]] = {
    ast.SelectStmt: _select,
    ast.FuncCall: _function,
    ast.A_Expr: _expression,
    ast.SubLink: _sublink,
    ast.TypeName: _type,
    ast.RangeVar: _table,
    ast.CommonTableExpr: _cte,
    ast.RangeFunction: _from_function,
    ast.A_Indirection: _indirection,
    ast.SQLValueFunction: _value_function,
    ast.SortBy: _sort,
    ast.CollateClause: _collate,
}
