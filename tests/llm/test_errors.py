"""Foreign exceptions become LanguageModelErrors, all of them."""

from __future__ import annotations

import inspect
import json

import httpx
import pytest

from bot.domain import Code, Kind
from bot.llm import errors

REQUEST = httpx.Request("GET", "http://localhost")


def _httpx_exceptions() -> list[type[Exception]]:
    found = [
        value
        for value in vars(httpx).values()
        if inspect.isclass(value) and issubclass(value, Exception)
    ]
    assert len(found) > 20
    return found


def _made(kind: type[Exception]) -> Exception:
    if kind is httpx.HTTPStatusError:
        return httpx.HTTPStatusError("x", request=REQUEST, response=httpx.Response(500))
    try:
        return kind("x")
    except TypeError:
        return kind()


@pytest.mark.parametrize("kind", _httpx_exceptions(), ids=lambda kind: kind.__name__)
def test_every_exception_of_httpx_is_translated(kind: type[Exception]) -> None:
    """No httpx exception leaves the room, whichever it is."""
    with pytest.raises(errors.LanguageModelError) as caught, errors.translated("http://here"):
        raise _made(kind)
    assert "http://here" in caught.value.message
    assert isinstance(caught.value.__cause__, kind)


def test_narrow_classes_stand_before_wide_ones() -> None:
    """A later row of the table can still match, as no earlier row is wider."""
    kinds = [kind for kind, _, _ in errors._FOREIGN]
    for index, kind in enumerate(kinds):
        assert not any(issubclass(kind, earlier) for earlier in kinds[:index])


def test_bad_json_is_translated() -> None:
    """JSON that cannot be read is the server's fault, so an outage."""
    with pytest.raises(errors.BadAnswerError), errors.translated("here"):
        json.loads("{")


def test_our_own_exceptions_pass() -> None:
    """What is no foreign exception is left as it is."""
    with pytest.raises(ZeroDivisionError), errors.translated("here"):
        raise ZeroDivisionError


def test_outage_refusal_and_bug_never_look_alike() -> None:
    """Each class has its own kind of code."""
    kinds = {
        errors.ServerDownError: Kind.OUTAGE,
        errors.ServerBusyError: Kind.OUTAGE,
        errors.AnswerTimedOutError: Kind.OUTAGE,
        errors.ModelMissingError: Kind.OUTAGE,
        errors.ModelFailedError: Kind.OUTAGE,
        errors.OutOfMemoryError: Kind.OUTAGE,
        errors.BadAnswerError: Kind.OUTAGE,
        errors.PromptTooLongError: Kind.BUG,
        errors.RequestError: Kind.BUG,
        errors.NoSqlError: Kind.REFUSAL,
        errors.NotAboutDataError: Kind.REFUSAL,
    }
    classes = {
        value
        for value in vars(errors).values()
        if inspect.isclass(value)
        and issubclass(value, errors.LanguageModelError)
        and value is not errors.LanguageModelError
    }
    assert set(kinds) == classes
    assert all(kind.code.kind is expected for kind, expected in kinds.items())
    assert errors.NotAboutDataError.code is Code.NOT_ABOUT_DATA
