"""Repair that is certain: a wrong name with exactly one target that makes sense, read as that.

    mended(query, model) -> ("read teams.team_name as name", …)

changes the tree. The caller prints it and sends it through the whole guard again, so nothing here
decides what may be read. Where two targets make sense, or none, the refusal stands as it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from pglast import ast

from bot.guard.mend_names import GENERIC, columns_meant, entity_columns, singular, tables_meant
from bot.guard.mend_outputs import put_output
from bot.guard.names import resolve
from bot.guard.parse import Node, is_a, texts, walk
from bot.guard.refusals import Refused, too_complex
from bot.guard.scope import Columns, Scope, Source, find
from bot.semantic import SemanticModel

MENDS = 40
"""The most names mended in one statement, each place counted."""

Target = tuple[Source, str]


def mended(query: Node, model: SemanticModel) -> tuple[str, ...]:
    """Mend names in `query` until all of them are known; what was done, each once.

    Raises the Refused of the first name that is not certain.
    """
    said: list[str] = []
    kept: set[str] = set()
    for _ in range(MENDS + 1):
        try:
            resolve(query, model)
        except Refused as refused:
            if not refused.at:
                raise
            node, scope = refused.at
            assert isinstance(scope, Scope)
            sentence = _mend(query, node, scope, model, kept)
            if not sentence:
                raise
            said.append(sentence)
        else:
            return tuple(dict.fromkeys(said))
    raise too_complex("too many unknown names")


def _mend(query: Node, node: Node, scope: Scope, model: SemanticModel, kept: set[str]) -> str:
    """Mend one name in place; what was done, or "" if it is not certain.

    `kept` are the wrong names that outputs have kept, which are to be mended like the first.
    """
    if is_a(node, ast.RangeVar):
        return _table(node, scope.ctes, model)
    if is_a(node.fields[-1], ast.A_Star):
        return ""
    *qualifier, name = texts(node.fields)
    if not qualifier and name in scope.outputs and name not in kept:
        return put_output(query, node, name)
    targets = (
        _qualified(qualifier[0], name, scope, model) if qualifier else _bare(name, scope, model)
    )
    if len(targets) != 1:
        return ""
    ((source, column),) = targets
    if column != name:
        kept.add(name)
        _keep_output_name(query, node, name)
    several = qualifier or sum(len(level.sources) for level in scope.chain()) > 1
    parts = (source.name, column) if several and source.name else (column,)
    node.fields = tuple(ast.String(part) for part in parts)
    return _said(qualifier[0] if qualifier else "", name, source, column, scope)


def _table(node: Node, ctes: Mapping[str, Columns], model: SemanticModel) -> str:
    """A table by another number or a letter amiss; it keeps its name for its columns."""
    wrong = node.relname
    found = tables_meant(wrong, {*model.tables, *ctes}, model)
    if len(found) != 1:
        return ""
    (node.relname,) = found
    if not node.alias:
        node.alias = ast.Alias(aliasname=wrong)
    return f"read {wrong} as {node.relname}"


def _bare(name: str, scope: Scope, model: SemanticModel) -> list[Target]:
    """What a name without a qualifier can mean, in all sources that it can be of."""
    sources = [source for level in scope.chain() for source in level.sources]
    return _in_sources(name, sources, model)


def _in_sources(name: str, sources: list[Source], model: SemanticModel) -> list[Target]:
    return [
        (source, column)
        for source in sources
        for column in sorted(columns_meant(name, source.columns or (), source.table, model))
    ]


def _qualified(qualifier: str, name: str, scope: Scope, model: SemanticModel) -> list[Target]:
    """What `qualifier.name` can mean."""
    source = find(qualifier, scope)
    if not source:
        return _by_table(qualifier, name, scope, model)
    others = [other for other in scope.sources if other is not source]
    own = _in_sources(name, [source], model)
    if name in GENERIC or entity_columns(name, source.columns or (), source.table):
        return own
    elsewhere = [(other, name) for other in others if name in (other.columns or ())]
    return own + elsewhere or _in_sources(name, others, model)


def _by_table(qualifier: str, name: str, scope: Scope, model: SemanticModel) -> list[Target]:
    """A qualifier that is a table's name: the table has an alias here, or is not joined at all."""
    same = [s for s in scope.sources if s.table and singular(s.table.name) == singular(qualifier)]
    if same:
        return _in_sources(name, same, model)
    table = next(
        (t for t in model.tables.values() if singular(t.name) == singular(qualifier)), None
    )
    if not table:
        return []
    entity = singular(table.name)
    entities = {singular(other) for other in model.tables}
    wanted = {"name": entity, "id": f"{entity}_id"}.get(name, name)
    if wanted == name and table.column(name) and name not in entities:
        return []  # that table's own, which no other one has
    return [(source, wanted) for source in scope.sources if wanted in (source.columns or ())]


def _keep_output_name(query: Node, node: Node, name: str) -> None:
    """An output keeps the name that it was to have, for whoever refers to it."""
    for target in walk(query):
        if is_a(target, ast.ResTarget) and target.val is node and not target.name:
            target.name = name


def _said(qualifier: str, name: str, source: Source, column: str, scope: Scope) -> str:
    """What was done, in tables' names rather than aliases."""
    written = find(qualifier, scope) if qualifier else source
    wrong = _called(written) if written else qualifier
    right = column if written is source or not source.name else f"{_called(source)}.{column}"
    if right == f"{wrong}.{name}":
        right = f"{source.name}.{column}"  # the table has an alias
    return f"read {wrong}.{name} as {right}" if wrong else f"read {name} as {right}"


def _called(source: Source) -> str:
    return source.table.name if source.table else source.name
