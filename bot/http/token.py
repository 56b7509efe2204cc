"""Who asks over HTTP: a JSON Web Token, by HS256 or RS256, read and held to its rules.

Claims: `sub` or `user_id` (the user's uuid; both must agree), `exp`, and `role`; `permissions` (a
list of texts), where it is there, decides instead of the role; `events` (a list of uuids) names
what a role that is not over all events may ask about.

Each algorithm has its own key: HS256 is held to the configured secret and nothing else, RS256 to
the key set's RSA keys and nothing else. So no public key can be used as a secret, and a token
without a signature fits neither.

Source of roles, permission and `user_id`: game-stats-api, its analytics endpoint and its tokens.
Source of claims and algorithms: RFC 7519, RFC 8725.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import jwt

from bot.http.errors import Forbidden, Unauthorized
from bot.http.keys import Keys

PERMISSION = "view_analytics"
LEEWAY_SECONDS = 30
TOKEN_LIMIT = 8_192
"""The longest token taken, in characters."""

SECRET_BYTES = 32
"""The shortest secret that HS256 takes (RFC 7518, section 3.2)."""

_VIEWERS = frozenset({"admin", "event_manager", "team_manager", "spectator"})
_OVER_ALL_EVENTS = frozenset({"admin"})


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What a token must satisfy; an empty issuer or audience is not checked.

    Without a secret no HS256 token holds, without keys no RS256 token.
    """

    secret: str = field(default="", repr=False)
    keys: Keys | None = None
    issuer: str = ""
    audience: str = ""


@dataclass(frozen=True, slots=True)
class Caller:
    """A user who may see analytics. `events` is None for a role over all events."""

    user: UUID
    role: str
    events: frozenset[UUID] | None

    def may_see(self, event: UUID) -> bool:
        """Whether the token covers this event."""
        return self.events is None or event in self.events


async def read_token(authorization: str, rules: TokenRules) -> Caller:
    """The caller behind an Authorization header.

    Raises Unauthorized, Forbidden, and Unavailable while the keys cannot be had.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.casefold() != "bearer" or not token.strip():
        raise Unauthorized("Send a token: `Authorization: Bearer …`.")
    claims = await _verified(token.strip(), rules)
    user, role, listed = _user(claims), claims.get("role", ""), _events(claims)
    if not _permitted(claims, role):
        raise Forbidden("Your role may not see analytics.")
    return Caller(user, role, None if role in _OVER_ALL_EVENTS else listed)


async def _verified(token: str, rules: TokenRules) -> Mapping[str, Any]:
    """The claims of a token whose signature and times hold."""
    if len(token) > TOKEN_LIMIT:
        raise Unauthorized("The token is too long.")
    try:
        header = jwt.get_unverified_header(token)
        algorithm = str(header.get("alg"))
        # The token names its algorithm; the key that it is held to follows from our settings.
        key: Any = None
        if algorithm == "HS256" and rules.secret:
            key = rules.secret
        elif algorithm == "RS256" and rules.keys is not None:
            key = await rules.keys.key(header.get("kid"))
        if key is None:
            raise Unauthorized("The token's signature is by no key that is known here.")
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            issuer=rules.issuer or None,
            audience=rules.audience or None,
            leeway=LEEWAY_SECONDS,
            options={
                "require": ["exp", *(["iss"] if rules.issuer else [])],
                "verify_aud": bool(rules.audience),
            },
        )
    except jwt.ExpiredSignatureError:
        raise Unauthorized("The token has expired. Sign in again.") from None
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError):
        raise _no_good() from None
    # PyJWT reads a time in text as a number; RFC 7519 does not.
    if any(type(claims.get(name, 0)) not in (int, float) for name in ("exp", "nbf", "iat")):
        raise _no_good()
    return claims


def _user(claims: Mapping[str, Any]) -> UUID:
    named = {name: _uuid(claims[name]) for name in ("sub", "user_id") if name in claims}
    if len(set(named.values())) != 1:
        raise Unauthorized("The token names no user, or two. Sign in again.")
    return next(iter(named.values()))


def _events(claims: Mapping[str, Any]) -> frozenset[UUID]:
    listed = claims.get("events")
    if listed is None:
        return frozenset()
    if not isinstance(listed, list):
        raise _no_good()
    return frozenset(map(_uuid, listed))


def _permitted(claims: Mapping[str, Any], role: object) -> bool:
    permissions = claims.get("permissions")
    if permissions is None:
        return isinstance(role, str) and role in _VIEWERS
    if not isinstance(permissions, list) or not isinstance(role, str):
        raise _no_good()
    return PERMISSION in permissions


def _uuid(value: object) -> UUID:
    try:
        if isinstance(value, str):
            return UUID(value)
    except ValueError:
        pass
    raise _no_good()


def _no_good() -> Unauthorized:
    return Unauthorized("The token does not hold. Sign in again.")
