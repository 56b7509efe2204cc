"""How the guard says no: one exception that never leaves the room, and its sentences.

A message tells a person, and the language model that may try once more, what is wrong and what
to do. It quotes names of the statement and of the semantic model, never data.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from bot.domain import Code

NAME_SHOWN = 60
"""Characters of a foreign name that a message repeats."""


class Refused(Exception):
    """A statement is refused. `names` are the nearest real names.

    `at` is where an unknown name stands, as a node and its `bot.guard.scope.Scope`, for whoever
    may know better (`bot.guard.mend`).
    """

    def __init__(self, code: Code, message: str, names: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.names = names
        self.at: tuple[object, object] | None = None


def syntax(what: str) -> Refused:
    """A construct that is not taken; `what` is its name as a reader knows it."""
    return Refused(Code.FORBIDDEN_SYNTAX, f"{what} cannot be used in a question's SQL.")


def too_complex(what: str) -> Refused:
    """A statement beyond a limit of size."""
    return Refused(Code.TOO_COMPLEX, f"The SQL is too complex: {what}. Ask for less at once.")


def function(name: str) -> Refused:
    """A function outside the allow-list."""
    return Refused(Code.FORBIDDEN_FUNCTION, f"The function {shown(name)}() cannot be used here.")


def data_type(name: str) -> Refused:
    """A type outside the allow-list."""
    return Refused(Code.FORBIDDEN_TYPE, f"The type {shown(name)} cannot be used here.")


def duckdb_only(what: str) -> Refused:
    """DuckDB that has no PostgreSQL form here."""
    return Refused(
        Code.UNSUPPORTED_DIALECT,
        f"The model used a DuckDB feature that PostgreSQL lacks: {shown(what)}.",
    )


def unknown_table(name: str, known: Iterable[str]) -> Refused:
    """No such table; the nearest of `known`, or all of them, are said."""
    every = tuple(sorted(known))
    near = nearest(name, every)
    hint = f"Did you mean {_listed(near)}?" if near else there_are(every)
    return Refused(Code.UNKNOWN_TABLE, f'There is no table "{shown(name)}". {hint}', near)


def unknown_column(name: str, where: str, near: tuple[str, ...], there: Iterable[str]) -> Refused:
    """No such column in `where`; `near` are the nearest real ones, `there` those it has."""
    hint = f"Did you mean {_listed(near)}?" if near else there_are(there)
    place = f" in {shown(where)}" if where else ""
    message = f'There is no column "{shown(name)}"{place}. {hint}'
    return Refused(Code.UNKNOWN_COLUMN, message, near)


def there_are(names: Iterable[str]) -> str:
    """A sentence that lists `names`."""
    listed = ", ".join(names)
    return f"There are: {listed}." if listed else "There are none here."


def nearest(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """The three names of `known` most like `name`, best first; none that is unlike it."""
    return tuple(difflib.get_close_matches(shown(name).lower(), list(known)))


def shown(name: str) -> str:
    """`name` on one line and no longer than a message bears."""
    plain = "".join(char if char.isprintable() else "?" for char in name)
    return plain if len(plain) <= NAME_SHOWN else plain[:NAME_SHOWN] + "…"


def _listed(names: tuple[str, ...]) -> str:
    """Names as alternatives in a sentence."""
    *before, last = names
    return f"{', '.join(before)} or {last}" if before else last
