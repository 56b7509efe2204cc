"""Slack: what a person says there becomes a question, and its outcome a reply in the thread.

A listener only reads the event and puts a job into the durable queue, before Slack's ack; a worker
finds or posts the reply, shows the stages and edits the answer in. One surface, one file.
Start reading at `app` (what listens), `worker` (what answers) and `render` (what it looks like).
"""

from bot.slack.app import SlackConfig, SlackSurface, build_slack_app, open_slack

__all__ = ["SlackConfig", "SlackSurface", "build_slack_app", "open_slack"]
