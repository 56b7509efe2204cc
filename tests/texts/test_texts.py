"""The catalogue of texts: whole in every language, used in every line, and told by locale."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from bot.texts import (
    ENGLISH,
    LANGUAGES,
    Tongue,
    accepted,
    at_text,
    date_text,
    language_name,
    localised,
    named_language,
    say,
    short_date_text,
    speaking,
    spoken,
    tongue_in,
    tongue_of,
)
from bot.texts.catalogue import Text, catalogue

BOT = Path(__file__).parents[2] / "bot"

OWN_WORDS = ("reasons.", "finding.measure", "home.")
"""Texts that need not use all that English does: the guard speaks English, articles are English."""

WHEN = datetime(2026, 9, 5, 18, 5)  # noqa: DTZ001 - what a clock shows


def _forms(text: Text) -> list[str]:
    return [text] if isinstance(text, str) else list(text.values())


def _braces(form: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(form) if field is not None}


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_text_is_there_in_every_language_with_the_same_braces(language: str) -> None:
    """Nobody reads half an answer in another language, or a number that is missing."""
    english, other = catalogue("en"), catalogue(language)
    assert set(other) == set(english)
    for name, text in english.items():
        assert isinstance(text, str) == isinstance(other[name], str), name
        if name.startswith(OWN_WORDS):
            continue
        wanted = {frozenset(_braces(form)) for form in _forms(text)}
        assert {frozenset(_braces(form)) for form in _forms(other[name])} <= wanted, name
        for form in _forms(other[name]):
            assert form.strip() == form, name


@cache
def _calls() -> tuple[tuple[Path, ast.Call], ...]:
    trees = ((path, ast.parse(path.read_text())) for path in sorted(BOT.rglob("*.py")))
    return tuple(
        (path, node)
        for path, tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    )


def _said() -> Iterator[tuple[str, ast.Call]]:
    """Each call of say(): its text's name, or a pattern of it, and the call."""
    for path, call in _calls():
        if isinstance(call.func, ast.Name) and call.func.id == "say":
            name = call.args[0]
            if isinstance(name, ast.JoinedStr):
                parts = [
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+"
                    for part in name.values
                ]
                yield "".join(parts), call
            else:
                assert isinstance(name, ast.Constant), f"{path}: say() wants the name itself"
                yield re.escape(str(name.value)), call


def test_what_is_said_is_in_the_catalogue_with_its_values_and_nothing_else_is() -> None:
    """A misspelled name or a forgotten value would be a bug in front of a person."""
    used: set[str] = set()
    for pattern, call in _said():
        found = [name for name in catalogue("en") if re.fullmatch(pattern, name)]
        assert found, pattern
        used.update(found)
        if len(found) == 1 and all(keyword.arg for keyword in call.keywords):
            given = {str(keyword.arg) for keyword in call.keywords}
            text = catalogue("en")[found[0]]
            needs = {"n"} if not isinstance(text, str) else set()
            for form in _forms(text):
                assert _braces(form) <= given, found[0]
            assert needs <= given, found[0]
    assert set(catalogue("en")) == used


def test_forms_go_by_the_number_and_numbers_by_the_locale() -> None:
    """One is singular, and a thousand has the mark that its reader knows."""
    assert say("refusals.minutes", n=1) == "1 minute"
    assert say("refusals.minutes", n=1_234) == "1,234 minutes"
    with speaking("de-DE"):
        assert say("refusals.minutes", n=1) == "1 Minute"
        assert say("refusals.minutes", n=12_345) == "12.345 Minuten"
        assert localised("-12,345.60") == "-12.345,60"
    with speaking("es-ES"):
        assert say("refusals.minutes", n=1_000_000) == "1.000.000 minutos"
    with speaking("es-LA"):
        assert localised("12,345.6") == "12,345.6"


@pytest.mark.parametrize(
    ("locale", "day", "short", "at"),
    [
        ("", "5 Sept 2026", "5 Sept", "5 Sept 2026 18:05"),
        ("en-US", "Sep 5, 2026", "Sep 5", "Sep 5, 2026 6:05 PM"),
        ("de-DE", "05.09.2026", "5. Sept.", "05.09.2026 18:05"),
        ("es-ES", "5 sept 2026", "5 sept", "5 sept 2026 18:05"),
    ],
)
def test_dates_and_times_are_written_as_the_locale_writes_them(
    locale: str, day: str, short: str, at: str
) -> None:
    """The order of day and month is never left to guesses."""
    with speaking(locale):
        assert (date_text(WHEN), short_date_text(WHEN), at_text(WHEN)) == (day, short, at)


def test_locales_of_slack_and_browsers_are_understood() -> None:
    """What has no catalogue, or is no locale at all, is English with its own dates."""
    assert tongue_of("es-LA") == Tongue("es", "es_419")
    assert tongue_of("de-AT") == Tongue("de", "de_AT")
    assert tongue_of("en-US") == Tongue("en", "en_US")
    for other in ("fr-FR", "", "x", "de-", "../../en", "tlh-Latn-x"):
        assert tongue_of(other) == ENGLISH
    assert accepted("fr-CH, fr;q=0.9, de;q=0.7, en;q=0.8") == Tongue("en", "en")
    assert accepted("de-CH;q=0.5,es-MX") == Tongue("es", "es_MX")
    for header in ("", "*", "fr", "de;q=0", "de;q=high", ",;=,", "en-GB"):
        assert accepted(header) == ENGLISH


def test_a_language_is_chosen_by_its_code_or_any_of_its_names() -> None:
    """English by its code has the dates of whoever has chosen nothing."""
    for text, code in (("de", "de"), (" Deutsch ", "de"), ("GERMAN", "de"), ("alemán", "de")):
        assert named_language(text) == code
    assert named_language("Englisch") == "en"
    for text in ("", "fr", "klingon", "d"):
        assert named_language(text) == ""
    assert [tongue_in(code) for code in ("", "en", "fr")] == [ENGLISH] * 3
    assert tongue_in("es") == Tongue("es", "es")
    with speaking("es-ES"):
        assert language_name("de") == "alemán"


def test_a_block_in_another_language_ends_with_the_block() -> None:
    """The next question is not told in the language of the one before."""
    with speaking("de-DE"):
        assert say("stages.stop") == "Stopp"
    assert spoken() == ENGLISH
    assert say("stages.stop") == "Stop"


FOR_ADMINS = {
    *("admin", "digest_form", "digests", "home_deeds", "live", "models", "oauth", "oauth_pages"),
    *("render/admin", "render/digest", "render/digest_form", "render/help", "render/home"),
    *("render/models", "render/status"),
}
"""Files of bot/slack whose words are for admins, at least in part; these may be English."""

UNTRANSLATED = {
    "render/prompts": "the questions that a click asks, which the model is asked in English",
    "workspaces": "without a token nobody's language can be asked for",
    "picture": "names of fonts",
    "app": "what a health check says",
    "tenant": "what a bug says",
    "errors": "what Slack says",
    "render/chart": "words that ask for a chart",
}

_WORDS = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")


def _literals(tree: ast.Module) -> Iterator[str]:
    """Texts of a file that are no docstrings."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.value


def test_what_askers_read_is_in_the_catalogue_and_nowhere_else() -> None:
    """Two words beside each other in a file of theirs are a text that nobody would translate."""
    slack = BOT / "slack"
    files = {str(path.relative_to(slack).with_suffix("")): path for path in slack.rglob("*.py")}
    assert set(files) >= FOR_ADMINS | set(UNTRANSLATED)
    others = [path for name, path in files.items() if name not in FOR_ADMINS | set(UNTRANSLATED)]
    others += [BOT / name for name in ("answering/words.py", "llm/waiting.py", "http/render.py")]
    found = [
        f"{path.relative_to(BOT)}: {text}"
        for path in others
        for text in _literals(ast.parse(path.read_text()))
        if _WORDS.search(text)
    ]
    assert found == []
