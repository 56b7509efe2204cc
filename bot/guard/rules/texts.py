"""Texts and patterns. DuckDB's regular expressions are RE2's; plain ones mean the same here."""

from __future__ import annotations

from sqlglot import exp

from bot.guard.refusals import duckdb_only
from bot.guard.rules.calls import call, number
from bot.guard.rules.known import Known


def has_part(node: exp.Expr, _known: Known) -> exp.Expr:
    """contains(x, y) is strpos(x, y) > 0."""
    found = call("strpos", node.this, node.expression)
    return exp.paren(exp.GT(this=found, expression=number(0)))


def has_end(node: exp.Expr, _known: Known) -> exp.Expr:
    """ends_with(x, y) and suffix(x, y): the end of x, as long as y, is y."""
    text, end = (node.this, node.expression) if isinstance(node, exp.EndsWith) else node.expressions
    last = call("right", text, call("length", end))
    return exp.paren(exp.EQ(this=last, expression=end.copy()))


def has_start(node: exp.Expr, _known: Known) -> exp.Expr:
    """prefix(x, y) is starts_with(x, y)."""
    return call("starts_with", *node.expressions)


def octets(node: exp.Expr, _known: Known) -> exp.Expr:
    """strlen(x) counts bytes."""
    return call("octet_length", *node.expressions)


def split(node: exp.Expr, _known: Known) -> exp.Expr:
    """string_split(x, y) is string_to_array(x, y)."""
    return call("string_to_array", node.this, node.expression)


def whole_match(node: exp.Expr, _known: Known) -> exp.Expr:
    """SIMILAR TO and regexp_full_match take a regular expression for the whole text."""
    pattern = node.expression
    if not pattern.is_string:
        raise duckdb_only("a regular expression that is no literal")
    whole = exp.Literal.string(f"^({pattern.name})$")
    return exp.paren(exp.RegexpLike(this=node.this.copy(), expression=whole))


def match_part(node: exp.Expr, _known: Known) -> exp.Expr:
    """regexp_extract(x, y) is the first match of y, or a group of it, or the empty text."""
    group = node.args.get("group")
    if group is not None and not group.is_int:
        raise duckdb_only("regexp_extract() with names")
    if group in (None, number(0)):
        found: exp.Expr = call("regexp_substr", node.this, node.expression)
    else:
        matched = exp.paren(call("regexp_match", node.this, node.expression))
        found = exp.Bracket(this=matched, expressions=[group.copy()], offset=1)
    return exp.Coalesce(this=found, expressions=[exp.Literal.string("")])


def glob(node: exp.Expr, _known: Known) -> exp.Expr:
    """`x GLOB 'a*'` is LIKE with * and ? for % and _."""
    pattern = node.expression
    if not pattern.is_string or set(pattern.name) & set("[]\\"):
        raise duckdb_only("GLOB with more than * and ?")
    text = pattern.name.replace("%", "\\%").replace("_", "\\_")
    text = text.replace("*", "%").replace("?", "_")
    return exp.Like(this=node.this.copy(), expression=exp.Literal.string(text))


def caseless(node: exp.Expr, _known: Known) -> exp.Expr:
    """`x COLLATE NOCASE` compares and sorts x without regard to case."""
    return call("lower", node.this) if node.expression.name.lower() == "nocase" else node


def split_by_pattern(node: exp.Expr, _known: Known) -> exp.Expr:
    """string_split_regex(x, y) is regexp_split_to_array(x, y)."""
    return call("regexp_split_to_array", node.this, node.expression)
