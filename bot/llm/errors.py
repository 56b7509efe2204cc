"""Every way in which a language model can fail to give SQL.

    LanguageModelError
    ├── ServerDownError           cannot be reached, or went away          model_down
    ├── ServerBusyError           takes no more, or the queue is too long  busy
    ├── AnswerTimedOutError       no answer within the time given          model_timed_out
    ├── ModelMissingError         not installed on the server              model_missing
    ├── ModelFailedError          the server reports a failure             model_down
    │   └── OutOfMemoryError      the model does not fit                   model_down
    ├── BadAnswerError            not what an Ollama server says           model_down
    ├── PromptTooLongError        does not fit num_ctx                     bug
    ├── RequestError              the server, or httpx, faults the request bug
    ├── NoSqlError                an answer without SQL                    not_sql
    └── NotAboutDataError         the model says: not about this data      not_about_data

Messages are for people. `translated` is the one place where foreign exceptions become these.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import httpx

from bot.domain import Code


class LanguageModelError(Exception):
    """A draft that did not come about. `retry_after` is in seconds, where waiting helps."""

    code: ClassVar[Code] = Code.BUG
    another_may_do: ClassVar[bool] = False
    """Whether another model of the same server may do better."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = retry_after


class ServerDownError(LanguageModelError):
    """The server cannot be reached, or the connection broke."""

    code = Code.MODEL_DOWN


class ServerBusyError(LanguageModelError):
    """The server, or the queue before it, takes no more for now."""

    code = Code.BUSY


class AnswerTimedOutError(LanguageModelError):
    """The model did not finish within the time that it was given."""

    code = Code.MODEL_TIMED_OUT
    another_may_do = True


class ModelMissingError(LanguageModelError):
    """The server does not have the model."""

    code = Code.MODEL_MISSING
    another_may_do = True


class ModelFailedError(LanguageModelError):
    """The server reports that it could not load or run the model."""

    code = Code.MODEL_DOWN
    another_may_do = True


class OutOfMemoryError(ModelFailedError):
    """The model needs more memory than the server's machine has free."""


class BadAnswerError(LanguageModelError):
    """Something answered, but not as an Ollama server does."""

    code = Code.MODEL_DOWN
    another_may_do = True


class PromptTooLongError(LanguageModelError):
    """The prompt does not fit num_ctx, so that the model would see only part of it."""


class RequestError(LanguageModelError):
    """The request itself is at fault: a bug of the bot, or a wrong setting."""

    another_may_do = True


class NoSqlError(LanguageModelError):
    """The model answered, but without a SQL statement."""

    code = Code.NOT_SQL


class NotAboutDataError(LanguageModelError):
    """The model says that the question is not about this data."""

    code = Code.NOT_ABOUT_DATA


# First match wins, so narrow classes stand before wide ones.
_FOREIGN: tuple[tuple[type[Exception], type[LanguageModelError], str], ...] = (
    (httpx.ConnectTimeout, ServerDownError, "does not answer at its address"),
    (httpx.PoolTimeout, ServerBusyError, "has no free connection"),
    (httpx.TimeoutException, AnswerTimedOutError, "did not answer in time"),
    (httpx.UnsupportedProtocol, RequestError, "has no http:// or https:// address"),
    (httpx.LocalProtocolError, RequestError, "was sent a malformed request"),
    (httpx.RemoteProtocolError, ServerDownError, "closed the connection before it had answered"),
    (httpx.TransportError, ServerDownError, "cannot be reached"),
    (httpx.RequestError, BadAnswerError, "answered in a way that cannot be read"),
    (httpx.HTTPStatusError, BadAnswerError, "answered with an unexpected status"),
    (httpx.HTTPError, BadAnswerError, "answered in a way that cannot be read"),
    (httpx.InvalidURL, RequestError, "has an address that is no URL"),
    (httpx.CookieConflict, BadAnswerError, "answered with conflicting cookies"),
    (httpx.StreamError, RequestError, "was read in a wrong order"),
    (json.JSONDecodeError, BadAnswerError, "answered with something that is not JSON"),
    (UnicodeDecodeError, BadAnswerError, "answered with something that is not text"),
)


@contextmanager
def translated(server: str) -> Iterator[None]:
    """Raise exceptions of httpx and json as LanguageModelError, naming `server`, its address."""
    try:
        yield
    except tuple(foreign for foreign, _, _ in _FOREIGN) as error:
        for foreign, ours, words in _FOREIGN:
            if isinstance(error, foreign):
                raise ours(f"The language model server at {server} {words}.") from error
        raise
