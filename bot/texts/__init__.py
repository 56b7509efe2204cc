"""What people read, in their language: one YAML file a language, and numbers and dates by locale.

    with speaking("de-DE"):
        say("rows.count", n=1234)      "1.234 Zeilen"
        date_text(day)                 "21.11.2026"

The language of a call is a context variable, like the workspace of a call (`bot.slack.tenant`): it
is set once, where a question, a click or a request comes in, and each asyncio task begun there has
it. What nobody has set is English. A text that a language lacks is English too.
"""

from bot.texts.catalogue import knows, say
from bot.texts.formats import (
    at_text,
    clock_text,
    date_text,
    day_clock_text,
    localised,
    long_date_text,
    number_text,
    short_date_text,
)
from bot.texts.speaking import (
    ENGLISH,
    LANGUAGES,
    Tongue,
    accepted,
    enter,
    language_name,
    named_language,
    speaking,
    spoken,
    tongue_in,
    tongue_of,
)

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "Tongue",
    "accepted",
    "at_text",
    "clock_text",
    "date_text",
    "day_clock_text",
    "enter",
    "knows",
    "language_name",
    "localised",
    "long_date_text",
    "named_language",
    "number_text",
    "say",
    "short_date_text",
    "speaking",
    "spoken",
    "tongue_in",
    "tongue_of",
]
