"""The draft as YAML: tables with their ways, what is left out and why, and a few examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.semantic.draft.columns import Columns, columns_of, text
from bot.semantic.draft.names import friendly, naming, table_names
from bot.semantic.draft.paths import Paths, Way, best_root, find_paths
from bot.semantic.draft.survey import Survey, TableSeen
from bot.semantic.sql import quoted

_HEAD = """\
# A draft from the database, to be read by a person before anybody asks: see docs/semantic-model.md.
# - Columns behind a # are left out, with the reason; take in those that are everybody's business.
# - Tables at the end are left out: no way to {root} is sure. Give them `parent` or `used_by`.
# - Say what names do not (`description`, `samples`, `also`), and write examples that teach joins.

name: {name}
root: {root}
"""

_LINKED_ROWS = 20_000
"""Names of larger tables are not looked for in a question."""

_AUDIT = ("created", "updated", "modified", "changed", "last_update", "inserted")


class DraftError(Exception):
    """There is no such table, or it cannot be the root; the text says which."""


@dataclass(slots=True)
class _Draft:
    """The work in hand: `names` of the listed tables, `columns` of each, `needs` for lookups."""

    survey: Survey
    root: str
    paths: Paths
    names: Mapping[str, str]
    columns: dict[str, Columns] = field(default_factory=dict)
    looked: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    needs: dict[str, set[str]] = field(default_factory=dict)


def draft(survey: Survey, root: str = "") -> str:
    """A semantic model as YAML, with `root` (or the table most others belong to) as the tenants.

    Raises DraftError.
    """
    root = root or best_root(survey)
    _check(survey, root)
    paths = find_paths(survey, root)
    work = _Draft(survey, root, paths, table_names(paths.ways))
    for name in paths.ways:
        work.columns[name] = _columns(work, survey[name])
    for name in paths.ways:
        _look_up(work, survey[name])
    head = _HEAD.format(root=work.names[root], name=friendly(root).replace("_", "-"))
    tables = "\n\n".join("\n".join(_table(work, name)) for name in _order(work))
    rest = (f"  # {name}: {why}" for name, why in paths.left_out.items())
    lines = [head + "\n".join(_settings(work)), "tables:", tables, "", *rest, *_examples(work)]
    return "\n".join(lines).rstrip() + "\n"


def _check(survey: Survey, root: str) -> None:
    if not survey:
        raise DraftError("the role can read no table of schema public")
    if root not in survey:
        raise DraftError(f"there is no table {root!r}; there are {', '.join(sorted(survey))}")
    key = survey[root].key
    kind = survey[root].column(key[0]) if len(key) == 1 else None
    if kind is None or kind.type not in {"uuid", "smallint", "integer", "bigint"}:
        raise DraftError(f"the root {root!r} needs a primary key of one uuid or whole number")


def _columns(work: _Draft, table: TableSeen) -> Columns:
    targets = {
        key.column: f"{work.names[key.target]}.id"
        for key in table.foreign_keys
        if key.target in work.paths.ways and table.column(key.column) is not None
    }
    needed = frozenset({*table.key, *targets, work.paths.ways[table.name].parent})
    found = columns_of(table, targets, needed, root=table.name == work.root)
    if table.name == work.root and "name" not in found.types:
        found.lines.insert(1, _root_name(table, found))
        found.types["name"] = "text"
    return found


def _root_name(table: TableSeen, found: Columns) -> str:
    """What a tenant is called, of the columns that look like it."""
    own = {friendly(column.name): column.name for column in table.columns}
    for first, last in (("first_name", "last_name"), ("firstname", "lastname")):
        if first in own and last in own:
            value = f"concat_ws(' ', {quoted(own[first])}, {quoted(own[last])})"
            return f"name: {{type: text, expression: {text(value)}}}"
    named = naming(table)
    if named and found.names[named] in found.types:
        return f"name: {{type: text, expression: {text(f'{quoted(named)}::text')}}}"
    value = f"'{friendly(table.name)} ' || {quoted(table.key[0])}"
    return f"name: {{type: text, expression: {text(value)}}}"


def _look_up(work: _Draft, table: TableSeen) -> None:
    """The names of the rows that a table refers to, where no circle comes of it."""
    own, found = work.columns[table.name], work.looked.setdefault(table.name, [])
    for key in table.foreign_keys:
        through = own.names.get(key.column, "")
        if key.target not in work.paths.ways or through not in own.types:
            continue
        there = work.columns[key.target]
        named = (
            "name"
            if "name" in there.types
            else there.names.get(naming(work.survey[key.target]), "")
        )
        as_name = through.removesuffix("_id")
        taken = as_name in own.names.values() or as_name in [name for name, _ in found]
        if named not in there.types or taken or _reaches(work, key.target, table.name):
            continue
        found.append((as_name, f"{through}.{named}"))
        work.needs.setdefault(table.name, set()).add(key.target)


def _reaches(work: _Draft, start: str, goal: str) -> bool:
    """Whether the fence of `start` would need that of `goal`."""
    seen, todo = set[str](), [start]
    while todo:
        name = todo.pop()
        if name == goal:
            return True
        if name not in seen:
            seen.add(name)
            todo += work.needs.get(name, ())
    return False


def _order(work: _Draft) -> list[str]:
    """Tables that belong to a tenant first, the nearest first; then shared ones."""
    return sorted(work.paths.ways, key=lambda name: bool(work.paths.ways[name].users))


def _table(work: _Draft, name: str) -> Iterator[str]:
    table, found, way = work.survey[name], work.columns[name], work.paths.ways[name]
    yield f"  {work.names[name]}:"
    about = " ".join(table.comment.split()) or f"one row per {work.names[name].replace('_', ' ')}"
    yield f"    description: {text(about)}"
    yield f"    source: {text(name)}"
    if found.soft_delete:
        yield f"    soft_delete: {text(found.soft_delete)}"
    yield from _way(work, way, found)
    key = [found.names[column] for column in table.key if column in found.names]
    listed = key if all(column in found.types for column in key) else []
    yield f"    key: [{', '.join(listed)}]"
    yield "    columns:"
    yield from (f"      {line}" for line in found.lines)
    yield from (f"      {name}: {{lookup: {where}}}" for name, where in work.looked[name])
    yield from (f"      {line}" for line in found.left_out)


def _way(work: _Draft, way: Way, found: Columns) -> Iterator[str]:
    if way.parent:
        yield f"    parent: {found.names[way.parent]}"
    if way.users:
        users = (f"{work.names[user]}.{work.columns[user].names[by]}" for user, by in way.users)
        yield f"    used_by: [{', '.join(users)}]"


def _settings(work: _Draft) -> Iterator[str]:
    linked = []
    for name in work.paths.ways:
        found = work.columns[name]
        named = found.names.get(naming(work.survey[name]), "")
        small = work.survey[name].rows <= _LINKED_ROWS
        if name != work.root and small and found.types.get(named) == "text":
            linked.append(f"{work.names[name]}.{named}")
    if linked:
        yield f"linked: [{', '.join(linked)}]"
    clocks = [
        f"{work.names[name]}.{column}"
        for name, way in work.paths.ways.items()
        for column, kind in work.columns[name].types.items()
        if way.parent and kind == "timestamptz" and not column.startswith(_AUDIT)
    ]
    if len(clocks) == 1:
        yield f"clock: {clocks[0]}"
    elif clocks:
        yield f'# clock: which column is "today" about? One of {", ".join(clocks)}.'
    yield ""


def _examples(work: _Draft) -> Iterator[str]:
    """A count, and a count by what is referred to: simple ones, to be replaced by better."""
    owned = [name for name, way in work.paths.ways.items() if way.parent]
    if not owned:
        return
    first = work.names[owned[0]]
    yield ""
    yield "examples:"
    yield f"  - question: How many rows of {first.replace('_', ' ')} are there?"
    yield f"    sql: SELECT count(*) AS number FROM {first}"  # noqa: S608  friendly names
    for name in owned:
        for as_name, _where in work.looked[name]:
            table = work.names[name]
            said = f"Which five {as_name.replace('_', ' ')} values come most often"
            yield f"  - question: {said} in {table.replace('_', ' ')}?"
            yield "    sql: >"
            yield f"      SELECT {as_name}, count(*) AS number FROM {table}"  # noqa: S608  the same
            yield f"      GROUP BY {as_name} ORDER BY number DESC, {as_name} LIMIT 5"
            break
