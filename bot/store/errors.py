"""Why the bot's own data could not be read or written.

    StoreError
    ├── StoreDown        PostgreSQL or Redis does not answer, or refuses us: an outage
    ├── StoreFailed      it answered, and said no: a bug, or a server that is not what we need
    └── TokenUnreadable  a workspace's token that none of our keys opens: the operator's to mend

`translated` is the one place where exceptions of asyncpg, redis and the network become these; the
queue in bot.jobs uses it too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import asyncpg
import redis.exceptions as redis_errors

from bot.domain import Code


class StoreError(Exception):
    """Any failure of the bot's own data. `code` is what a Refusal carries."""

    code: ClassVar[Code]


class StoreDown(StoreError):
    """PostgreSQL or Redis does not answer."""

    code = Code.STORE_DOWN


class StoreFailed(StoreError):
    """PostgreSQL or Redis refused what we sent."""

    code = Code.BUG


class TokenUnreadable(StoreError):
    """A workspace is installed, but its token cannot be decrypted."""

    code = Code.BUG


_DOWN_STATES = ("08", "28", "53", "57P", "58", "F0", "3D")
# SQLSTATE classes: connection, login, resources, shutdown, disk, corrupt files, no such database.
# https://www.postgresql.org/docs/18/errcodes-appendix.html

_DOWN_REPLIES = ("NOREPLICAS", "MASTERDOWN", "CLUSTERDOWN", "NOAUTH", "WRONGPASS")


@contextmanager
def translated() -> Iterator[None]:
    """Turn what asyncpg, redis and the network raise into StoreErrors."""
    try:
        yield
    except asyncpg.PostgresError as error:
        state = error.sqlstate or ""
        kind = StoreDown if state.startswith((*_DOWN_STATES, "57014")) else StoreFailed
        raise kind(f"the bot's database refused: SQLSTATE {state}") from error
    except (redis_errors.ConnectionError, redis_errors.TimeoutError) as error:
        raise StoreDown("Redis does not answer") from error
    except (redis_errors.ReadOnlyError, redis_errors.OutOfMemoryError) as error:
        raise StoreDown("Redis takes no writes") from error
    except redis_errors.RedisError as error:
        kind = StoreDown if str(error).startswith(_DOWN_REPLIES) else StoreFailed
        raise kind("Redis refused a command") from error
    except asyncpg.DataError:
        raise  # a value of ours does not fit its column: a bug, told as it is
    except (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        # An InterfaceError is a connection or pool that is closing under us; asyncpg is
        # out of step (InternalClientError) when it writes as the server says that it goes away.
        raise StoreDown("the bot's database does not answer") from error
