"""The RSA keys that sign tokens, from a JSON Web Key Set that rotates (RFC 7517).

A set is kept for FRESH_SECONDS. A key that it does not name is looked for once more, since keys
rotate; but the set is fetched at most every PAUSE_SECONDS, whatever tokens say. While its server is
down, keys that were known go on for STALE_SECONDS; what is unknown then is an outage, not a bad
token.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from bot.http.errors import Unavailable

FRESH_SECONDS = 600.0
PAUSE_SECONDS = 30.0
STALE_SECONDS = 3600.0

_KEY_BITS = 2048  # RFC 7518, section 3.3
_NEVER = float("-inf")

Fetch = Callable[[], Awaitable[bytes]]
"""Gives the key set's JSON. Raises OSError when its server cannot be reached or says no."""

log = structlog.get_logger()


@dataclass(slots=True)
class Keys:
    """The keys by their id. For one event loop; times are the monotonic clock's."""

    fetch: Fetch
    _known: Mapping[str, RSAPublicKey] = field(default_factory=dict)
    _read_at: float = _NEVER
    _tried_at: float = _NEVER
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def key(self, kid: object) -> RSAPublicKey | None:
        """The key of this id, None if there is none; without an id the only key, if it is alone.

        Raises Unavailable while the set cannot be had and the key is not known.
        """
        found = self._find(kid)
        if found is None or self._age() > FRESH_SECONDS:
            await self._refresh()
            found = self._find(kid)
        if found is None and self._failing():
            raise Unavailable("The sign-in keys cannot be had right now.", PAUSE_SECONDS)
        return found

    def _find(self, kid: object) -> RSAPublicKey | None:
        if self._age() > STALE_SECONDS:
            return None
        if kid is None and len(self._known) == 1:
            return next(iter(self._known.values()))
        return self._known.get(kid) if isinstance(kid, str) else None

    def _age(self) -> float:
        return time.monotonic() - self._read_at

    def _failing(self) -> bool:
        return self._tried_at > self._read_at

    async def _refresh(self) -> None:
        async with self._lock:
            if time.monotonic() - self._tried_at < PAUSE_SECONDS:
                return
            self._tried_at = time.monotonic()
            try:
                self._known = read_keys(await self.fetch())
            except (OSError, ValueError) as error:
                log.warning("keys_not_read", error=repr(error))
            else:
                self._read_at = time.monotonic()


def read_keys(text: bytes) -> Mapping[str, RSAPublicKey]:
    """The set's RSA keys that may verify RS256; all others are left out. Raises ValueError."""
    try:
        listed = json.loads(text)["keys"]
        keys = {str(key.get("kid", "")): _rsa(key) for key in listed}
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not a JSON Web Key Set") from error
    return {kid: key for kid, key in keys.items() if key is not None}


def _rsa(key: Mapping[str, Any]) -> RSAPublicKey | None:
    fits = key.get("kty") == "RSA" and key.get("use", "sig") == "sig"
    if not fits or key.get("alg", "RS256") != "RS256":
        return None
    try:
        read = jwt.PyJWK(dict(key), algorithm="RS256").key
    except jwt.PyJWTError:
        return None
    # A set that publishes a private key is no proof of anything.
    if not isinstance(read, RSAPublicKey) or read.key_size < _KEY_BITS:
        return None
    return read
