"""The analytics API with JWT, health and metrics; Slack's request URL is mounted beside them.

`app.py` puts the routes together and `edge.py` stands around each; `token.py` and `keys.py` say who
asks, `body.py` and `contract.py` what, `analytics.py` answers, `render.py` and `stream.py` give the
answer its form.
"""

from bot.http.app import build_http
from bot.http.health import Check, Health, Life
from bot.http.keys import Fetch, Keys
from bot.http.token import SECRET_BYTES, TokenRules

__all__ = [
    "SECRET_BYTES",
    "Check",
    "Fetch",
    "Health",
    "Keys",
    "Life",
    "TokenRules",
    "build_http",
]
