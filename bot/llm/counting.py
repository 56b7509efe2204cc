"""Whether a prompt fits: counted before it is sent, and compared with what the server counted.

Tokens are estimated from characters, by what the same model's earlier prompts came to (their
`prompt_eval_count`, which is the whole prompt's in current servers, cached or not; very old ones
count only what was not in the cache). A prompt that does not fit loses the examples nearest to
the question, farthest first, and is refused if that is not enough: never cut in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import structlog

from bot.llm.profiles import Prompt
from bot.llm.protocol import ModelRequest, too_long

log = structlog.get_logger(__name__)

GUESS = 1 / 3
"""Tokens a character of schema and SQL, before a model has counted any."""

_LONG = 1_000  # shorter prompts say more of the template than of the text
_WHOLE = 0.6  # of the estimate; what counts less was cut, or not counted as a whole
_LEAST_ANSWER = 32  # tokens


@dataclass(slots=True)
class Counts:
    """Tokens a character, by model."""

    _density: dict[str, float] = field(default_factory=dict)

    def estimate(self, request: ModelRequest) -> int:
        """About how many tokens the prompt of `request` is."""
        return round(characters(request) * self._density.get(request.model, GUESS))

    def fitted(self, build: Callable[[Prompt], ModelRequest], prompt: Prompt) -> ModelRequest:
        """The request for `prompt`, with as many near examples as leave room for an answer.

        Raises PromptTooLongError if it cannot fit, by the counts of earlier prompts; before there
        are any the server is left to say so.
        """
        request = build(prompt)
        options = request.body["options"]
        room = options["num_ctx"] - options["num_predict"]
        while self.estimate(request) > room and prompt.similar:
            prompt = replace(prompt, similar=prompt.similar[1:])
            request = build(prompt)
            log.info("example_left_out", model=request.model, left=len(prompt.similar))
        tokens, most = self.estimate(request), options["num_ctx"] - _LEAST_ANSWER
        if tokens > most and request.model in self._density:
            raise too_long(f"about {tokens} tokens, num_ctx {options['num_ctx']}")
        return request

    def compare(self, request: ModelRequest, counted: int) -> None:
        """Learn from what the server counted; 0 says nothing.

        Raises PromptTooLongError where it was far less than sent, and that did not fit.
        """
        length, expected = characters(request), self.estimate(request)
        if not counted or length < _LONG:
            return
        if counted >= _WHOLE * expected:
            self._density[request.model] = counted / length
        elif expected > request.body["options"]["num_ctx"]:
            raise too_long(f"about {expected} tokens sent, {counted} read")
        else:
            log.warning("prompt_counted_low", model=request.model, sent=expected, counted=counted)


def characters(request: ModelRequest) -> int:
    """The length of all texts of a request."""
    body = request.body
    texts = [each["content"] for each in body.get("messages", ())]
    return sum(map(len, [*texts, body.get("system", ""), body.get("prompt", "")]))
