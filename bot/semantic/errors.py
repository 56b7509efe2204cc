"""What goes wrong with a semantic model file.

SemanticModelError    a fault in the file, or between the file and the database; one clear line
"""

from __future__ import annotations

from pathlib import Path


class SemanticModelError(Exception):
    """A fault in a semantic model, as `file:line: what is wrong`. `line` counts from 1."""

    def __init__(self, path: Path, line: int, what: str) -> None:
        super().__init__(f"{path}:{line}: {what}")
        self.path = path
        self.line = line
        self.what = what
