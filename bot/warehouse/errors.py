"""Why the tournament's database gave no result. PostgreSQL's own text never leaves this room.

    WarehouseError
    ├── DatabaseDown     it does not answer, or refuses us: an outage
    ├── DatabaseBusy     it answers, but has no connection to spare: an outage
    ├── TooCostly        the planner, the memory or the size of the result says no: a refusal
    ├── TimedOut         the query ran longer than it may: a refusal
    └── QueryFailed      PostgreSQL refused the query; `sqlstate` says how: a refusal

Error texts of PostgreSQL carry data ("invalid input syntax for type integer: …"), so a message here
is a sentence of ours, chosen by SQLSTATE alone. It serves people and the model's repair alike.
`translated` is the one place where foreign exceptions become these.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import asyncpg

from bot.domain import Code


class WarehouseError(Exception):
    """Any failure of the tournament's database. `code` is what a Refusal carries."""

    code: ClassVar[Code]
    sentence: ClassVar[str]

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.sentence)


class DatabaseDown(WarehouseError):
    """The database does not answer."""

    code = Code.DATABASE_DOWN
    sentence = "The event's database does not answer. Try again in a minute."


class DatabaseBusy(WarehouseError):
    """The database has no connection to spare."""

    code = Code.BUSY
    sentence = "The event's database is busy. Try again in a minute."


class TooCostly(WarehouseError):
    """The query would cost more than one question may."""

    code = Code.TOO_COSTLY
    sentence = "The query would be too much work for the database. Ask for less at once."


class TimedOut(WarehouseError):
    """The query ran longer than it may."""

    code = Code.TIMED_OUT
    sentence = "The query took too long and was stopped. Ask for less at once."


class QueryFailed(WarehouseError):
    """PostgreSQL refused the query. `sqlstate` is its code of five characters, or empty."""

    code = Code.QUERY_FAILED
    sentence = "The query does not work on the database."

    def __init__(self, sqlstate: str = "") -> None:
        super().__init__(SENTENCES.get(sqlstate) or SENTENCES.get(sqlstate[:2], ""))
        self.sqlstate = sqlstate


SENTENCES = {
    # SQLSTATE or its class (first two characters) → what is wrong with the query, without data.
    # https://www.postgresql.org/docs/18/errcodes-appendix.html
    "0A": "The query uses something that PostgreSQL does not support.",
    "21": "A subquery gives more than one row where one value is expected.",
    "22": "The query computes something that has no value for some rows.",
    "22003": "The query computes a number that is too large for its type.",
    "22007": "The query reads a text as a date or time that it is not.",
    "22008": "The query computes a date or time that is out of range.",
    "22012": "The query divides by zero.",
    "22P02": "The query reads a text as a number, date or identifier that it is not.",
    "2201B": "The query uses a pattern that is not a regular expression.",
    "42": "The query is not valid PostgreSQL.",
    "42501": "The bot's database role may not read something that the query needs.",
    "42601": "The query has a syntax error.",
    "42702": "A column name in the query is ambiguous: name its table.",
    "42703": "The query names a column that does not exist.",
    "42725": "A function call in the query is ambiguous: cast its arguments.",
    "42803": "A column is neither in GROUP BY nor inside an aggregate.",
    "42804": "The query compares or combines values of different types.",
    "42883": "The query uses a function or operator that does not exist for these types.",
    "42P01": "The query names a table that does not exist.",
    "42P10": "ORDER BY or GROUP BY names a column that is not in the result.",
    "42P18": "The type of a value in the query cannot be determined.",
    "42P20": "A window function is used where none is allowed.",
}

_DOWN_CLASSES = ("08", "28", "57P", "58", "F0", "3D")  # connection, login, shutdown, disk, name
_COSTLY_CLASSES = ("53", "54")  # memory, temporary files, statement limits
_STOPPED = ("57014", "55P03", "25P03")  # statement, lock and idle timeouts


@contextmanager
def translated() -> Iterator[None]:
    """Turn what asyncpg and the network raise into WarehouseErrors; our own bugs pass through.

    A TimeoutError becomes TimedOut, so waits for a connection are translated before they get here.
    """
    try:
        yield
    except asyncpg.PostgresError as error:
        raise _by_state(error.sqlstate or "") from error
    except TimeoutError as error:
        raise TimedOut from error
    except asyncpg.UnsupportedClientFeatureError as error:
        raise QueryFailed("0A000") from error  # a column of a type that asyncpg cannot read
    except asyncpg.DataError:
        raise  # a parameter of ours does not fit its type: a bug
    except (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        # What is left of InterfaceError is a connection or pool that is closing under us, and an
        # InternalClientError is asyncpg writing just as the server says goodbye.
        raise DatabaseDown from error


@contextmanager
def decoded() -> Iterator[None]:
    """Turn a value that Python's types cannot hold, such as the year 20000, into QueryFailed."""
    try:
        yield
    except (ValueError, OverflowError) as error:
        raise QueryFailed("22008") from error


def _by_state(sqlstate: str) -> WarehouseError:
    if sqlstate in _STOPPED:
        return TimedOut()
    if sqlstate == "53300":
        return DatabaseBusy()
    if sqlstate.startswith(_DOWN_CLASSES):
        return DatabaseDown()
    if sqlstate.startswith(_COSTLY_CLASSES):
        return TooCostly()
    return QueryFailed(sqlstate)
