"""A run on disk, a line a question, so that an interrupted one goes on where it stopped.

The first line says what was run; a file of another run is refused rather than mixed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.evaluation.cases import Case, CasesError
from bot.evaluation.verdicts import Judged, judged_from


@dataclass(frozen=True, slots=True)
class Saved:
    """A file that a run writes to. `about` is what makes it this run."""

    path: Path
    about: Mapping[str, Any]

    def read(self, cases: tuple[Case, ...]) -> dict[str, Judged]:
        """What was judged before, by id, of `cases` as they are now.

        Begins the file if it is missing. Raises CasesError if it holds another run.
        """
        if not self.path.exists():
            self.path.write_text(json.dumps(self.about) + "\n")
            return {}
        about, lines = read_lines(self.path)
        if about != self.about:
            raise CasesError(f"{self.path} holds another run ({about}). Name another file.")
        by_id = {case.id: case for case in cases}
        return {
            line["id"]: judged_from(by_id[line["id"]], line)
            for line in lines
            if line["id"] in by_id and by_id[line["id"]].question == line["question"]
        }

    def add(self, judged: Judged) -> None:
        """Write one more question."""
        with self.path.open("a") as file:
            file.write(json.dumps(judged.as_json()) + "\n")


def read_lines(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What a file of `--save` holds: about the run, and its questions. Raises CasesError."""
    try:
        about, *lines = whole_lines(path)
    except (OSError, ValueError) as error:
        raise CasesError(f"{path} is no saved run: {error}") from None
    return about, lines


def whole_lines(path: Path) -> list[dict[str, Any]]:
    """The JSON of each line. Raises OSError, ValueError.

    The last line may be half, since whoever wrote it was killed: it is taken off the file.
    """
    *lines, last = path.read_text().splitlines() or [""]
    found = [json.loads(line) for line in lines]
    try:
        return [*found, json.loads(last)]
    except ValueError:
        if not found:
            raise
        path.write_text("\n".join(lines) + "\n")
        return found
