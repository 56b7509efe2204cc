"""Making a prompt fit a language model's context before it is sent: nothing is cut in silence.

Which tables fit is `bot.answering.retrieval`'s; here what varies is held to what is left. The
examples that are least near to the question go first, and each that goes is logged.
"""

from __future__ import annotations

from dataclasses import replace

import structlog

from bot.llm import Prompt

log = structlog.get_logger()

_CHARACTERS = 3.3
# Characters a token at least. Qwen2.5-Coder's `prompt_eval_count` was 2,306 for 8,608 characters in
# 32 messages, which is 4.0; the rest is room for other tokenizers.

_TURN = 6  # tokens that a chat template puts around a message
_INSTRUCTIONS = 150  # tokens of a profile's own words


def tokens_in(*texts: str) -> int:
    """How many tokens the messages `texts` take at most; letters beyond ASCII count twice."""
    count = sum(len(text) for text in texts)
    wide = sum(not character.isascii() for text in texts for character in text)
    return int((count - wide) / _CHARACTERS) + 2 * wide + _TURN * len(texts)


def fitted(prompt: Prompt, tokens: int) -> Prompt:
    """`prompt` in at most `tokens`, with fewer near examples where it is too long."""
    while prompt.similar and _size(prompt) > tokens:
        log.info("example_left_out", question=prompt.similar[0][0], tokens=tokens)
        prompt = replace(prompt, similar=prompt.similar[1:])
    return prompt


def _size(prompt: Prompt) -> int:
    pairs = [*prompt.examples, *prompt.similar, prompt.failed or (), prompt.previous or ()]
    texts = (text for pair in pairs for text in pair)
    told = (prompt.schema, prompt.retrieved, *prompt.notes, prompt.question)
    return tokens_in(*texts, *told) + _INSTRUCTIONS
