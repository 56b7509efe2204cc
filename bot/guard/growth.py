"""What a statement could make much of by passing it on: texts put together, series, recursion.

A text doubled in each of ten WITHs is a thousand texts, and no plan shows it. So every expression
is given its *copies*: how many ordinary values its own could hold, following columns through
subqueries and WITHs. Everything is taken at its worst; ordinary queries stay below ten.

On the same way goes which columns are tame (`bot.guard.tame`), for a series or a recursion between
tame bounds is as long as the tournament, not as long as its writer likes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pglast import ast, enums

from bot.guard import sizes
from bot.guard.allowed import FROM_FUNCTIONS
from bot.guard.copies import COLLECTED, COPIES, VALUE, called, raised
from bot.guard.digits import spelled
from bot.guard.parse import Node, children, is_a, texts
from bot.guard.places import TABLE, Output, Place, is_tame_in, renamed_output
from bot.guard.recursion import Counter, counter
from bot.guard.refusals import Refused, too_complex
from bot.guard.tame import is_tame

HOUR = 3_600
"""The shortest step, in seconds, of a series between times that are not literal."""

_ROW = 20  # values of a whole row
_JSON_PARTS = (
    ast.JsonArrayConstructor,
    ast.JsonObjectConstructor,
    ast.JsonScalarExpr,
    ast.JsonSerializeExpr,
)
_JSON_COLLECTING = (ast.JsonArrayAgg, ast.JsonArrayQueryConstructor, ast.JsonObjectAgg)


def check_growth(root: Node, columns: frozenset[str]) -> None:
    """Raise Refused for a text of too many parts, and for a series or recursion without a bound.

    `columns` are the names of the tables' columns that are texts.
    """
    _query(root, Place({}, None, {}, spelled(root, columns)))


def _query(node: Node, around: Place, ctes: Mapping[str, Output] | None = None) -> Output:
    """What a query gives, that stands in `around`; `ctes` are its WITHs if not those there."""
    if id(node) not in around.seen:
        around.seen[id(node)] = _given(node, around, around.ctes if ctes is None else ctes)
    return around.seen[id(node)]


def _given(node: Node, around: Place, ctes: Mapping[str, Output]) -> Output:
    visible = _with(node.withClause, around, ctes) if node.withClause else ctes
    if node.op != enums.SetOperation.SETOP_NONE:
        left, right = (_query(side, around, visible) for side in (node.larg, node.rarg))
        place = Place(visible, around, around.seen, around.spelled, {"": left})
        _all((node.sortClause, node.limitCount, node.limitOffset), place)
        both = {
            name
            for name, other in zip(left.names, right.names, strict=False)
            if name and is_tame_in(left, name) and other and is_tame_in(right, other)
        }
        return Output(max(left.copies, right.copies), left.names, frozenset(both))
    place = Place(visible, around, around.seen, around.spelled)
    for item in node.fromClause or ():
        _source(item, place)
    _all((getattr(node, part) for part in node if part not in _ELSEWHERE), place)
    if node.valuesLists:
        return _values(node.valuesLists, place)
    targets = node.targetList or ()
    copies = max((_copies(t.val, place) for t in targets if not _is_star(t.val)), default=1)
    names: list[str | None] = []
    tame: set[str] = set()
    for target in targets:
        if _is_star(target.val):
            copies = max(copies, place.copies)
            for source in place.sources.values():
                names += source.names if source.tame is not None else (None,)
                tame |= source.tame or set()
        else:
            name = target.name or _own_name(target.val)
            names.append(name)
            if name and is_tame(target.val, place):
                tame.add(name)
    # A name that two outputs have cannot be read, except by a star.
    once = {name for name in tame if names.count(name) == 1}
    return Output(copies, tuple(names), frozenset(once))


def _is_star(node: Node) -> bool:
    return is_a(node, ast.ColumnRef) and is_a(node.fields[-1], ast.A_Star)


_ELSEWHERE = frozenset({"withClause", "fromClause", "targetList", "larg", "rarg"})


def _values(rows: tuple[tuple[Node, ...], ...], place: Place) -> Output:
    copies = max(_copies(value, place) for row in rows for value in row)
    names = tuple(f"column{number + 1}" for number in range(len(rows[0])))
    tame = {
        name
        for number, name in enumerate(names)
        if all(number < len(row) and is_tame(row[number], place) for row in rows)
    }
    return Output(copies, names, frozenset(tame))


def _with(clause: Node, around: Place, ctes: Mapping[str, Output]) -> dict[str, Output]:
    """The WITHs that are visible below `clause`."""
    visible = dict(ctes)
    names = tuple(cte.ctename for cte in clause.ctes)
    for cte in clause.ctes:
        renamed = texts(cte.aliascolnames)
        counts = counter(cte, names) if clause.recursive else None
        if counts:
            first = renamed_output(_query(cte.ctequery.larg, around, visible), renamed)
            visible[cte.ctename] = Output(first.copies, first.names, frozenset({counts.column}))
            _query(cte.ctequery.rarg, around, visible)
            _check_counter(
                counts, Place(visible, around, around.seen, around.spelled), cte.ctequery.larg
            )
        else:
            visible[cte.ctename] = renamed_output(_query(cte.ctequery, around, visible), renamed)
    return visible


def _source(item: Node, place: Place) -> None:
    """Add an item of FROM to what can be read."""
    if is_a(item, ast.JoinExpr):
        _source(item.larg, place)
        _source(item.rarg, place)
        _all((item.quals,), place)
        if item.alias:
            copies = max(source.copies for source in place.sources.values())
            place.sources[item.alias.aliasname] = Output(copies, (None,))
        return
    alias = item.alias
    if is_a(item, ast.RangeVar):
        output = TABLE if item.schemaname else place.ctes.get(item.relname, TABLE)
        name = alias.aliasname if alias else item.relname
    elif is_a(item, ast.RangeSubselect):
        # Sees its neighbours only if LATERAL, but seeing more makes it worse at most.
        output = _query(item.subquery, place)
        name = alias.aliasname if alias else f"?{len(place.sources)}"
    else:
        call = item.functions[0][0]
        name = alias.aliasname if alias else texts(call.funcname)[-1]
        function = texts(call.funcname)[-1]
        tame = {name} if function == "generate_series" else set()
        columns = FROM_FUNCTIONS.get(function) or (name,)
        output = Output(_copies(call, place), columns, frozenset(tame))
    place.sources[name] = renamed_output(output, texts(alias.colnames) if alias else ())


def _all(parts: Iterable[object], place: Place) -> None:
    """Look through parts (nodes, lists, None) whose copies go nowhere."""
    for part in parts:
        if isinstance(part, tuple):
            _all(part, place)
        elif is_a(part, ast.Node):
            _copies(part, place)


def _copies(node: Node, place: Place) -> float:
    """The copies in the value of an expression. Raises Refused for too many."""
    copies = _made(node, place)
    if copies > COPIES:
        raise too_complex("a text put together from too many parts")
    return copies


def _made(node: Node, place: Place) -> float:
    if is_a(node, ast.SelectStmt):
        return _query(node, place).copies
    if is_a(node, ast.ColumnRef):
        return place.copies * _width(node, place)
    if is_a(node, ast.A_Const):
        return max(1, sizes.written_out(node) / VALUE)
    return _put_together(
        node, {id(child): _copies(child, place) for child in children(node)}, place
    )


def _width(node: Node, place: Place) -> int:
    """How many values a column reference stands for: those of a row, if it means a whole one."""
    if _is_star(node):
        return _ROW
    source = place.sources.get(texts(node.fields)[-1])
    if source is None:
        return 1
    return len(source.names) if source.names and None not in source.names else _ROW


def _put_together(node: Node, parts: Mapping[int, float], place: Place) -> float:
    """The copies in a node that is no leaf; `parts` are those of what is right below it."""
    most = max(parts.values(), default=1)
    most = COPIES if id(node) in place.spelled else most
    if is_a(node, ast.FuncCall):
        return max(most, _called(node, parts, place))
    if is_a(node, ast.RowExpr, ast.A_ArrayExpr, *_JSON_PARTS):
        return 2 * sum(parts.values())  # quotes in quotes are doubled
    if is_a(node, ast.JsonKeyValue):
        return sum(parts.values())
    if is_a(node, *_JSON_COLLECTING) and most > COLLECTED:
        raise too_complex("JSON of long texts")
    return max(most, _operated(node, parts)) if is_a(node, ast.A_Expr) and node.lexpr else most


def _operated(node: Node, parts: Mapping[int, float]) -> float:
    """The copies in what an operator gives; `parts` are those of its two sides."""
    (name,) = texts(node.name)
    if name == "^":
        return raised(parts[id(node.lexpr)], node.rexpr)
    # A product has the digits of both sides.
    return parts[id(node.lexpr)] + parts[id(node.rexpr)] if name in ("||", "*") else 1


def _called(node: Node, parts: Mapping[int, float], place: Place) -> float:
    """The copies in what a function gives; `parts` are those of everything below the call."""
    name = texts(node.funcname)[-1]
    arguments: tuple[Node, ...] = node.args or ()
    if name == "generate_series":
        _check_series(arguments, place)
    return called(name, arguments, parts)


def _check_series(arguments: tuple[Node, ...], place: Place) -> None:
    if sizes.series_rows(arguments) <= sizes.SERIES:
        return
    bounds, step = arguments[:2], arguments[2] if len(arguments) == 3 else None
    tame = len(arguments) in (2, 3) and all(is_tame(bound, place) for bound in bounds)
    literal = all(sizes.string(b) is not None or sizes.integer(b) is not None for b in bounds)
    if literal or not tame or (step is not None and not _wide(step)):
        raise _too_long()


def _too_long() -> Refused:
    return too_complex(
        f"generate_series() takes literal bounds up to {sizes.SERIES} rows, or columns, their min "
        "and max, and now(); the step is literal, between times an hour or more"
    )


def _wide(step: Node) -> bool:
    """Whether a literal step is at least one, or an hour."""
    number = sizes.integer(step)
    return bool(number) if number is not None else sizes.seconds(sizes.string(step) or "") >= HOUR


def _check_counter(counts: Counter, place: Place, first: Node) -> None:
    """Raise Refused unless a recursion counts between tame bounds."""
    for item in first.fromClause or ():
        _source(item, place)
    number, text = sizes.integer(counts.step), sizes.string(counts.step)
    moves = number > 0 if number is not None else sizes.days(text or "") >= 1
    if not moves or not is_tame(counts.start, place) or not is_tame(counts.bound, place):
        raise too_complex("a recursion without small literal bounds and a whole step")
    rows = sizes.series_rows((counts.start, counts.bound, counts.step))
    if sizes.SERIES < rows < float("inf"):
        raise too_complex(f"a recursion of more than {sizes.SERIES} steps")


def _own_name(node: Node) -> str | None:
    """The name of an output without AS; None where it is not plain."""
    if is_a(node, ast.ColumnRef):
        return texts(node.fields)[-1]
    if is_a(node, ast.FuncCall):
        return texts(node.funcname)[-1]
    if is_a(node, ast.TypeCast):
        return _own_name(node.arg)
    return "?column?" if is_a(node, ast.A_Const, ast.A_Expr) else None
