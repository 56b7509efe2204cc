"""Division, rounding and powers.

Where the divisor is 0, DuckDB gives NULL, infinity or an error, by its version and settings. Here
it is always NULL (NULLIF), so that one team without games does not cost the whole answer.
"""

from __future__ import annotations

from sqlglot import exp

from bot.guard.rules.calls import call, number, wrapped
from bot.guard.rules.known import Known


def divide(node: exp.Expr, _known: Known) -> exp.Expr:
    """`/` never rounds: 7 / 2 is 3.5."""
    left = node.this.copy()
    if not _inexact(node.this):
        left = exp.cast(left, "double")
    return exp.Div(this=left, expression=_divisor(node.expression), typed=True, safe=False)


def divide_whole(node: exp.Expr, known: Known) -> exp.Expr:
    """`//` cuts towards zero between integers, and is `/` as soon as one side is none."""
    sides = {known.kind(node.this), known.kind(node.expression)}
    if "float" in sides:
        return divide(node, known)
    return call("div", node.this, _divisor(node.expression))


def remainder(node: exp.Expr, known: Known) -> exp.Expr:
    """`%`, which PostgreSQL has for integers and decimals only."""
    sides = [node.this.copy(), _divisor(node.expression)]
    if "float" in (known.kind(node.this), known.kind(node.expression)):
        sides = [exp.cast(side, "decimal") for side in sides]
    return exp.Mod(this=sides[0], expression=sides[1])


def _divisor(node: exp.Expr) -> exp.Expr:
    """`node` with NULL for 0, where it can be 0."""
    inner = node.this if isinstance(node, exp.Paren) else node
    if isinstance(inner, exp.Literal) and not inner.is_string and float(inner.name) != 0:
        return node.copy()
    return exp.Nullif(this=inner.copy(), expression=number(0))


def _inexact(node: exp.Expr) -> bool:
    """Whether PostgreSQL already has double precision here."""
    inner = node.unnest()
    if isinstance(inner, exp.Cast):
        return inner.to.is_type("double")
    return isinstance(inner, exp.Div | exp.Mul) and _inexact(inner.this)


def rounded(node: exp.Expr, known: Known) -> exp.Expr:
    """round(x) and round(x, n) go away from zero at a half; PostgreSQL's does for decimals only."""
    digits = node.args.get("decimals")
    value = node.this.copy()
    if not (isinstance(value, exp.Literal) or known.kind(value) == "int"):
        value = exp.cast(value, "decimal")
    return call("round", value, *([digits] if digits is not None else []))


def power(node: exp.Expr, _known: Known) -> exp.Expr:
    """`**`, `^` and pow() count with fractions: 2 ** -1 is 0.5."""
    return call("power", exp.cast(wrapped(node.this), "double"), node.expression)


def logarithm(node: exp.Expr, _known: Known) -> exp.Expr:
    """log2(x) is written log(2, x) by sqlglot, which PostgreSQL has for decimals only."""
    if node.args.get("expression") is None:
        return node
    return call("log", exp.cast(node.this.copy(), "decimal"), exp.cast(node.expression, "decimal"))
