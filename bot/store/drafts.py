"""A draft as JSON text and back, for the cache and for questions that share one generation."""

from __future__ import annotations

import json
from dataclasses import asdict

from bot.domain import Dialect, Draft, Source


def draft_text(draft: Draft) -> str:
    """`draft` as it was written, as JSON; what was put right in it is of one question's events."""
    values = asdict(draft)
    del values["held"], values["doubt"]
    return json.dumps(values)


def draft_from(text: str | bytes) -> Draft | None:
    """The draft that `text` holds, or None for one that another version of the bot wrote."""
    try:
        values = json.loads(text)
        dialect, source = Dialect(values.pop("dialect")), Source(values.pop("source"))
        return Draft(dialect=dialect, source=source, **values)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
