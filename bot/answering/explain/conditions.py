"""Conditions as clauses: "the division is Open", "played is above 0".

`condition` gives None for what it has no words for, and its caller then owns up to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pglast import ast, enums

from bot.answering.explain.english import listed, singular, table_words
from bot.answering.explain.kinds import kind
from bot.answering.explain.nouns import noun
from bot.answering.explain.scope import Scope, read_scope
from bot.guard.parse import Node, is_a, texts

_COMPARED = {
    "=": ("is", "is"),
    "<>": ("is not", "is not"),
    "<": ("is below", "is before"),
    "<=": ("is at most", "is no later than"),
    ">": ("is above", "is after"),
    ">=": ("is at least", "is no earlier than"),
}
_TURNED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_PARTS = 4
"""The most values or alternatives that one clause lists."""
_PLURAL = re.compile(r"[a-z ]{3,}(?<![sui])s( for| against| played)?")


def condition(node: Node, scope: Scope) -> str | None:
    """A clause that goes after "where", or None."""
    rule = _RULES.get(type(node))
    return rule(node, scope) if rule else None


def _expression(node: Node, scope: Scope) -> str | None:
    rule = _KINDS.get(node.kind)
    return rule(node, scope) if rule else None


def _compare(node: Node, scope: Scope) -> str | None:
    name, left, right = "".join(texts(node.name)), node.lexpr, node.rexpr
    if name not in _COMPARED or left is None:
        return None
    if is_a(left, ast.A_Const) and not is_a(right, ast.A_Const):
        name, left, right = _TURNED[name], right, left
    one, other = noun(left, scope), _value(right, scope)
    if one is None or other is None:
        return None
    time = "time" in {kind(left, scope), kind(right, scope)}
    verb = _COMPARED[name][time]
    if scope.column(left) and _PLURAL.fullmatch(one.split(" of ")[0]):
        verb = verb.replace("is", "are", 1)
    return f"the {one} {verb} {other}"


def _value(node: Node, scope: Scope) -> str | None:
    """What something is compared with: a constant bare, anything else with its article."""
    if is_a(node, ast.SubLink):
        return _whole_value(node, scope)
    words = noun(node, scope)
    fixed = is_a(node, ast.A_Const, ast.SQLValueFunction) or (
        is_a(node, ast.TypeCast) and is_a(node.arg, ast.A_Const)
    )
    bare = fixed or words is None or words.lstrip("(").startswith(("now", "today", *"0123456789"))
    return words if bare else f"the {words}"


def _whole_value(node: Node, scope: Scope) -> str | None:
    """A sub-query that sums up one column of whole tables: "the average points of standings"."""
    select = node.subselect
    if node.subLinkType != enums.SubLinkType.EXPR_SUBLINK or select.op or select.withClause:
        return None
    clauses = (select.whereClause, select.groupClause, select.havingClause, select.limitCount)
    if any(clauses) or len(select.targetList or ()) != 1:
        return None
    inner = read_scope(select, scope.model, scope.steps)
    words = noun(select.targetList[0].val, inner)
    if words is None or len(inner.sources) != 1 or not inner.sources[0].table:
        return None
    is_summed = words.startswith(("average ", "highest ", "lowest ", "earliest ", "latest "))
    table = table_words(inner.sources[0].table)
    return f"the {words} of all {table}" if is_summed else None


def _one_of(node: Node, scope: Scope) -> str | None:
    values = [noun(each, scope) for each in node.rexpr or ()]
    one = noun(node.lexpr, scope)
    if None in values or len(values) > _PARTS:
        return None
    told = [str(each) for each in values]
    among = "".join(texts(node.name)) == "="
    if is_a(node.lexpr, ast.A_Const):
        return f"{one} is {'' if among else 'not '}one of {listed(told)}" if one else None
    if one is None:
        return None
    return (
        f"the {one} is {listed(told, 'or')}" if among else f"the {one} is not {listed(told, 'or')}"
    )


def _like(node: Node, scope: Scope) -> str | None:
    one = noun(node.lexpr, scope)
    pattern = node.rexpr.val.sval if _is_text(node.rexpr) else None
    if one is None or not pattern or "\\" in pattern:
        return None
    core = pattern.strip("%")
    if not core or "%" in core or "_" in core:
        return None
    starts, ends = not pattern.startswith("%"), not pattern.endswith("%")
    verbs = {
        (True, True): ("is", "is not"),
        (True, False): ("begins with", "does not begin with"),
        (False, True): ("ends with", "does not end with"),
        (False, False): ("contains", "does not contain"),
    }
    negated = texts(node.name)[0].startswith("!")
    return f"the {one} {verbs[starts, ends][negated]} “{core}”"


def _is_text(node: Node) -> bool:
    return bool(is_a(node, ast.A_Const) and is_a(node.val, ast.String))


def _between(node: Node, scope: Scope) -> str | None:
    one = noun(node.lexpr, scope)
    ends = [_value(each, scope) for each in node.rexpr]
    if one is None or None in ends:
        return None
    negated = node.kind == enums.A_Expr_Kind.AEXPR_NOT_BETWEEN
    return f"the {one} is {'not ' if negated else ''}from {ends[0]} to {ends[1]}"


def _differs(node: Node, scope: Scope) -> str | None:
    one, other = noun(node.lexpr, scope), _value(node.rexpr, scope)
    if one is None or other is None:
        return None
    differs = node.kind == enums.A_Expr_Kind.AEXPR_DISTINCT
    return f"the {one} {'differs from' if differs else 'is the same as'} {other}"


def _missing(node: Node, scope: Scope) -> str | None:
    found = scope.column(node.arg)
    missing = node.nulltesttype == enums.NullTestType.IS_NULL
    if found and found[0].table and found[1] and found[0].table.key == (found[1].name,):
        what = found[0].role or singular(table_words(found[0].table))
        return f"there is {'no' if missing else 'a'} matching {what}"
    words = noun(node.arg, scope)
    return f"the {words} is {'missing' if missing else 'known'}" if words else None


def _boolean(node: Node, scope: Scope) -> str | None:
    words = noun(node, scope)
    return f"{words} is yes" if words and kind(node, scope) == "boolean" else None


def _truth(node: Node, scope: Scope) -> str | None:
    words = {
        enums.BoolTestType.IS_TRUE: "yes",
        enums.BoolTestType.IS_FALSE: "no",
        enums.BoolTestType.IS_NOT_TRUE: "not yes",
        enums.BoolTestType.IS_NOT_FALSE: "not no",
    }.get(node.booltesttype)
    one = noun(node.arg, scope) if scope.column(node.arg) else None
    return f"{one} is {words}" if one and words else None


def _combined(node: Node, scope: Scope) -> str | None:
    parts = [condition(each, scope) for each in node.args]
    if node.boolop == enums.BoolExprType.NOT_EXPR:
        return _negated(node.args[0], parts[0], scope)
    if None in parts or len(parts) > _PARTS:
        return None
    told = [
        f"({words})" if is_a(each, ast.BoolExpr) and len(node.args) > 1 else str(words)
        for each, words in zip(node.args, parts, strict=True)
    ]
    return (" and " if node.boolop == enums.BoolExprType.AND_EXPR else " or ").join(told)


def _negated(node: Node, words: str | None, scope: Scope) -> str | None:
    if words is None:
        return None
    if scope.column(node) and kind(node, scope) == "boolean":
        return words.removesuffix("yes") + "no"
    return f"not ({words})"


_A = enums.A_Expr_Kind
_KINDS: dict[enums.A_Expr_Kind, Callable[[Node, Scope], str | None]] = {
    _A.AEXPR_OP: _compare,
    _A.AEXPR_IN: _one_of,
    _A.AEXPR_LIKE: _like,
    _A.AEXPR_ILIKE: _like,
    _A.AEXPR_BETWEEN: _between,
    _A.AEXPR_NOT_BETWEEN: _between,
    _A.AEXPR_DISTINCT: _differs,
    _A.AEXPR_NOT_DISTINCT: _differs,
}
_RULES: dict[type[ast.Node], Callable[[Node, Scope], str | None]] = {
    ast.A_Expr: _expression,
    ast.NullTest: _missing,
    ast.BooleanTest: _truth,
    ast.BoolExpr: _combined,
    ast.ColumnRef: _boolean,
}
