"""What a person clicks: buttons and menus in messages, Home and modals, and a modal's own buttons.

Each use becomes the payload that Slack sends; a modal follows what the app acknowledges with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.demo.workspace import inputs, messages
from bot.demo.workspace.access import (
    message_of,
    new_response_url,
    new_trigger,
    person_of,
    place_of,
    view_of,
)
from bot.demo.workspace.blocks import check_view
from bot.demo.workspace.errors import NotDelivered, PageError, SlackError
from bot.demo.workspace.outbox import INTERACTIVE, Outbox
from bot.demo.workspace.state import Json, OpenView, State
from bot.demo.workspace.web_api import views


async def ask(outbox: Outbox, kind: str, payload: Json, complaint: str) -> Json:
    """Deliver what a person waits on; return the app's answer. Raises PageError."""
    try:
        return await outbox.ask(kind, payload)
    except NotDelivered as failure:
        raise PageError(f"{complaint} because the app did not answer ({failure})") from failure


@dataclass(slots=True)
class Clicks:
    """People's clicks. `trigger_seconds` is how long a trigger_id may be exchanged."""

    state: State
    outbox: Outbox
    trigger_seconds: float = 3.0

    async def click(
        self,
        user: str,
        container: Mapping[str, str],
        action_id: str,
        *,
        block_id: str = "",
        value: Any = None,
        given: Mapping[str, Any] | None = None,
    ) -> None:
        """Use an element.

        `container` is {"channel", "ts"} for a message, {"view"} for a view; `value` is what was
        chosen, `given` what other elements there hold, by block_id and action_id.
        """
        about, blocks = self._container(user, container)
        block, element = inputs.find(blocks, action_id, block_id)
        found = {"values": inputs.values(blocks, given or {})}
        act = inputs.action(block, element, value, self.state.next_ts())
        payload = self._interaction(user, "block_actions") | about
        payload |= {"actions": [act], "state": found}
        if "view" in about:
            payload["view"] = about["view"] | {"state": found}
        await ask(self.outbox, INTERACTIVE, payload, "That did not work")

    async def suggest(
        self, user: str, container: Mapping[str, str], action_id: str, words: str
    ) -> Json:
        """Return {"options"} or {"option_groups"} that the app has for what is being typed."""
        about, blocks = self._container(user, container)
        block, _ = inputs.find(blocks, action_id, container.get("block_id", ""))
        payload = self._interaction(user, "block_suggestion") | about
        payload |= {"action_id": action_id, "block_id": block["block_id"], "value": words}
        del payload["trigger_id"]
        return await ask(self.outbox, INTERACTIVE, payload, "The choices could not be loaded")

    async def submit(self, user: str, view_id: str, given: Mapping[str, Any]) -> dict[str, str]:
        """Submit a modal; return what is wrong with it, by block_id, or nothing."""
        view = view_of(self.state, user, view_id)
        found = inputs.values(view.view["blocks"], given)
        wrong = inputs.faults(view.view["blocks"], found)
        if wrong:
            return wrong
        view.view["state"] = {"values": found}
        payload = self._interaction(user, "view_submission", view=view.id)
        answer = await ask(
            self.outbox,
            INTERACTIVE,
            payload | {"view": view.view, "response_urls": []},
            "We had some trouble connecting",
        )
        return self._follow(view, answer)

    def _follow(self, view: OpenView, answer: Json) -> dict[str, str]:
        what = answer.get("response_action")
        if what == "errors":
            return dict(answer["errors"])
        if what in {"update", "push"}:
            try:
                check_view(answer.get("view"), "modal")
            except SlackError as error:
                raise PageError(f"the app sent a view that Slack refuses: {error.extra}") from error
        if what == "update":
            views.tell(self.state, views.replace(self.state, view, answer["view"]), view.user)
        elif what == "push":
            stack = (*view.stack, view.id)
            made = views.opened(self.state, view.user, answer["view"], stack)
            views.tell(self.state, made, view.user)
        else:
            self._drop(view, everything=what == "clear")
        return {}

    async def shortcut(self, user: str, callback: str) -> None:
        """Use a global shortcut."""
        payload = self._interaction(user, "shortcut")
        payload |= {"callback_id": callback, "action_ts": self.state.next_ts()}
        await ask(self.outbox, INTERACTIVE, payload, "That did not work")

    async def message_shortcut(self, user: str, channel: str, ts: str, callback: str) -> None:
        """Use a shortcut on a message that everybody there sees."""
        message = message_of(self.state, user, channel, ts)
        place = place_of(self.state, user, channel)
        payload = self._interaction(user, "message_action") | {
            "callback_id": callback,
            "action_ts": self.state.next_ts(),
            "message_ts": ts,
            "message": messages.public(message, metadata=False),
            "channel": {"id": place.id, "name": place.name or "directmessage"},
            "response_url": new_response_url(self.state, user, place.id, ts),
        }
        await ask(self.outbox, INTERACTIVE, payload, "That did not work")

    async def close(self, user: str, view_id: str) -> None:
        """Close a modal; the app hears of it if the view asked for that."""
        view = view_of(self.state, user, view_id)
        self._drop(view, everything=bool(view.view["clear_on_close"]))
        if view.view["notify_on_close"]:
            payload = self._interaction(user, "view_closed")
            del payload["trigger_id"]
            payload |= {"view": view.view, "is_cleared": False}
            await ask(self.outbox, INTERACTIVE, payload, "That did not work")

    def _drop(self, view: OpenView, *, everything: bool) -> None:
        gone = {view.id, *(view.stack if everything else ())}
        for one in gone:
            self.state.views.pop(one, None)
        below = self.state.views.get(view.stack[-1]) if view.stack else None
        views.tell(self.state, below, view.user)

    def _container(self, user: str, container: Mapping[str, str]) -> tuple[Json, list[Json]]:
        """Return what a payload says of a message or view, and its blocks."""
        if container.get("view"):
            view = view_of(self.state, user, container["view"])
            place: Json = {"type": "view", "view_id": view.id}
            trigger = new_trigger(self.state, user, self.trigger_seconds, view.id)
            about: Json = {"container": place, "view": view.view, "trigger_id": trigger}
            return about, view.view["blocks"]
        channel, ts = place_of(self.state, user, container["channel"]), container["ts"]
        whispers = {
            one.message["ts"]: one.message for one in self.state.whispers if one.user == user
        }
        whispered = ts in whispers
        found = whispers[ts] if whispered else message_of(self.state, user, channel.id, ts)
        place = {
            "type": "message",
            "message_ts": ts,
            "channel_id": channel.id,
            "is_ephemeral": whispered,
        }
        if "thread_ts" in found:
            place["thread_ts"] = found["thread_ts"]
        about = {
            "container": place,
            "channel": {"id": channel.id, "name": channel.name or "directmessage"},
            "response_url": new_response_url(self.state, user, channel.id, ts),
        }
        if not whispered:
            about["message"] = messages.public(found, metadata=True)
        return about, found.get("blocks", [])

    def _interaction(self, user: str, kind: str, view: str = "") -> Json:
        person = person_of(self.state, user)
        return {
            "type": kind,
            "user": {
                "id": person.id,
                "username": person.handle,
                "name": person.handle,
                "team_id": self.state.team,
            },
            "api_app_id": self.state.app,
            "token": "local",
            "team": {"id": self.state.team, "domain": "local"},
            "enterprise": None,
            "is_enterprise_install": False,
            "trigger_id": new_trigger(self.state, user, self.trigger_seconds, view),
        }
