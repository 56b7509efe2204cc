"""RS256 through a key set that rotates, and no way from one key to another's algorithm."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.app import ConfigError, open_app
from bot.demo.servers.process import free_port
from bot.http import Keys, TokenRules, keys
from bot.http.errors import Forbidden, Unauthorized, Unavailable
from bot.http.keys import read_keys
from bot.http.token import read_token
from bot.serving import _token_rules, key_set
from bot.settings import Settings
from tests.plugins.house import House, serving

USER = uuid.UUID(int=7)
SECRET = "s" * 32
FIRST = rsa.generate_private_key(65537, 2048)
SECOND = rsa.generate_private_key(65537, 2048)


def public(kid: str, key: rsa.RSAPrivateKey, **more: Any) -> dict[str, Any]:
    """A key as a set lists it."""
    return RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid} | more


def claims(**more: Any) -> dict[str, Any]:
    """An admin's claims."""
    return {"sub": str(USER), "exp": time.time() + 60, "role": "admin"} | more


def signed(key: rsa.RSAPrivateKey, kid: str | None = "one", **more: Any) -> str:
    """A header with an RS256 token."""
    headers = {"kid": kid} if kid else {}
    return "Bearer " + jwt.encode(claims(**more), key, algorithm="RS256", headers=headers)


@dataclass
class Publisher:
    """A key set's server, in a word."""

    listed: list[dict[str, Any]] = field(default_factory=lambda: [public("one", FIRST)])
    fetched: int = 0
    down: bool = False

    async def fetch(self) -> bytes:
        """The set, or an outage."""
        self.fetched += 1
        if self.down:
            raise ConnectionError("down")
        return json.dumps({"keys": self.listed}).encode()


@pytest.fixture
def publisher() -> Publisher:
    """It lists the first key."""
    return Publisher()


@pytest.fixture
def rules(publisher: Publisher) -> TokenRules:
    """Both kinds of tokens hold."""
    return TokenRules(SECRET, Keys(publisher.fetch))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock of the key sets, in a list of one."""
    now = [1000.0]
    monkeypatch.setattr(keys.time, "monotonic", lambda: now[0])
    return now


async def test_many_tokens_by_a_listed_key_hold_after_one_fetch(
    publisher: Publisher, rules: TokenRules
) -> None:
    """The set is kept."""
    for _ in range(3):
        assert (await read_token(signed(FIRST), rules)).user == USER
    assert publisher.fetched == 1


async def test_a_rotated_key_is_looked_up_once_and_the_old_one_ends(
    publisher: Publisher, rules: TokenRules, clock: list[float]
) -> None:
    """A key that is not known yet causes a fetch; a key that is gone from the set does not hold."""
    await read_token(signed(FIRST), rules)
    publisher.listed = [public("two", SECOND)]
    clock[0] += 31
    assert (await read_token(signed(SECOND, "two"), rules)).user == USER
    with pytest.raises(Unauthorized):
        await read_token(signed(FIRST), rules)
    assert publisher.fetched == 2


async def test_tokens_with_invented_keys_cause_few_fetches(
    publisher: Publisher, rules: TokenRules, clock: list[float]
) -> None:
    """A thousand in a minute are two fetches, and each is a 401."""
    await read_token(signed(FIRST), rules)
    for number in range(1000):
        clock[0] += 0.06
        with pytest.raises(Unauthorized):
            await read_token(signed(SECOND, f"invented {number}"), rules)
    assert publisher.fetched == 2


async def test_while_the_set_cannot_be_had_it_is_an_outage_and_known_keys_go_on(
    publisher: Publisher, rules: TokenRules, clock: list[float]
) -> None:
    """503 with a time for what is unknown; an hour later the old set counts no more."""
    publisher.down = True
    with pytest.raises(Unavailable) as caught:
        await read_token(signed(FIRST), rules)
    assert caught.value.retry_after
    publisher.down = False
    clock[0] += 31
    await read_token(signed(FIRST), rules)
    publisher.down = True
    clock[0] += 1200
    assert (await read_token(signed(FIRST), rules)).user == USER
    with pytest.raises(Unavailable):
        await read_token(signed(SECOND, "two"), rules)
    clock[0] += 3600
    with pytest.raises(Unavailable):
        await read_token(signed(FIRST), rules)


async def test_a_set_that_is_no_set_is_an_outage(publisher: Publisher, rules: TokenRules) -> None:
    """What its server says instead of keys is not the caller's fault."""
    publisher.listed = 5  # type: ignore[assignment]
    with pytest.raises(Unavailable):
        await read_token(signed(FIRST), rules)


def hs256(key: bytes, kid: str = "one") -> str:
    """A token signed by hand, since PyJWT will not take a public key as a secret."""

    def part(value: object) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    text = part({"alg": "HS256", "typ": "JWT", "kid": kid}) + b"." + part(claims())
    digest = hmac.new(key, text, hashlib.sha256).digest()
    return "Bearer " + (text + b"." + base64.urlsafe_b64encode(digest).rstrip(b"=")).decode()


@pytest.mark.parametrize("secret", ["", SECRET])
async def test_a_public_key_is_nobody_s_secret(publisher: Publisher, secret: str) -> None:
    """HS256 with the published key, in each of its forms, holds neither with nor without secret."""
    rules = TokenRules(secret, Keys(publisher.fetch))
    key = FIRST.public_key()
    forms = [
        key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(public("one", FIRST)).encode(),
        b"",
    ]
    for form in forms:
        with pytest.raises(Unauthorized):
            await read_token(hs256(form), rules)
    unsigned = jwt.encode(claims(), None, algorithm="none", headers={"kid": "one"})
    with pytest.raises(Unauthorized):
        await read_token(f"Bearer {unsigned}", rules)


async def test_each_kind_of_token_needs_its_key_configured(publisher: Publisher) -> None:
    """RS256 without a key set and HS256 without a secret are unknown."""
    by_secret = "Bearer " + jwt.encode(claims(), SECRET, algorithm="HS256")
    with pytest.raises(Unauthorized):
        await read_token(signed(FIRST), TokenRules(SECRET))
    with pytest.raises(Unauthorized):
        await read_token(by_secret, TokenRules(keys=Keys(publisher.fetch)))
    longer = "Bearer " + jwt.encode(claims(), "s" * 64, algorithm="HS512")
    with pytest.raises(Unauthorized):
        await read_token(longer, TokenRules("s" * 64))


def test_only_keys_fit_to_verify_are_taken_from_a_set() -> None:
    """No secrets, no private keys, no short ones, none for encryption or another algorithm."""
    weak = rsa.generate_private_key(65537, 1024)
    listed = [
        public("good", FIRST, use="sig", alg="RS256"),
        public("for encryption", FIRST, use="enc"),
        public("other algorithm", FIRST, alg="RS512"),
        public("weak", weak),
        RSAAlgorithm.to_jwk(SECOND, as_dict=True) | {"kid": "private"},
        {"kty": "oct", "kid": "secret", "k": base64.urlsafe_b64encode(b"x" * 32).decode()},
        {"kty": "RSA", "kid": "broken", "n": "?", "e": 5},
    ]
    assert set(read_keys(json.dumps({"keys": listed}).encode())) == {"good"}


async def test_without_an_id_the_only_key_is_meant(publisher: Publisher, rules: TokenRules) -> None:
    """Of two, neither is."""
    assert (await read_token(signed(FIRST, None), rules)).user == USER
    publisher.listed.append(public("two", SECOND))
    with pytest.raises(Unauthorized):
        await read_token(signed(FIRST, None), TokenRules(keys=Keys(publisher.fetch)))


@pytest.mark.parametrize(
    "odd",
    [
        {"exp": "4000000000"},
        {"exp": 1e400},
        {"exp": True},
        {"exp": None},
        {"exp": -1},
        {"nbf": time.time() + 3600},
        {"iat": "yesterday"},
        {"sub": 7},
        {"sub": None},
        {"user_id": str(uuid.UUID(int=8))},
        {"events": {"a": 1}},
        {"events": [5]},
        {"events": ["x" * 5000]},
        {"permissions": "view_analytics"},
        {"role": ["admin"], "permissions": ["view_analytics"]},
    ],
)
async def test_odd_claims_do_not_hold(odd: dict[str, Any]) -> None:
    """401, never a bug."""
    token = "Bearer " + jwt.encode({**claims(), **odd}, SECRET, algorithm="HS256")
    with pytest.raises(Unauthorized):
        await read_token(token, TokenRules(SECRET))


async def test_the_permission_may_be_said_outright() -> None:
    """A list of permissions decides instead of the role; the user may be named as `user_id`."""
    rules = TokenRules(SECRET)

    async def read(**more: Any) -> Any:
        fields = {**claims(), **more}
        return await read_token("Bearer " + jwt.encode(fields, SECRET, algorithm="HS256"), rules)

    assert (await read(role="scorekeeper", permissions=["view_analytics"])).role == "scorekeeper"
    assert (await read(user_id=str(USER))).user == USER
    with pytest.raises(Forbidden):
        await read(role="admin", permissions=["edit_games"])
    with pytest.raises(Forbidden):
        await read(role="scorekeeper")


async def test_issuer_and_audience_are_held_to_what_is_configured() -> None:
    """A token for another service, or without saying for whom, does not hold."""
    rules = TokenRules(SECRET, issuer="us", audience="bot")

    async def read(**more: Any) -> Any:
        token = jwt.encode({**claims(), **more}, SECRET, algorithm="HS256")
        return await read_token(f"Bearer {token}", rules)

    assert (await read(iss="us", aud=["bot", "web"])).user == USER
    for wrong in ({}, {"iss": "us"}, {"aud": "bot"}, {"iss": "them", "aud": "bot"}):
        with pytest.raises(Unauthorized):
            await read(**wrong)


async def test_the_set_is_fetched_over_http_and_every_trouble_is_an_outage() -> None:
    """Not there, not reachable or without an end: Unavailable each time."""

    async def good(_request: Request) -> Response:
        return PlainTextResponse(json.dumps({"keys": [public("one", FIRST)]}))

    async def endless(_request: Request) -> Response:
        return PlainTextResponse("x" * 300_000)

    port = free_port()
    address = f"http://127.0.0.1:{port}"
    async with serving(Starlette(routes=[Route("/good", good), Route("/endless", endless)]), port):
        rules = TokenRules(keys=Keys(key_set(f"{address}/good")))
        assert (await read_token(signed(FIRST), rules)).user == USER
        for path in ("/missing", "/endless"):
            with pytest.raises(Unavailable):
                await read_token(signed(FIRST), TokenRules(keys=Keys(key_set(address + path))))
    with pytest.raises(Unavailable):
        await read_token(signed(FIRST), TokenRules(keys=Keys(key_set(f"{address}/good"))))


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"jwt_secret": "short"}, "JWT_SECRET is too short"),
        ({"jwt_jwks_url": "ftp://keys"}, "JWT_JWKS_URL is an address"),
    ],
)
def test_keys_that_are_no_use_end_the_start(settings: dict[str, str], complaint: str) -> None:
    """Said in one line, before anybody can sign in with them."""
    with pytest.raises(ConfigError, match=complaint):
        _token_rules(Settings(_env_file=None, **settings))  # type: ignore[arg-type]


def test_without_keys_there_is_no_api_and_each_kind_opens_it() -> None:
    """A secret, an address of keys, or both."""
    opened = "s" * 32, "https://keys.example/set"
    assert _token_rules(Settings(_env_file=None, jwt_secret=None, jwt_jwks_url="")) is None
    by_secret = _token_rules(Settings(_env_file=None, jwt_secret=opened[0]))
    by_keys = _token_rules(Settings(_env_file=None, jwt_secret=None, jwt_jwks_url=opened[1]))
    assert by_secret is not None
    assert (by_secret.secret, by_secret.keys) == (opened[0], None)
    assert by_keys is not None
    assert by_keys.secret == ""
    assert by_keys.keys is not None


async def test_a_collector_without_an_address_ends_the_start(house: House) -> None:
    """A port alone would lose every trace in silence."""
    settings = house.app.settings.model_copy(
        update={"otel_exporter_otlp_endpoint": "localhost:4318"}
    )
    with pytest.raises(ConfigError, match="OTEL_EXPORTER_OTLP_ENDPOINT"):
        async with open_app(settings):
            pass
