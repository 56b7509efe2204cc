"""What can be read at one place of a statement, with what `bot.guard.growth` knows of it.

Coarser than `bot.guard.scope`, which decides what a name means: here a name may mean too much and
so count too much, never too little.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Output:
    """Columns as their readers know them: the copies in one value, and the tame columns by name.

    `tame` is None where every column is: a table of the semantic model. `names` are in order,
    None among them for one that cannot be told.
    """

    copies: float = 1
    names: tuple[str | None, ...] = ()
    tame: frozenset[str] | None = frozenset()


TABLE = Output(tame=None)


@dataclass(slots=True)
class Place:
    """What can be read at one place: sources by name, WITHs, and the place around."""

    ctes: Mapping[str, Output]
    outer: Place | None
    seen: dict[int, Output]  # each query once: else the time doubles with every nesting
    spelled: frozenset[int]  # what reads a number from a text (`bot.guard.digits`)
    sources: dict[str, Output] = field(default_factory=dict)

    @property
    def copies(self) -> float:
        """The copies in a column read here."""
        here = max((source.copies for source in self.sources.values()), default=1)
        return max(here, self.outer.copies if self.outer else 1)

    def is_tame(self, qualifier: tuple[str, ...], name: str) -> bool:
        """Whether every column that the name may mean is tame."""
        if qualifier:
            found = self.sources.get(qualifier[-1])
            if found is None:
                return bool(self.outer and self.outer.is_tame(qualifier, name))
            return found.tame is None or name in found.tame
        made = [source for source in self.sources.values() if source.tame is not None]
        naming = [source for source in made if name in source.names or None in source.names]
        if naming:
            return all(name in (source.tame or ()) for source in naming)
        if len(made) < len(self.sources):
            return True
        return bool(self.outer and self.outer.is_tame(qualifier, name))


def is_tame_in(output: Output, name: str) -> bool:
    """Whether the column `name` of `output` is tame."""
    return output.tame is None or name in output.tame


def renamed_output(output: Output, names: tuple[str, ...]) -> Output:
    """`output` with `names` in place of its first ones."""
    if not names:
        return output
    if output.tame is None:
        return Output(output.copies, (*names, None))
    kept = {new for new, old in zip(names, output.names, strict=False) if old in output.tame}
    rest = output.names[len(names) :]
    kept |= {name for name in rest if name in output.tame}
    return Output(output.copies, (*names, *rest), frozenset(kept - {None}))
