"""Checks of the bare text, before any parser builds a tree of it: cheap, and bounded by its length.

PostgreSQL text is cut into tokens by PostgreSQL's own scanner, DuckDB text by sqlglot's, for these
are what parses it next. Depth is bounded because sqlglot's time doubles with each nested
`ARRAY[`, `numeric(` or `ANY(ARRAY[`, and because trees are walked by recursion later.
"""

from __future__ import annotations

from collections.abc import Iterable

import pglast.parser
import sqlglot
from sqlglot.errors import SqlglotError

from bot.domain import Code, Dialect
from bot.guard.refusals import Refused, syntax, too_complex

CHARACTERS = 10_000
TOKENS = 2_000
DEPTH = {Dialect.POSTGRES: 24, Dialect.DUCKDB: 12}
"""Brackets of any kind inside each other."""

DEPTH_SQUARE = 4
"""Square and curly brackets inside each other."""

_PAIRS = {")": "(", "]": "[", "}": "{"}


def check_text(sql: str, dialect: Dialect) -> None:
    """Raise Refused for a text that is empty, too large, too deep or holds stray characters."""
    if not sql.strip():
        raise Refused(Code.NOT_SQL, "There is no SQL in it.")
    if len(sql) > CHARACTERS:
        raise too_complex(f"more than {CHARACTERS} characters")
    if "\0" in sql or not _encodes(sql):
        raise Refused(Code.NOT_SQL, "The SQL holds a character that no text can have.")
    tokens = _duckdb_tokens(sql) if dialect is Dialect.DUCKDB else _postgres_tokens(sql)
    if len(tokens) > TOKENS:
        raise too_complex(f"more than {TOKENS} words and signs")
    _check_depth(tokens, DEPTH[dialect])
    for token in tokens:
        _check_characters(token)


def _encodes(sql: str) -> bool:
    """Whether `sql` is Unicode that can be sent: no lone surrogates."""
    try:
        sql.encode()
    except UnicodeEncodeError:
        return False
    return True


def _postgres_tokens(sql: str) -> list[str]:
    """The tokens' texts, without comments and string constants."""
    try:
        tokens = pglast.parser.scan(sql)
    except pglast.parser.ParseError as error:
        raise Refused(Code.NOT_SQL, f"PostgreSQL cannot read the SQL: {error.args[0]}.") from error
    texts = [
        sql[token.start : token.end + 1]
        for token in tokens
        if token.name not in ("SCONST", "USCONST", "SQL_COMMENT", "C_COMMENT")
    ]
    if any(token.name == "UIDENT" for token in tokens):
        raise syntax('A name written U&"…"')
    return texts


def _duckdb_tokens(sql: str) -> list[str]:
    """The tokens' texts, without string constants; comments are no tokens there."""
    try:
        tokens = sqlglot.tokenize(sql, read=Dialect.DUCKDB.value)
    except SqlglotError as error:
        raise Refused(Code.NOT_SQL, "DuckDB cannot read the SQL.") from error
    return [
        sql[token.start : token.end + 1]
        for token in tokens
        if not token.token_type.name.endswith("STRING")
    ]


def _check_depth(tokens: Iterable[str], limit: int) -> None:
    """Raise Refused where brackets nest too deep; whether they match is the parser's to say."""
    depth = dict.fromkeys(_PAIRS.values(), 0)
    for token in tokens:
        if token in depth:
            depth[token] += 1
            if sum(depth.values()) > limit or depth["["] + depth["{"] > DEPTH_SQUARE:
                raise too_complex("brackets nested too deep")
        elif token in _PAIRS:
            depth[_PAIRS[token]] -= 1


def _check_characters(token: str) -> None:
    """Raise Refused for invisible characters, and for signs outside quotes that no name has.

    A zero-width or no-break space is part of a name to PostgreSQL, and blank to a reader.
    """
    if not token.isprintable():
        stray = next(char for char in token if not char.isprintable())
    elif token.isascii() or token.startswith('"') or token.replace("$", "_").isidentifier():
        return
    else:
        stray = next((char for char in token if not f"_{char}".isidentifier()), token[0])
    raise Refused(
        Code.FORBIDDEN_SYNTAX,
        f"The SQL has a character outside of quotes that no name has: U+{ord(stray):04X}.",
    )
