"""What a slash command brings, read once: `Typed`. The commands themselves are in their files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.slack.intake import Reader, question_id, readable


@dataclass(frozen=True, slots=True)
class Typed:
    """A slash command. `word` is the first word in lower case, `id` is unique for this typing.

    `place` is the channel's name as Slack gives it.
    """

    id: str
    team: str
    channel: str
    user: str
    text: str
    word: str
    trigger_id: str
    response_url: str
    place: str = ""
    thread_ts: str = ""  # no command is typed in a thread

    def reader(self) -> Reader:
        """Whoever typed it, as a job's addressee."""
        return Reader(self.team, self.channel, self.user, response_url=self.response_url)


def typed(command: Mapping[str, Any]) -> Typed:
    """Read Slack's payload."""
    text = readable(str(command.get("text", "")))
    team, channel = str(command["team_id"]), str(command["channel_id"])
    return Typed(
        id=question_id(team, channel, str(command["trigger_id"])),
        team=team,
        channel=channel,
        user=str(command["user_id"]),
        text=text,
        word=text.split()[0].lower() if text.split() else "",
        trigger_id=str(command["trigger_id"]),
        response_url=str(command["response_url"]),
        place=str(command.get("channel_name", "")),
    )
