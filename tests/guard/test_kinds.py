"""What the DuckDB rules take an expression for, and which columns they see in FROM: no server."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

from bot.guard.refusals import Refused
from bot.guard.rules.calls import SIZE, aggregates, bounded, wrapped
from bot.guard.rules.known import Known, knowledge
from bot.guard.rules.sources import offered, outputs
from bot.guard.translate import to_postgres
from bot.semantic import SemanticModel

KINDS = {"n": "int", "x": "float", "t": "text", "b": "bool", "d": "date", "w": "time", "u": "uuid"}
KNOWN = Known({"a": ("n", "x"), "c": ("n", "t")}, KINDS, frozenset({"a", "c", *KINDS}))


def tree(sql: str) -> exp.Select:
    """A SELECT as DuckDB's parser reads it."""
    found = sqlglot.parse_one(sql, read="duckdb")
    assert isinstance(found, exp.Select)
    return found


def value(sql: str) -> exp.Expr:
    """An expression as DuckDB's parser reads it."""
    found: exp.Expr = tree(f"SELECT {sql}").expressions[0]
    return found


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        *KINDS.items(),
        ("N", "int"),
        ("other", ""),
        ("NULL", ""),
        ("1", "int"),
        ("1.5", "float"),
        ("'1'", "text"),
        ("CARDINALITY(t)", "int"),
        ("octet_length(t)", "int"),
        ("pi()", ""),
        ("CAST(x AS BIGINT)", "int"),
        ("CAST(n AS DECIMAL(4, 2))", "float"),
        ("CAST(n AS VARCHAR)", "text"),
        ("CAST(n AS BOOLEAN)", "bool"),
        ("CAST(t AS INT[])", "list"),
        ("CAST(t AS DATE)", "date"),
        ("CAST(t AS TIMESTAMP)", "time"),
        ("CAST(t AS UUID)", "uuid"),
        ("CAST(t AS INTERVAL)", ""),
        ("(n)", "int"),
        ("-x", "float"),
        ("max(d)", "date"),
        ("sum(DISTINCT x)", "float"),
        ("sum(n) FILTER (WHERE b)", "int"),
        ("n + n", "int"),
        ("n - x", "float"),
        ("x * n", "float"),
        ("n % n", "int"),
        ("w - w", ""),
        ("n + other", ""),
        ("CASE WHEN b THEN 1 ELSE n END", "int"),
        ("CASE WHEN b THEN 1 ELSE 0.5 END", "float"),
        ("CASE WHEN b THEN x WHEN n > 1 THEN n END", "float"),
        ("CASE WHEN b THEN n END", "int"),
        ("CASE WHEN b THEN t ELSE 1 END", ""),
        ("if(b, n, x)", "float"),
        ("if(b, n, 1)", "int"),
        ("t[1]", "text"),
        ("[1, 2][1]", ""),
        ("avg(n)", "float"),
        ("n / n", "float"),
        ("n > 1", "bool"),
        ("NOT b", "bool"),
        ("true", "bool"),
        ("upper(t)", "text"),
        ("t || t", "text"),
        ("[n]", "list"),
        ("count(*)", "int"),
        ("n // 2", "int"),
        ("now()", ""),
    ],
)
def test_the_kind_of_an_expression(sql: str, kind: str) -> None:
    """A kind comes from the column, the type, or what is done; where it is open there is none."""
    assert KNOWN.kind(value(sql)) == kind


NESTED = {
    "bracket": exp.paren,
    "left": lambda inner: exp.Add(this=inner, expression=exp.Literal.number(1)),
    "right": lambda inner: exp.Mul(this=exp.Literal.number(1), expression=inner),
    "case": lambda inner: exp.If(this=exp.true(), true=exp.Literal.number(1), false=inner),
}


@pytest.mark.parametrize("shape", NESTED)
def test_a_kind_is_looked_for_twelve_levels_down(shape: str) -> None:
    """What a number is stays known twelve levels down, and is open below, whatever is around it."""
    node: exp.Expr = exp.Literal.number(1)
    for _ in range(12):
        node = NESTED[shape](node)
    assert KNOWN.kind(node) == "int"
    assert KNOWN.kind(NESTED[shape](node)) == ""


def test_a_part_of_a_text_is_looked_for_twelve_levels_down() -> None:
    """A character of a character is a text, down to the same depth."""
    assert KNOWN.kind(value("t" + "[1]" * 12)) == "text"
    assert KNOWN.kind(value("t" + "[1]" * 13)) == ""


def test_what_a_statement_names_is_known(model: SemanticModel) -> None:
    """Outputs have the kind of their expression, unless the name means two kinds."""
    known = knowledge(model, tree("SELECT seed * 1.5 AS Share, 1 AS name, id AS who FROM teams"))
    found = [known.kind(exp.column(name)) for name in ("seed", "share", "name", "who", "nowhere")]
    assert found == ["int", "float", "", "uuid", ""]
    assert {"teams", "seed"} <= known.names
    assert known.tables["teams"][:2] == ("id", "name")


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("SELECT n, t AS Other FROM c", ("n", "other")),
        ("SELECT * FROM a", ("n", "x")),
        ("SELECT C.*, 1 AS one FROM a, c", ("n", "t", "one")),
        ("SELECT 0 AS zero, * FROM a", ("zero", "n", "x")),
        ("SELECT *, 0 AS zero FROM A AS b, c", ("n", "x", "n", "t", "zero")),
        ("SELECT * FROM a JOIN c USING (N)", ("n", "x", "t")),
        ("SELECT * FROM a NATURAL JOIN c", ("n", "x", "t")),
        ("SELECT * FROM a JOIN c ON true", ("n", "x", "n", "t")),
        ("SELECT * FROM a SEMI JOIN c USING (n)", ("n", "x")),
        ("SELECT * FROM a ANTI JOIN c ON true JOIN c AS e ON true", ("n", "x", "n", "t")),
        ("SELECT c.* FROM a JOIN c USING (n)", ("t",)),
        ("SELECT * FROM a AS b(One)", ("one", "x")),
        ("SELECT * FROM (SELECT n FROM a UNION SELECT 1) AS b", ("n",)),
        ("SELECT * FROM ((SELECT t FROM c)) AS b(One)", ("one",)),
        ("WITH A AS (SELECT 1 AS one) SELECT * FROM a", ("one",)),
        ("WITH b(Two) AS (SELECT 1 AS one, 2 AS three) SELECT * FROM B", ("two", "three")),
        ("WITH a AS (SELECT * FROM a) SELECT * FROM a", ("n", "x")),
        ("WITH b AS (SELECT 1 AS one) SELECT * FROM (SELECT * FROM b) AS e", ("one",)),
        ("SELECT n + 1 FROM a", None),
        ("WITH v AS (VALUES (1)) SELECT * FROM v", None),
        ("SELECT * FROM (a JOIN c ON true)", None),
        ("SELECT * FROM range(3) AS r(i)", None),
        ("SELECT * FROM nowhere", None),
        ("SELECT * EXCLUDE (n) FROM a", None),
        ("SELECT a.* EXCLUDE (n) FROM a", None),
        ("SELECT * FROM a PIVOT (sum(x) FOR n IN (1))", None),
    ],
)
def test_the_columns_of_a_query(sql: str, columns: tuple[str, ...] | None) -> None:
    """Stars, merged columns, aliases and WITHs are followed; None says that nobody can tell."""
    assert outputs(tree(sql), KNOWN) == columns


def test_merged_columns_are_of_no_source() -> None:
    """USING takes its columns from both, so a reference to one has no table."""
    found = offered(tree("SELECT * FROM a JOIN c USING (n)"), KNOWN)
    assert found is not None
    assert [(column.source, column.name) for column in found] == [("", "n"), ("a", "x"), ("c", "t")]


@pytest.mark.parametrize(
    ("innermost", "depth", "columns"),
    [("*", 4, ("n", "x")), ("*", 5, None), ("n", 5, ("n",)), ("n", 6, None)],
)
def test_columns_are_looked_for_some_levels_down(
    innermost: str, depth: int, columns: tuple[str, ...] | None
) -> None:
    """A star counts twice, as a query and as its FROM; below ten nobody looks."""
    nested = f"SELECT {innermost} FROM a"
    withs = [f"w0 AS ({nested})"]
    for number in range(1, depth):
        nested = f"SELECT * FROM ({nested})"
        withs.append(f"w{number} AS (SELECT * FROM w{number - 1})")
    assert outputs(tree(f"SELECT * FROM ({nested})"), KNOWN) == columns
    assert outputs(tree(f"WITH {', '.join(withs)} SELECT * FROM w{depth - 1}"), KNOWN) == columns


def of_size(size: int) -> exp.Expr:
    """An expression of that many nodes."""
    return exp.Tuple(expressions=[exp.null() for _ in range(size - 1)])


def test_what_a_rule_makes_is_bounded() -> None:
    """As many nodes as the limit are taken, one more is refused with what is too much."""
    assert bounded(of_size(SIZE)).expressions
    with pytest.raises(Refused, match=r"too complex: too much to translate\."):
        bounded(of_size(SIZE + 1))


@pytest.mark.parametrize(
    ("sql", "written"),
    [("n", "n"), ("1", "1"), ("(n + 1)", "(n + 1)"), ("n + 1", "(n + 1)"), ("abs(n)", "ABS(n)")],
)
def test_brackets_stand_where_they_are_needed(sql: str, written: str) -> None:
    """What is one word or one call needs none."""
    assert wrapped(value(sql)).sql("postgres") == written


@pytest.mark.parametrize(
    ("sql", "taken"),
    [
        ("sum(n)", True),
        ("1 + max(n)", True),
        ("sum(n) FILTER (WHERE b)", True),
        ("sum(n) OVER ()", False),
        ("sum(n) FILTER (WHERE b) OVER ()", False),
        ("sum(count(*)) OVER ()", True),
        ("rank() OVER (PARTITION BY count(*))", True),
        ("(SELECT max(n) FROM a)", False),
        ("n", False),
    ],
)
def test_an_aggregate_is_of_its_own_query(sql: str, *, taken: bool) -> None:
    """A window is none, nor is what a subquery aggregates."""
    assert aggregates(value(sql)) is taken


def columns(count: int) -> str:
    """A subquery with that many columns."""
    return "(SELECT " + ", ".join(f"1 AS c{number}" for number in range(count)) + ")"


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        (f"SELECT COLUMNS('{'c' * 99}|c') FROM {columns(3)}", "the pattern in COLUMNS"),
        (f"SELECT * EXCLUDE (c0) FROM {columns(202)}", "201 columns"),
        (
            f"SELECT greatest(COLUMNS('c'){', 1' * 2998}) FROM {columns(1)}",
            "too many columns to write out",
        ),
        (f"SELECT 1{' + 1' * 125} AS a, a + a AS b", "outputs made of outputs"),
        (f"SELECT 1{' + 1' * 100} AS a, a + a + a AS b", "outputs made of outputs"),
    ],
)
def test_what_a_statement_may_grow_to(model: SemanticModel, sql: str, what: str) -> None:
    """One more column, character or node than the limit is refused with its reason."""
    with pytest.raises(Refused, match=rf"too complex: {what}\."):
        to_postgres(sql, model)


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT COLUMNS('{'c' * 98}|c') FROM {columns(3)}",
        f"SELECT * EXCLUDE (c0) FROM {columns(201)}",
        f"SELECT greatest(COLUMNS('c'){', 1' * 2997}) FROM {columns(1)}",
        f"SELECT -1{' + 1' * 124} AS a, a AS b, a - a AS e",
    ],
)
def test_what_a_statement_may_still_be(model: SemanticModel, sql: str) -> None:
    """Exactly as much as the limits say is written out."""
    assert to_postgres(sql, model).startswith("SELECT ")
