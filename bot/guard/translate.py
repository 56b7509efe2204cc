"""DuckDB text to PostgreSQL text. Nothing here is trusted: the result is parsed and checked as any.

sqlglot knows most of the difference; `bot.guard.rules` has what it lacks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlglot
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import ErrorLevel, ParseError, UnsupportedError
from sqlglot.tokenizer_core import Token, TokenType

from bot.domain import Code
from bot.guard.limits import CHARACTERS
from bot.guard.refusals import Refused, duckdb_only, too_complex
from bot.guard.rules import LACKING, apply
from bot.semantic import SemanticModel


class _DuckDB(DuckDB):
    """DuckDB's SQL with indexes as they are written; sqlglot takes 1 from some of them."""

    INDEX_OFFSET = 0


def to_postgres(sql: str, model: SemanticModel) -> str:
    """`sql` as PostgreSQL, without comments. Raises Refused."""
    tokens = _tokens(sql)
    with translated():
        text = _rewritten(sql, tokens)
        tree = sqlglot.parse_one(text, read=_DuckDB)
    if not isinstance(tree, exp.Query):
        raise _no_query()
    with translated():
        tree = apply(tree, model)
        _check_lacking(tree)
        text = tree.sql("postgres", comments=False, unsupported_level=ErrorLevel.RAISE)
    if len(text) > CHARACTERS:
        raise too_complex(f"more than {CHARACTERS} characters of PostgreSQL")
    return text


def _tokens(sql: str) -> list[Token]:
    """The tokens of the one statement in `sql`, which has to begin as a query does.

    sqlglot takes what it does not know for a command and writes it to the log.
    """
    tokens = sqlglot.tokenize(sql, read="duckdb")
    while tokens and tokens[-1].token_type == TokenType.SEMICOLON:
        tokens.pop()
    if not tokens:
        raise Refused(Code.NOT_SQL, "There is no SQL in it.")
    if tokens[0].token_type not in _STARTS:
        raise _no_query()
    if any(token.token_type == TokenType.SEMICOLON for token in tokens):
        raise Refused(Code.NOT_A_QUERY, "Exactly one query can be run at a time.")
    return tokens


_STARTS = {
    TokenType.SELECT,
    TokenType.FROM,
    TokenType.WITH,
    TokenType.VALUES,
    TokenType.TABLE,
    TokenType.PIVOT,
    TokenType.UNPIVOT,
    TokenType.L_PAREN,
    TokenType.VAR,  # no SQL, as the parser will say
}


def _rewritten(sql: str, tokens: list[Token]) -> str:
    """`PIVOT …` with an ORDER BY or LIMIT is `SELECT * FROM (PIVOT …)` with it, for sqlglot."""
    if tokens[0].token_type not in (TokenType.PIVOT, TokenType.UNPIVOT):
        return sql
    depth, end = 0, tokens[-1].end + 1
    for token in tokens:
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        if depth == 0 and token.token_type in (TokenType.ORDER_BY, TokenType.LIMIT):
            end = token.start
            break
    tail = sql[end : tokens[-1].end + 1]
    return f"SELECT * FROM ({sql[:end]}) AS pivoted {tail}"  # noqa: S608  parsed and checked next


@contextmanager
def translated() -> Iterator[None]:
    """Turn sqlglot's errors into refusals: the one place that knows them."""
    try:
        yield
    except Refused:
        raise
    except RecursionError as error:
        raise too_complex("parts nested too deep") from error
    except UnsupportedError as error:
        raise duckdb_only(str(error).splitlines()[0].rstrip(".")) from error
    except ParseError as error:
        what = error.errors[0]["description"] if error.errors else "no SQL"
        raise Refused(Code.NOT_SQL, f"DuckDB cannot read the SQL: {what}.") from error
    except Exception as error:  # on broken SQL sqlglot raises TypeError and others
        raise Refused(Code.NOT_SQL, "DuckDB cannot read the SQL.") from error


def _no_query() -> Refused:
    return Refused(Code.NOT_A_QUERY, "Only a SELECT can be run: this bot reads, nothing else.")


def _check_lacking(tree: exp.Expr) -> None:
    """Raise Refused for what is left of DuckDB alone."""
    for call in tree.find_all(exp.Func):
        name = (call.name if isinstance(call, exp.Anonymous) else call.sql_name()).lower()
        if name in LACKING:
            raise duckdb_only(f"{name}()")
    if tree.find(exp.Lambda, exp.Comprehension):
        raise duckdb_only("a function written in place")
    for join in tree.find_all(exp.Join):
        if join.args.get("method") in ("ASOF", "POSITIONAL"):
            raise duckdb_only(f"{join.args['method']} JOIN")
