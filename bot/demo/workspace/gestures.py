"""What a person does: writes, runs a command, reacts, clicks, fills in a modal.

One implementation for the page and for the tests: each gesture changes the state and tells the app
what Slack would tell it. PageError says, in words for that person, what cannot be done.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.demo.workspace import inputs, messages
from bot.demo.workspace.blocks import check_message, check_view
from bot.demo.workspace.errors import NotDelivered, PageError, SlackError
from bot.demo.workspace.manifest import Manifest
from bot.demo.workspace.outbox import COMMANDS, INTERACTIVE, Outbox
from bot.demo.workspace.state import (
    Channel,
    Json,
    OpenView,
    Person,
    State,
    Ticket,
    Whisper,
    new_id,
)
from bot.demo.workspace.web_api import views
from bot.demo.workspace.web_api.reactions import react, unreact

RESPONSE_SECONDS = 1800.0
RESPONSE_USES = 5


@dataclass(slots=True)
class Gestures:
    """People's hands. `trigger_seconds` is how long a trigger_id may be exchanged."""

    state: State
    outbox: Outbox
    manifest: Manifest
    trigger_seconds: float = 3.0

    # What a person says.

    def post(self, user: str, channel: str, words: str, thread_ts: str = "") -> Json:
        """Write a message; return it."""
        person, place = self._person(user), self._place(user, channel)
        if not words.strip():
            raise PageError("write something first")
        if len(words) > 12_000:
            raise PageError("that is too long; 12,000 characters at most")
        text = messages.typed(self.state, words)
        message = messages.from_person(self.state, person, text, self.state.next_ts())
        messages.place(self.state, place, message, thread_ts)
        self._tell(place, message)
        return message

    def _tell(self, place: Channel, message: Json) -> None:
        event = messages.event_of(self.state, place, message)
        if self.state.bot.id in place.members:
            self.outbox.tell(f"message.{place.family}", event)
        mentioned = f"<@{self.state.bot.id}>" in message["text"]
        if mentioned and place.kind != "im" and self.state.bot.id in place.members:
            self.outbox.tell("app_mention", event | {"type": "app_mention"})

    def edit(self, user: str, channel: str, ts: str, words: str) -> Json:
        """Change a message of one's own."""
        place, message = self._place(user, channel), self._message(user, channel, ts)
        if message["user"] != user:
            raise PageError("you can only edit your own messages")
        before = dict(message)
        message["text"] = messages.typed(self.state, words)
        message["edited"] = {"user": user, "ts": self.state.next_ts()}
        messages.show(self.state, place, message)
        event = messages.event_of(
            self.state, place, message, subtype="message_changed", previous_message=before
        )
        self.outbox.tell(f"message.{place.family}", event | {"message": message, "hidden": True})
        return message

    def react(self, user: str, channel: str, ts: str, name: str) -> None:
        """Add a reaction, or take it back."""
        place, message = self._place(user, channel), self._message(user, channel, ts)
        added = react(message, name, user)
        if not added:
            unreact(message, name, user)
        messages.show(self.state, place, message)
        kind = "reaction_added" if added else "reaction_removed"
        item = {"type": "message", "channel": channel, "ts": ts}
        event = {"type": kind, "user": user, "reaction": name, "item": item, "event_ts": ts}
        self.outbox.tell(kind, event | {"item_user": message["user"]})

    def open_home(self, user: str, tab: str = "home") -> None:
        """Open the app's Home, or its messages tab."""
        event: Json = {
            "type": "app_home_opened",
            "user": self._person(user).id,
            "channel": self.state.direct(user).id,
            "tab": tab,
            "event_ts": self.state.next_ts(),
        }
        if tab == "home" and user in self.state.homes:
            event["view"] = self.state.homes[user].view
        self.outbox.tell("app_home_opened", event)

    async def command(self, user: str, channel: str, words: str) -> None:
        """Run a slash command such as "/stats top teams". Raises PageError if it fails."""
        person, place = self._person(user), self._place(user, channel)
        name, _, text = words.partition(" ")
        if name not in {one.name for one in self.manifest.commands}:
            raise PageError(f"{name} is no command here")
        payload: Json = {
            "token": "local",
            "team_id": self.state.team,
            "team_domain": "local",
            "channel_id": place.id,
            "channel_name": place.name or "directmessage",
            "user_id": user,
            "user_name": person.handle,
            "command": name,
            "text": text.strip(),
            "api_app_id": self.state.app,
            "is_enterprise_install": "false",
            "response_url": self._response_url(user, place.id, "", ""),
            "trigger_id": self._trigger(user, place.id),
        }
        answer = await self._ask(COMMANDS, payload, f"{name} failed")
        if answer.get("text") or answer.get("blocks"):
            self.respond(user, place, answer, thread="")

    def respond(self, user: str, place: Channel, answer: Json, thread: str) -> None:
        """Show what the app answered to a command or a response_url. Raises SlackError."""
        check_message(answer)
        message = messages.from_app(self.state, answer, self.state.next_ts())
        if answer.get("response_type") == "in_channel":
            messages.place(self.state, place, message, thread)
            return
        message["is_ephemeral"] = True
        if thread:
            message["thread_ts"] = thread
        self.state.whispers.append(Whisper(user, place.id, message))
        self.state.publish({"type": "message", "channel": place.id, "message": message}, {user})

    # What a person clicks.

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
        await self._ask(INTERACTIVE, payload, "That did not work")

    async def suggest(
        self, user: str, container: Mapping[str, str], action_id: str, words: str
    ) -> Json:
        """Return {"options"} or {"option_groups"} that the app has for what is being typed."""
        about, blocks = self._container(user, container)
        block, _ = inputs.find(blocks, action_id, container.get("block_id", ""))
        payload = self._interaction(user, "block_suggestion") | about
        payload |= {"action_id": action_id, "block_id": block["block_id"], "value": words}
        del payload["trigger_id"]
        return await self._ask(INTERACTIVE, payload, "The choices could not be loaded")

    async def submit(self, user: str, view_id: str, given: Mapping[str, Any]) -> dict[str, str]:
        """Submit a modal; return what is wrong with it, by block_id, or nothing."""
        view = self._view(user, view_id)
        found = inputs.values(view.view["blocks"], given)
        wrong = inputs.faults(view.view["blocks"], found)
        if wrong:
            return wrong
        view.view["state"] = {"values": found}
        payload = self._interaction(user, "view_submission", view=view.id)
        answer = await self._ask(
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

    async def close(self, user: str, view_id: str) -> None:
        """Close a modal; the app hears of it if the view asked for that."""
        view = self._view(user, view_id)
        self._drop(view, everything=bool(view.view["clear_on_close"]))
        if view.view["notify_on_close"]:
            payload = self._interaction(user, "view_closed")
            del payload["trigger_id"]
            payload |= {"view": view.view, "is_cleared": False}
            await self._ask(INTERACTIVE, payload, "That did not work")

    def _drop(self, view: OpenView, *, everything: bool) -> None:
        gone = {view.id, *(view.stack if everything else ())}
        for one in gone:
            self.state.views.pop(one, None)
        below = self.state.views.get(view.stack[-1]) if view.stack else None
        views.tell(self.state, below, view.user)

    # What the above need.

    def _person(self, user: str) -> Person:
        if user not in self.state.people:
            raise PageError("nobody here has that name")
        return self.state.people[user]

    def _place(self, user: str, channel: str) -> Channel:
        place = self.state.channels.get(channel)
        if place is None or user not in place.members:
            raise PageError("you are not in that channel")
        return place

    def _message(self, user: str, channel: str, ts: str) -> Json:
        message = self._place(user, channel).messages.get(ts)
        if message is None:
            raise PageError("that message is gone")
        return message

    def _view(self, user: str, view_id: str) -> OpenView:
        view = self.state.views.get(view_id)
        if view is None or view.user != user:
            raise PageError("that dialog is closed already")
        return view

    def _container(self, user: str, container: Mapping[str, str]) -> tuple[Json, list[Json]]:
        """Return what a payload says of a message or view, and its blocks."""
        if container.get("view"):
            home = self.state.homes.get(user)
            at_home = home is not None and home.id == container["view"]
            view = home if home is not None and at_home else self._view(user, container["view"])
            place: Json = {"type": "view", "view_id": view.id}
            trigger = self._trigger(user, view=view.id)
            about: Json = {"container": place, "view": view.view, "trigger_id": trigger}
            return about, view.view["blocks"]
        channel, ts = self._place(user, container["channel"]), container["ts"]
        whispers = [one.message for one in self.state.whispers if one.user == user]
        found = channel.messages.get(ts)
        whispered = found is None
        if found is None:
            found = next((one for one in whispers if one["ts"] == ts), None)
        if found is None:
            raise PageError("that message is gone")
        thread = found.get("thread_ts", "")
        address = self._response_url(user, channel.id, ts, thread, whispered=whispered)
        place = {
            "type": "message",
            "message_ts": ts,
            "channel_id": channel.id,
            "is_ephemeral": whispered,
        }
        if thread:
            place["thread_ts"] = thread
        about = {
            "container": place,
            "channel": {"id": channel.id, "name": channel.name or "directmessage"},
            "trigger_id": self._trigger(user, channel.id),
            "response_url": address,
        }
        if not whispered:
            about["message"] = messages.public(found, metadata=True)
        return about, found.get("blocks", [])

    def _interaction(self, user: str, kind: str, view: str = "") -> Json:
        person = self._person(user)
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
            "trigger_id": self._trigger(user, view=view),
        }

    def _trigger(self, user: str, channel: str = "", view: str = "") -> str:
        key = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        expires = self.state.clock() + self.trigger_seconds
        self.state.triggers[key] = Ticket(user, expires, channel=channel, view=view)
        return key

    def _response_url(
        self, user: str, channel: str, ts: str, thread: str, *, whispered: bool = False
    ) -> str:
        key = secrets.token_urlsafe(24)
        expires = self.state.clock() + RESPONSE_SECONDS
        ticket = Ticket(user, expires, channel, ts, thread, whispered=whispered)
        self.state.response_urls[key] = ticket
        return f"{self.state.base_url}/actions/{self.state.team}/{new_id('R')}/{key}"

    async def _ask(self, kind: str, payload: Json, complaint: str) -> Json:
        try:
            return await self.outbox.ask(kind, payload)
        except NotDelivered as failure:
            raise PageError(f"{complaint} because the app did not answer ({failure})") from failure
