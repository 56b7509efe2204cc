"""Functions called with a dot: x.upper() is upper(x), and t.x.upper() is upper(t.x)."""

from __future__ import annotations

from sqlglot import exp


def undot(tree: exp.Expr) -> None:
    """Write every call with a dot as a call with brackets."""
    for dot in list(tree.find_all(exp.Dot)):
        if isinstance(dot.expression, exp.Func) and not isinstance(dot.parent, exp.Dot):
            dot.replace(_called(dot))


def _called(node: exp.Expr) -> exp.Expr:
    """`node` without dots before calls; names become columns. No deeper than brackets may be."""
    if not isinstance(node, exp.Dot):
        return exp.column(node.copy()) if isinstance(node, exp.Identifier) else node.copy()
    function = node.expression
    if isinstance(function, exp.Anonymous):
        return exp.func(function.name, _called(node.this), *function.expressions, dialect="duckdb")
    if isinstance(function, exp.Identifier) and isinstance(node.this, exp.Identifier):
        return exp.column(function.copy(), table=node.this.copy())
    return exp.Dot(this=_called(node.this), expression=function.copy())
