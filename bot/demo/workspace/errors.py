"""What can go wrong in the workspace, and how it is told.

WorkspaceError
├── SlackError      the app asked for something that Slack refuses: becomes {"ok": false, …}
├── PageError       the page (or a test in a person's place) asked for something impossible
└── NotDelivered    the app did not take an event, a command or a click in time
"""

from __future__ import annotations

from typing import Any


class WorkspaceError(Exception):
    """Anything that the workspace raises on purpose."""


class SlackError(WorkspaceError):
    """A refusal in Slack's own words: an error code, and what else stands in the answer.

    `retry_after` is in seconds and makes the answer an HTTP 429.
    """

    def __init__(self, code: str, *, retry_after: int | None = None, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after
        self.extra = extra


class PageError(WorkspaceError):
    """Something that a person cannot do here; the text is for that person."""


class NotDelivered(WorkspaceError):
    """The app did not take a delivery; the text is the code that Slack shows a person."""


def invalid(code: str, problems: list[str]) -> SlackError:
    """Return the error `code` with one message a problem, as Slack reports them."""
    messages = [f"[ERROR] {problem}" for problem in problems]
    return SlackError(code, errors=problems, response_metadata={"messages": messages})
