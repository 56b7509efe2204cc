"""What an Ollama server says while it fetches a model (/api/pull), as one progress over all parts.

A pull is lines with a status; those of a part carry its digest, total and completed bytes. An
unknown name comes as {"error": …} in the stream. (docs/api.md of Ollama, "Pull a model".)
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from bot.llm.errors import LanguageModelError, ModelFailedError, ModelMissingError
from bot.llm.protocol import read_object


@dataclass(frozen=True, slots=True)
class Pulled:
    """How far a pull is: bytes of the parts that are known by now."""

    status: str
    done: int = 0
    total: int = 0

    @property
    def finished(self) -> bool:
        """Whether the model is there."""
        return self.status == "success"


@dataclass(slots=True)
class Pull:
    """The pull of `model`, line by line."""

    model: str
    _parts: dict[str, tuple[int, int]] = field(default_factory=dict)

    def read(self, line: str) -> Pulled:
        """Take a line. Raises LanguageModelError where it reports a failure."""
        said = read_object(json.loads(line))
        if "error" in said:
            raise self.failure(str(said["error"]))
        digest, total = said.get("digest"), said.get("total")
        if isinstance(digest, str) and isinstance(total, int):
            done = said.get("completed")
            self._parts[digest] = (done if isinstance(done, int) else 0, total)
        return Pulled(
            status=str(said.get("status", "")),
            done=sum(done for done, _ in self._parts.values()),
            total=sum(total for _, total in self._parts.values()),
        )

    def failure(self, said: str) -> LanguageModelError:
        """What the server's words mean."""
        if "file does not exist" in said or "not found" in said:
            return ModelMissingError(f"There is no model called {self.model} to fetch.")
        return ModelFailedError(f"{self.model} could not be fetched: {said[:200]}")
