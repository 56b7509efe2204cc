"""Columns that certainly do not exist, refused with the nearest real names.

Only how good a refusal is depends on this: where scope is plain an unknown column is refused here,
where it is not PostgreSQL has the last word.
"""

from __future__ import annotations

from pglast import ast

from bot.domain import Code
from bot.guard.parse import Node, is_a, texts
from bot.guard.refusals import Refused, nearest, shown, syntax, there_are, unknown_column
from bot.guard.scope import HARMLESS_SCHEMAS, Scope, find
from bot.semantic import SemanticModel


def check_column(
    node: Node, scope: Scope, model: SemanticModel, also: tuple[str | None, ...]
) -> None:
    """Refuse a column that is certainly none."""
    try:
        _check(node, scope, model, also)
    except Refused as refused:
        refused.at = node, scope
        raise


def _check(node: Node, scope: Scope, model: SemanticModel, also: tuple[str | None, ...]) -> None:
    fields = texts(node.fields)
    star = is_a(node.fields[-1], ast.A_Star)
    if len(fields) + star == 3 and fields[0] in HARMLESS_SCHEMAS:
        node.fields = node.fields[1:]
        fields = fields[1:]
    if len(fields) + star > 2:
        raise syntax("A name with a schema")
    if len(fields) + star == 2:
        _qualified(fields[0], None if star else fields[1], scope, model)
    elif not star and fields[0] not in also and None not in also:
        _plain(fields[0], scope, model)


def _qualified(qualifier: str, name: str | None, scope: Scope, model: SemanticModel) -> None:
    source = find(qualifier, scope)
    if not source:
        there = tuple(s.name for level in scope.chain() for s in level.sources if s.name)
        near = nearest(qualifier, there) or there
        raise Refused(
            Code.UNKNOWN_TABLE,
            f'Nothing in FROM is called "{shown(qualifier)}". {there_are(there)}',
            near,
        )
    if name is None or source.columns is None or name in source.columns:
        return
    elsewhere = tuple(f"{s.name}.{name}" for s in scope.sources if name in (s.columns or ()))
    near = elsewhere or tuple(f"{qualifier}.{n}" for n in nearest(name, source.columns))
    raise unknown_column(name, qualifier, near or _in_model(name, model), source.columns)


def _plain(name: str, scope: Scope, model: SemanticModel) -> None:
    sources = [source for level in scope.chain() for source in level.sources]
    if any(s.columns is None or name in s.columns or name == s.name for s in sources):
        return
    if name in scope.outputs:
        what = f'"{shown(name)}" is an output and no column: repeat its expression here.'
        raise Refused(Code.UNKNOWN_COLUMN, what)
    qualified = {column: source.name for source in sources for column in source.columns or ()}
    near = tuple(
        f"{qualified[column]}.{column}" if qualified[column] else column
        for column in nearest(name, qualified)
    )
    where = sources[0].name if len(sources) == 1 else ""
    raise unknown_column(name, where, near or _in_model(name, model), qualified)


def _in_model(name: str, model: SemanticModel) -> tuple[str, ...]:
    """Columns called `name` in other tables of the semantic model."""
    return tuple(f"{t.name}.{name}" for t in model.tables.values() if t.column(name))[:3]
