"""What a person does: writes, edits, deletes, reacts, opens Home, runs a command.

One implementation for the page and for the tests: each gesture changes the state and tells the app
what Slack would tell it. PageError says, in words for that person, what cannot be done.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.demo.workspace import messages
from bot.demo.workspace.access import (
    message_of,
    new_response_url,
    new_trigger,
    person_of,
    place_of,
)
from bot.demo.workspace.blocks import check_message
from bot.demo.workspace.clicks import ask
from bot.demo.workspace.errors import PageError
from bot.demo.workspace.manifest import Manifest
from bot.demo.workspace.outbox import COMMANDS, Outbox
from bot.demo.workspace.state import LOCALES, Channel, Json, State, Whisper
from bot.demo.workspace.web_api.people import about
from bot.demo.workspace.web_api.reactions import react, unreact


@dataclass(slots=True)
class Gestures:
    """People's hands. `trigger_seconds` is how long a trigger_id may be exchanged."""

    state: State
    outbox: Outbox
    manifest: Manifest
    trigger_seconds: float = 3.0

    def post(self, user: str, channel: str, words: str, thread_ts: str = "") -> Json:
        """Write a message; return it."""
        person, place = person_of(self.state, user), place_of(self.state, user, channel)
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
        if place.kind == "im":
            event |= self._beside(message["user"])
        if self.state.bot.id in place.members:
            self.outbox.tell(f"message.{place.family}", event)
        mentioned = f"<@{self.state.bot.id}>" in message["text"]
        if mentioned and place.kind != "im" and self.state.bot.id in place.members:
            self.outbox.tell("app_mention", event | {"type": "app_mention"})

    def edit(self, user: str, channel: str, ts: str, words: str) -> Json:
        """Change a message of one's own."""
        place, message = (
            place_of(self.state, user, channel),
            message_of(self.state, user, channel, ts),
        )
        if message["user"] != user:
            raise PageError("you can only edit your own messages")
        if not words.strip():
            raise PageError("write something first")
        before = dict(message)
        message["text"] = messages.typed(self.state, words)
        now = self.state.next_ts()
        message["edited"] = {"user": user, "ts": now}
        messages.show(self.state, place, message)
        self._tell_of_change(place, messages.change_of(self.state, place, message, before, now))
        return message

    def delete(self, user: str, channel: str, ts: str) -> None:
        """Delete a message of one's own; one with replies leaves a stone in its place, as in Slack.

        Source: docs.slack.dev/reference/events/message/message_deleted.
        """
        place, message = (
            place_of(self.state, user, channel),
            message_of(self.state, user, channel, ts),
        )
        if message["user"] != user:
            raise PageError("you can only delete your own messages")
        now = self.state.next_ts()
        if not message.get("reply_count"):
            messages.remove(self.state, place, message)
            self._tell_of_change(place, messages.deletion_of(self.state, place, message, now))
            return
        before = dict(message)
        message |= {"subtype": "tombstone", "text": "This message was deleted.", "hidden": True}
        message |= {"user": "USLACKBOT"}
        messages.show(self.state, place, message)
        self._tell_of_change(place, messages.change_of(self.state, place, message, before, now))

    def _tell_of_change(self, place: Channel, event: Json) -> None:
        if self.state.bot.id in place.members:
            self.outbox.tell(f"message.{place.family}", event)

    def react(self, user: str, channel: str, ts: str, name: str) -> None:
        """Add a reaction, or take it back."""
        place, message = (
            place_of(self.state, user, channel),
            message_of(self.state, user, channel, ts),
        )
        added = react(message, name, user)
        if not added:
            unreact(message, name, user)
        messages.show(self.state, place, message)
        kind = "reaction_added" if added else "reaction_removed"
        item = {"type": "message", "channel": channel, "ts": ts}
        event = {"type": kind, "user": user, "reaction": name, "item": item, "event_ts": ts}
        self.outbox.tell(kind, event | {"item_user": message["user"]})

    def speak(self, user: str, locale: str) -> None:
        """Choose the language of one's Slack, such as "de-DE".

        Source: docs.slack.dev/reference/events/user_change.
        """
        if locale not in LOCALES:
            raise PageError("Slack has no such language")
        person = replace(person_of(self.state, user), locale=locale)
        self.state.people[user] = person
        self.state.publish({"type": "locale", "locale": locale}, {user})
        event: Json = {"type": "user_change", "user": about(self.state, person)}
        self.outbox.tell("user_change", event | {"event_ts": self.state.next_ts()})

    def _beside(self, user: str) -> Json:
        """What Slack adds to an event of the pane: the channel that `user` looks at."""
        if self.outbox.events is not None and "app_context_changed" not in self.outbox.events:
            return {}
        return {"app_context": self._context(user)}

    def _context(self, user: str) -> Json:
        channel = self.state.viewing.get(user)
        if channel is None:
            return {}
        kind = "slack#/types/channel_id"
        return {"entities": [{"type": kind, "value": channel, "team_id": self.state.team}]}

    def look(self, user: str, channel: str) -> None:
        """Look at a channel, with the app's pane open beside it."""
        self.state.viewing[user] = place_of(self.state, user, channel).id
        event: Json = {"type": "app_context_changed", "context": self._context(user)}
        event |= {"user": user, "channel": self.state.direct(user).id}
        self.outbox.tell("app_context_changed", event | {"event_ts": self.state.next_ts()})

    def stop_session(self, user: str, channel: str, thread_ts: str) -> None:
        """Press Stop at a thread that the app is working on."""
        place = place_of(self.state, user, channel)
        event: Json = {"type": "agent_session_stopped", "user": user, "channel": place.id}
        event |= {"thread_ts": thread_ts, "streaming_message_ts": []}
        self.outbox.tell("agent_session_stopped", event | {"event_ts": self.state.next_ts()})

    def open_home(self, user: str, tab: str = "home") -> None:
        """Open the app's Home, or its messages tab."""
        event: Json = {
            "type": "app_home_opened",
            "user": person_of(self.state, user).id,
            "channel": self.state.direct(user).id,
            "tab": tab,
            "event_ts": self.state.next_ts(),
            **self._beside(user),
        }
        if tab == "home" and user in self.state.homes:
            event["view"] = self.state.homes[user].view
        self.outbox.tell("app_home_opened", event)

    async def command(self, user: str, channel: str, words: str) -> None:
        """Run a slash command such as "/stats top teams". Raises PageError if it fails."""
        person, place = person_of(self.state, user), place_of(self.state, user, channel)
        name, _, text = words.partition(" ")
        command = next((one for one in self.manifest.commands if one.name == name), None)
        if command is None:
            raise PageError(f"{name} is no command here")
        if command.escapes:
            text = messages.typed(self.state, text)
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
            "response_url": new_response_url(self.state, user, place.id),
            "trigger_id": new_trigger(self.state, user, self.trigger_seconds),
        }
        answer = await ask(self.outbox, COMMANDS, payload, f"{name} failed")
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
