"""The analytics API with JWT, health and metrics; Slack's request URL is mounted beside them.

`app.py` puts the routes together, `token.py` says who asks, `analytics.py` answers.
"""

from bot.http.app import build_http
from bot.http.token import TokenRules

__all__ = ["TokenRules", "build_http"]
