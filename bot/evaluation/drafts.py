"""What language models answered, kept on disk: the same request is answered from there.

So a run with one part switched off asks the model only what that part changes, and two runs differ
by the part and not by sampling. A request is a model, its options and the whole prompt.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.evaluation.cases import CasesError
from bot.evaluation.saved import whole_lines
from bot.llm.protocol import Completion, ModelRequest, Usage


@dataclass(slots=True)
class Drafts:
    """Answers by request, and in which file; `given` counts those that no model was asked for."""

    path: Path
    given: int = 0
    _known: dict[str, Completion] = field(default_factory=dict)

    def get(self, request: ModelRequest) -> Completion | None:
        """What was answered before; its tokens are told, its seconds are not."""
        known = self._known.get(_key(request))
        self.given += known is not None
        return known

    def put(self, request: ModelRequest, completion: Completion) -> None:
        """Write one more answer."""
        key = _key(request)
        line = {
            "request": key,
            "model": request.model,
            "text": completion.text,
            "done_reason": completion.done_reason,
            "prompt_tokens": completion.usage.prompt_tokens,
            "answer_tokens": completion.usage.answer_tokens,
        }
        with self.path.open("a") as file:
            file.write(json.dumps(line) + "\n")
        self._known[key] = _completion(line)


def read_drafts(path: Path) -> Drafts:
    """What the file holds, which may be missing. Raises CasesError if it is no such file."""
    try:
        lines = whole_lines(path) if path.exists() else []
        return Drafts(path, _known={line["request"]: _completion(line) for line in lines})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CasesError(f"{path} holds no drafts: {error!r}") from None


def _key(request: ModelRequest) -> str:
    # How long a model stays in memory changes nothing that it says.
    body = {name: value for name, value in request.body.items() if name != "keep_alive"}
    return hashlib.sha256(json.dumps([request.path, body], sort_keys=True).encode()).hexdigest()


def _completion(line: dict[str, Any]) -> Completion:
    usage = Usage(prompt_tokens=line["prompt_tokens"], answer_tokens=line["answer_tokens"])
    return Completion(line["text"], usage, line["done_reason"])
