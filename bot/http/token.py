"""Who asks over HTTP: a JSON Web Token of the game-stats-api (HS256), read and held to its rules.

Claims: `sub` (the user's uuid), `exp`, `role`, and `events` (uuids) for roles that are not over all
events. The permission `view_analytics` follows from the role.
Source of roles and permission: game-stats-api, its analytics endpoint.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import jwt

from bot.http.errors import Forbidden, Unauthorized

_VIEWERS = frozenset({"admin", "event_manager", "team_manager", "spectator"})
_OVER_ALL_EVENTS = frozenset({"admin"})


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What a token must satisfy; an empty issuer or audience is not checked."""

    secret: str
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


def read_token(authorization: str, rules: TokenRules) -> Caller:
    """The caller behind an Authorization header. Raises Unauthorized, Forbidden."""
    scheme, _, token = authorization.partition(" ")
    if scheme.casefold() != "bearer" or not token:
        raise Unauthorized("Send a token: `Authorization: Bearer …`.")
    try:
        claims = jwt.decode(
            token,
            rules.secret,
            algorithms=["HS256"],
            issuer=rules.issuer or None,
            audience=rules.audience or None,
            options={"require": ["exp", "sub"], "verify_aud": bool(rules.audience)},
        )
        user = UUID(claims["sub"])
        listed = frozenset(UUID(str(event)) for event in claims.get("events") or ())
    except jwt.ExpiredSignatureError:
        raise Unauthorized("The token has expired. Sign in again.") from None
    except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError):
        raise Unauthorized("The token does not hold. Sign in again.") from None
    role = str(claims.get("role", ""))
    if role not in _VIEWERS:
        raise Forbidden("Your role may not see analytics.")
    return Caller(user, role, None if role in _OVER_ALL_EVENTS else listed)
