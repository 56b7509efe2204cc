"""A connection that needs no set_config, which a hardened role may not call.

asyncpg 0.32 turns JIT off with set_config() before it reads about a type that it does not know
(its connection.py, `_introspect_types`), for every server that has JIT. Ours is off anyway.
"""

from __future__ import annotations

from typing import Any

import asyncpg


class HardenedConnection(asyncpg.Connection):
    """asyncpg's own, told that the server has no JIT to turn off."""

    __slots__ = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        caps: Any = self._server_caps  # type: ignore[has-type]
        self._server_caps = caps._replace(jit=False)
