"""The catalogue: texts by name, a YAML file a language. What one lacks is told in English.

    rows:
      count: {one: "{n} row", other: "{n} rows"}     say("rows.count", n=2) → "2 rows"

A text with forms is told by the number `n`; which form that takes is CLDR's plural rule of the
language. Numbers among the values are written as the locale writes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml
from babel import Locale

from bot.texts.formats import number_text
from bot.texts.speaking import ENGLISH, spoken

Text = str | Mapping[str, str]


def say(name: str, /, **values: object) -> str:
    """The text `name` ("surface.text") in the language of the call, with `values` in their places.

    Raises KeyError for a name that English lacks too, or a value that the text wants and nobody
    gave: a bug of ours, which a test finds for every call there is.
    """
    language = spoken().language
    if name not in catalogue(language):
        language = ENGLISH.language
    text = catalogue(language)[name]
    if not isinstance(text, str):
        n = values["n"]
        assert isinstance(n, int)
        text = text.get(Locale.parse(language).plural_form(n), text["other"])
    shown = {
        key: number_text(value) if isinstance(value, int) else value
        for key, value in values.items()
    }
    return text.format(**shown)


def knows(name: str) -> bool:
    """Whether there is such a text."""
    return name in catalogue(ENGLISH.language)


@cache
def catalogue(language: str) -> Mapping[str, Text]:
    """Every text of a language by its full name."""
    path = Path(__file__).with_name(f"{language}.yml")
    surfaces = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        f"{surface}.{name}": text
        for surface, texts in surfaces.items()
        for name, text in texts.items()
    }
