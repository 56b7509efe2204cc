"""Types: TRY_CAST, integers that PostgreSQL lacks, truth values that are compared as numbers."""

from __future__ import annotations

from sqlglot import exp

from bot.guard.refusals import duckdb_only
from bot.guard.rules.known import Known

_WIDER = {
    "utinyint": "smallint",
    "tinyint": "smallint",
    "usmallint": "int",
    "uint": "bigint",
    "ubigint": "decimal",
    "int128": "decimal",
    "uint128": "decimal",
    "float": "double",
}
"""Types without a PostgreSQL one of their own, and the next wider; a FLOAT is written to divide."""

_FORMS = {
    "int": r"^\s*[+-]?[0-9]{1,9}\s*$",
    "float": r"^\s*[+-]?[0-9]{1,9}\.?[0-9]*\s*$",
    "date": r"^\s*[0-9]{4}-[01][0-9]-[0-3][0-9]\s*$",
}
"""What a text looks like that TRY_CAST makes something of."""


def wider(node: exp.Expr, _known: Known) -> exp.Expr:
    """A type that PostgreSQL lacks becomes one that holds all its values."""
    name = node.this.value.lower() if isinstance(node.this, exp.DataType.Type) else ""
    return exp.DataType.build(_WIDER[name]) if name in _WIDER else node


def attempt(node: exp.Expr, known: Known) -> exp.Expr:
    """TRY_CAST(x AS t) is NULL where CAST fails; only a text can fail here."""
    value, to = node.this, node.args["to"]
    kind = known.kind(exp.cast(exp.null(), to.copy()))
    cast = exp.cast(value.copy(), to.copy())
    if known.kind(value) not in ("text", "") or kind == "text":
        return cast
    if kind not in _FORMS:
        raise duckdb_only("TRY_CAST to this type")
    text = exp.cast(value.copy(), "text")
    form = exp.Literal.string(_FORMS[kind])
    found = exp.RegexpLike(this=text, expression=form)
    return exp.Case(ifs=[exp.If(this=found, true=exp.cast(text.copy(), to.copy()))])


def truth(node: exp.Expr, known: Known) -> exp.Expr:
    """`x = 1` asks whether x is true, where x is a truth value."""
    sides = [node.this, node.expression]
    for side, other in (sides, sides[::-1]):
        if known.kind(side) == "bool" and other.is_int and other.name in ("0", "1"):
            other.replace(exp.true() if other.name == "1" else exp.false())
            break
    return node
