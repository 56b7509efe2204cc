"""What people read in the browser while they install the bot: whole HTML pages, no script."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

from bot.store import Installation

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"

_STYLE = """
:root { color-scheme: light dark; font: 1.05rem/1.5 system-ui, sans-serif; }
body { max-width: 34rem; margin: 12vh auto; padding: 0 1.25rem; }
a.go { display: inline-block; padding: .6rem 1.2rem; border-radius: .5rem;
  background: #1d4d3c; color: #fff; text-decoration: none; font-weight: 600; }
a.go:focus-visible { outline: 3px solid #f0b429; outline-offset: 2px; }
"""


def _page(title: str, sentence: str, link: str = "", label: str = "") -> str:
    """A page of one thought; every text is escaped here."""
    button = f'<p><a class="go" href="{escape(link)}">{escape(label)}</a></p>' if link else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{escape(title)}</h1><p>{escape(sentence)}</p>{button}</main></body></html>"
    )


def _again(title: str, sentence: str) -> str:
    # Relative: both pages are in the same place, whatever is before them.
    return _page(title, sentence, "install", "Start again")


def install(address: str) -> str:
    """The page with the button that goes to `address`."""
    sentence = "Ask about your tournament in plain words, and get a table with its source."
    return _page("Game Stats for Slack", sentence, address, "Add to Slack")


def done(installation: Installation) -> str:
    """It worked."""
    there = urlencode({"app": installation.app, "team": installation.team})
    sentence = (
        f"Game Stats is in {installation.name}. Invite it to a channel, then an admin chooses the"
        " channel's events there with /stats-channel."
    )
    link = f"https://slack.com/app_redirect?{there}"
    return _page("Installed", sentence, link, "Open Slack")


CANCELLED = _again("Not installed", "You cancelled it in Slack. Nothing was changed.")
STALE = _again(
    "Not installed",
    "This link was used already, is older than ten minutes or was begun in another browser.",
)
REFUSED = _again("Not installed", "Slack did not accept this link any more.")
BUSY = _again(
    "Not installed", "Something that is needed does not answer right now. Try again in a minute."
)
ORGANISATION = _again(
    "Not installed",
    "This app is installed workspace by workspace, not for a whole organisation. Choose one"
    " workspace in Slack.",
)
ROTATION = _page(
    "Not installed",
    "This Slack app has token rotation, which the bot does not work with. Whoever runs the bot has"
    " to make an app without it.",
)
