"""The Web API: a table of methods, and the one door that every call goes through.

A family is a file with a METHODS table. The door reads the call off the wire, asks for a token,
counts it against the rate limits, checks what must be there, and turns a SlackError into Slack's
answer. Whatever comes in and goes out is kept in `log`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.demo.workspace.blocks import check_message, check_view
from bot.demo.workspace.errors import SlackError
from bot.demo.workspace.rates import Rates
from bot.demo.workspace.state import Json, State
from bot.demo.workspace.web_api import (
    agents,
    chat,
    conversations,
    files,
    people,
    pins,
    reactions,
    views,
)
from bot.demo.workspace.web_api.calls import Call, Method
from bot.demo.workspace.wire import read_call, require


def _validate(call: Call) -> Json:
    """blocks.validate: say what would be refused, without posting anything."""
    given = [name for name in ("blocks", "message", "view") if name in call.args]
    if len(given) != 1:
        raise SlackError("invalid_arguments")
    value = call.args[given[0]]
    if given[0] == "view":
        check_view(value, str(value.get("type") if isinstance(value, dict) else ""))
    else:
        check_message({"blocks": value} if given[0] == "blocks" else value)
    return {}


METHODS: Mapping[str, Method] = {
    **agents.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **people.METHODS,
    **pins.METHODS,
    **reactions.METHODS,
    **views.METHODS,
    "blocks.validate": Method(_validate, tier=3, token="none"),  # noqa: S106 - the kind
}


KEPT = 10_000
"""How many calls are remembered."""


@dataclass(frozen=True, slots=True)
class Served:
    """One call as it was answered; `at` is on the state's clock, in seconds."""

    method: str
    args: Json
    answer: Json
    at: float


@dataclass(slots=True)
class Door:
    """What the Web API needs beside the state.

    `inspect` sees every call of a known method before it runs. What it raises, and any mistake of
    the workspace itself, is kept in `complaints`: an app would only see a failed call. `faults` are
    errors to give instead of running the next call of a method.
    """

    state: State
    bot_token: str
    app_token: str
    connect: Callable[[], Json]
    rates: Rates | None
    scopes: frozenset[str] | None
    inspect: Callable[[str, Json], None] | None = None
    complaints: list[Exception] = field(default_factory=list)
    faults: dict[str, list[SlackError]] = field(default_factory=dict)
    log: deque[Served] = field(default_factory=lambda: deque(maxlen=KEPT))

    async def serve(self, request: Request) -> Response:
        """Answer one call."""
        name = request.path_params["method"]
        args: Json = {}
        status: int = 200
        headers: dict[str, str] = {}
        try:
            method = self._method(name)
            token, args = await read_call(request, takes_json=method.takes_json)
            if token == self.bot_token and self.scopes is not None:
                headers["x-oauth-scopes"] = ",".join(sorted(self.scopes))
            answer: Json = {"ok": True, **self._answer(name, method, token, args)}
        except SlackError as error:
            answer = {"ok": False, "error": error.code, **error.extra}
            if error.retry_after is not None:
                status, headers["Retry-After"] = 429, str(error.retry_after)
        except Exception as bug:  # noqa: BLE001 - the workspace's own mistake, told as Slack does
            self.complaints.append(bug)
            answer = {"ok": False, "error": "internal_error"}
            status = 500
        self.log.append(Served(name, args, answer, self.state.clock()))
        self.state.touch()
        return JSONResponse(answer, status, headers)

    def _method(self, name: str) -> Method:
        if name == "apps.connections.open":
            return Method(lambda _call: self.connect(), tier=1, token="app")  # noqa: S106 - kind
        if name not in METHODS:
            raise SlackError("unknown_method", req_method=name)
        return METHODS[name]

    def _answer(self, name: str, method: Method, token: str, args: Json) -> Json:
        self._admit(method, token)
        if self.inspect is not None:
            try:
                self.inspect(name, args)
            except Exception as complaint:  # noqa: BLE001 - kept, and raised when the test ends
                self.complaints.append(complaint)
        if self.faults.get(name):
            raise self.faults[name].pop(0)
        require(args, method.needs)
        # Slack allows few new Socket Mode connections a minute; a local app may restart at will.
        if self.rates is not None and name != "apps.connections.open":
            wait = self.rates.wait(name, method.tier, str(args.get("channel", "")))
            if wait:
                raise SlackError("ratelimited", retry_after=wait)
        return method.run(Call(self.state, args, self.scopes))

    def _admit(self, method: Method, token: str) -> None:
        if method.token == "none":  # noqa: S105 - the kind of a token
            return
        if not token:
            raise SlackError("not_authed")
        if token not in (self.bot_token, self.app_token):
            raise SlackError("invalid_auth")
        wanted = self.app_token if method.token == "app" else self.bot_token  # noqa: S105 - kind
        if token != wanted:
            raise SlackError("not_allowed_token_type")
