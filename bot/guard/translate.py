"""DuckDB text to PostgreSQL text. Nothing here is trusted: the result is parsed and checked as any.

sqlglot knows most of the difference; `bot.guard.duckdb` has the rules that it lacks.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, ParseError, UnsupportedError
from sqlglot.tokenizer_core import TokenType

from bot.domain import Code
from bot.guard.duckdb import LACKING, mend
from bot.guard.limits import CHARACTERS
from bot.guard.refusals import Refused, duckdb_only, too_complex


def to_postgres(sql: str, known: AbstractSet[str]) -> str:
    """`sql` as PostgreSQL, without comments. Raises Refused.

    `known` are the names of the semantic model's tables and columns.
    """
    _check_start(sql)
    with translated():
        tree = sqlglot.parse_one(sql, read="duckdb", error_level=ErrorLevel.IMMEDIATE)
    if isinstance(tree, exp.Pivot):
        raise duckdb_only("PIVOT")
    if not isinstance(tree, exp.Query):
        raise _no_query()
    mend(tree, known)
    for call in tree.find_all(exp.Func):
        name = (call.name if isinstance(call, exp.Anonymous) else call.sql_name()).lower()
        if name in LACKING:
            raise duckdb_only(f"{name}()")
    with translated():
        text = tree.sql("postgres", comments=False, unsupported_level=ErrorLevel.RAISE)
    if len(text) > CHARACTERS:
        raise too_complex(f"more than {CHARACTERS} characters of PostgreSQL")
    return text


def _check_start(sql: str) -> None:
    """Raise Refused unless `sql` is one statement that begins as a query does.

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


_STARTS = {
    TokenType.SELECT,
    TokenType.FROM,
    TokenType.WITH,
    TokenType.VALUES,
    TokenType.TABLE,
    TokenType.PIVOT,
    TokenType.L_PAREN,
    TokenType.VAR,  # no SQL, as the parser will say
}


def _no_query() -> Refused:
    return Refused(Code.NOT_A_QUERY, "Only a SELECT can be run: this bot reads, nothing else.")


@contextmanager
def translated() -> Iterator[None]:
    """Turn sqlglot's errors into refusals: the one place that knows them."""
    try:
        yield
    except RecursionError as error:
        raise too_complex("parts nested too deep") from error
    except UnsupportedError as error:
        raise duckdb_only(str(error).splitlines()[0].rstrip(".")) from error
    except ParseError as error:
        what = error.errors[0]["description"] if error.errors else "no SQL"
        raise Refused(Code.NOT_SQL, f"DuckDB cannot read the SQL: {what}.") from error
    except Exception as error:  # on broken SQL sqlglot raises TypeError and others
        raise Refused(Code.NOT_SQL, "DuckDB cannot read the SQL.") from error
