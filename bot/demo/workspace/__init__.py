"""A local workspace: a strict stand-in for Slack, with its page in the browser.

An unchanged Bolt app connects to it (SLACK_API_URL, ordinary tokens) over Socket Mode or signed
HTTP. The demo shows its page; the tests use the same thing as their fake Slack. It knows nothing
of the bot. `Workspace` is the way in; `state` holds the data, `web_api` answers the app, `outbox`
tells it what happened, `gestures` is what a person does, `page` is the browser's side, `blocks`
and `rates` are Slack's limits.
"""

from bot.demo.workspace.errors import PageError, WorkspaceError
from bot.demo.workspace.rates import Rates
from bot.demo.workspace.state import Person
from bot.demo.workspace.workspace import MAYA, SAM, Workspace

__all__ = ["MAYA", "SAM", "PageError", "Person", "Rates", "Workspace", "WorkspaceError"]
