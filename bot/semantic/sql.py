"""Reading the SQL inside a semantic model file, with PostgreSQL's own parser.

The file is trusted as code is, so these checks catch mistakes, not attacks: a derived table that
is no SELECT, a table that is not listed, an expression that is more than an expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pglast import ast, keywords, parse_sql
from pglast.parser import ParseError
from pglast.stream import RawStream
from pglast.visitors import Visitor

PLAIN = re.compile(r"[a-z_][a-z0-9_]{0,62}")
"""A name that needs no quotes and fits PostgreSQL's 63 bytes."""

OWN = "own"
"""The alias of a fence's own rows."""

_TAKEN = keywords.RESERVED_KEYWORDS | keywords.TYPE_FUNC_NAME_KEYWORDS


class SqlFaultError(ValueError):
    """SQL that cannot stand where it stands; the loader adds the file and line."""


@dataclass(frozen=True, slots=True)
class Select:
    """A checked SELECT: the tables it reads, and its output columns ('' for one unnamed)."""

    tables: tuple[str, ...]
    columns: tuple[str, ...]


def plain(name: str) -> bool:
    """Whether a name can stand in SQL as it is."""
    return PLAIN.fullmatch(name) is not None and name not in _TAKEN


def quoted(name: str) -> str:
    """A name as SQL text."""
    return name if plain(name) else '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal."""
    assert "\\" not in text, "a backslash depends on a setting of the server"
    return "'" + text.replace("'", "''") + "'"


def read_select(sql: str, listed: Iterable[str]) -> Select:
    """Check that `sql` is one plain SELECT over `listed` tables.

    Raises SqlFaultError. A name that a WITH of the same text defines is no table.
    """
    statement = _one_select(sql)
    found = _Tables()
    found(statement)
    if found.others:
        raise SqlFaultError(f"{found.others[0]} has no place here")
    known = set(listed)
    tables = sorted(found.tables - found.defined)
    for table in tables:
        if table not in known:
            raise SqlFaultError(f"unknown table {table!r}")
    if clash := sorted(found.defined & known):
        raise SqlFaultError(f"WITH redefines the table {clash[0]!r}")
    return Select(tuple(tables), tuple(_output(target) for target in _targets(statement)))


def read_expression(sql: str) -> tuple[str, tuple[str, ...]]:
    """Qualify the columns of a one-row expression with `own`.

    Returns the SQL and the physical columns that it reads. Raises SqlFaultError.
    """
    statement = _one_select(f"SELECT ({sql})")
    targets = _targets(statement)
    bare = all(
        getattr(statement, part) is None
        for part in ("fromClause", "whereClause", "groupClause", "sortClause", "withClause")
    )
    if len(targets) != 1 or not bare or statement.op:
        raise SqlFaultError("an expression must be one value over the table's own columns")
    expression = targets[0].val
    assert expression is not None
    columns = _Columns()
    columns(expression)
    if columns.faults:
        raise SqlFaultError(columns.faults[0])
    return str(RawStream()(expression)), tuple(sorted(columns.reads))


def _one_select(sql: str) -> ast.SelectStmt:
    try:
        statements = parse_sql(sql)
    except ParseError as error:
        raise SqlFaultError(f"not SQL: {error.args[0]}") from error
    statement = statements[0].stmt if len(statements) == 1 else None
    if not isinstance(statement, ast.SelectStmt):
        raise SqlFaultError("it must be one SELECT")
    return statement


def _targets(statement: ast.SelectStmt) -> tuple[ast.ResTarget, ...]:
    while statement.larg is not None:  # a UNION has the columns of its first SELECT
        statement = statement.larg
    return tuple(statement.targetList or ())


def _output(target: ast.ResTarget) -> str:
    if target.name:
        return str(target.name)
    last = (target.val.fields or (None,))[-1] if isinstance(target.val, ast.ColumnRef) else None
    return str(last.sval) if isinstance(last, ast.String) else ""


class _Tables(Visitor):
    """Names of tables read, names defined by WITH, and parts that a SELECT here may not have."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: set[str] = set()
        self.defined: set[str] = set()
        self.others: list[str] = []

    def visit_RangeVar(self, _ancestors: object, node: ast.RangeVar) -> None:  # noqa: N802 (pglast's name)
        if node.schemaname or node.catalogname:
            self.others.append(f"the schema name {node.catalogname or node.schemaname!r}")
        self.tables.add(str(node.relname))

    def visit_CommonTableExpr(self, _ancestors: object, node: ast.CommonTableExpr) -> None:  # noqa: N802 (pglast's name)
        self.defined.add(str(node.ctename))
        if not isinstance(node.ctequery, ast.SelectStmt):
            self.others.append("a WITH that is no SELECT")

    def visit_IntoClause(self, _ancestors: object, _node: ast.IntoClause) -> None:  # noqa: N802 (pglast's name)
        self.others.append("INTO")

    def visit_LockingClause(self, _ancestors: object, _node: ast.LockingClause) -> None:  # noqa: N802 (pglast's name)
        self.others.append("FOR UPDATE")

    def visit_ParamRef(self, _ancestors: object, _node: ast.ParamRef) -> None:  # noqa: N802 (pglast's name)
        self.others.append("a parameter")


class _Columns(Visitor):
    """Columns that an expression reads; qualifies each with `own` on the way."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: set[str] = set()
        self.faults: list[str] = []

    def visit_ColumnRef(self, _ancestors: object, node: ast.ColumnRef) -> None:  # noqa: N802 (pglast's name)
        name = (node.fields or (None,))[0]
        if len(node.fields or ()) != 1 or not isinstance(name, ast.String):
            self.faults.append("columns in an expression stand without a table's name")
            return
        self.reads.add(str(name.sval))
        node.fields = (ast.String(OWN), name)

    def visit_SubLink(self, _ancestors: object, _node: ast.SubLink) -> None:  # noqa: N802 (pglast's name)
        self.faults.append("an expression has no subquery; use lookup or a derived table")

    def visit_ParamRef(self, _ancestors: object, _node: ast.ParamRef) -> None:  # noqa: N802 (pglast's name)
        self.faults.append("an expression has no parameter")
