"""Socket Mode: the app connects, gets envelopes, and acknowledges each by its id.

`apps.connections.open` gives an address with a ticket; each connection is greeted with `hello`;
an envelope goes to one connection. Source: docs.slack.dev/apis/events-api/using-socket-mode.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.demo.workspace.errors import NotDelivered
from bot.demo.workspace.outbox import EVENTS, Retry
from bot.demo.workspace.state import Json, State


@dataclass(slots=True)
class SocketMode:
    """The connections of an app. `ack_seconds` is how long an envelope may go unanswered."""

    state: State
    ack_seconds: float = 3.0
    tickets: set[str] = field(default_factory=set)
    sockets: list[WebSocket] = field(default_factory=list)
    waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    _turn: itertools.count[int] = field(default_factory=itertools.count)

    def open(self) -> Json:
        """Return an address to connect to, good once (apps.connections.open)."""
        ticket = secrets.token_urlsafe(16)
        self.tickets.add(ticket)
        address = self.state.base_url.replace("http", "ws", 1)
        return {"url": f"{address}/link/?ticket={ticket}&app_id={self.state.app}"}

    async def serve(self, socket: WebSocket) -> None:
        """Hold one connection until either side ends it."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self.tickets:
            await socket.close(code=4001, reason="unknown ticket")
            return
        self.tickets.discard(ticket)
        await socket.accept()
        self.sockets.append(socket)
        try:
            await socket.send_json(self._hello())
            self.state.touch()
            while True:
                self._acknowledge(await socket.receive_text())
        except WebSocketDisconnect:
            pass
        finally:
            if socket in self.sockets:
                self.sockets.remove(socket)
            self.state.touch()

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.sockets),
            "debug_info": {"host": "local", "approximate_connection_time": 3600},
            "connection_info": {"app_id": self.state.app},
        }

    def _acknowledge(self, words: str) -> None:
        try:
            answer = json.loads(words)
        except ValueError:
            return  # the client's own ping text
        future = self.waiting.get(str(answer.get("envelope_id")))
        if future is not None and not future.done():
            future.set_result(answer.get("payload") or {})

    async def deliver(self, kind: str, payload: Json, retry: Retry) -> Json:
        """Send an envelope to one connection; return its payload. Raises NotDelivered."""
        envelope_id = secrets.token_hex(16)
        envelope: Json = {
            "envelope_id": envelope_id,
            "payload": payload,
            "type": kind,
            "accepts_response_payload": kind != EVENTS,
        }
        if kind == EVENTS:
            envelope |= {"retry_attempt": retry.number, "retry_reason": retry.reason}
        future: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self.waiting[envelope_id] = future
        try:
            async with asyncio.timeout(self.ack_seconds):
                socket = await self._connected()
                with suppress(WebSocketDisconnect, RuntimeError):
                    await socket.send_json(envelope)
                return await future
        except TimeoutError:
            failure = "operation_timeout" if self.sockets else "dispatch_failed"
            raise NotDelivered("timeout" if kind == EVENTS else failure) from None
        finally:
            del self.waiting[envelope_id]

    async def _connected(self) -> WebSocket:
        while not self.sockets:
            await self.state.change()
        return self.sockets[next(self._turn) % len(self.sockets)]

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to come back, as Slack does every few hours, and close it."""
        for socket in tuple(self.sockets):
            self.sockets.remove(socket)
            with suppress(WebSocketDisconnect, RuntimeError):
                await socket.send_json({"type": "disconnect", "reason": reason})
                await socket.close()
