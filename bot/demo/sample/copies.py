"""What `eval` judges on beside the sample: the same tournaments played again, and each one alone.

On the second copy a lucky constant is wrong; beside nothing else a leak shows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.demo.sample.database import READER, open_sample
from bot.demo.sample.spec import SampleSpec
from bot.demo.servers import Servers
from bot.semantic import SemanticModel

_AGAIN = "tournament_again"
_ALONE = "tournament_alone"


@dataclass(frozen=True, slots=True)
class Copies:
    """Their readers' URLs; `{event}` in `alone_url` is an event's slug with _ for -."""

    again_url: str
    alone_url: str


def copies_of(servers: Servers) -> Copies:
    """Where the copies are, or will be."""
    return Copies(
        servers.postgres_url(_AGAIN, READER), servers.postgres_url(f"{_ALONE}_{{event}}", READER)
    )


async def open_copies(servers: Servers, spec: SampleSpec, model: SemanticModel) -> Copies:
    """Make the copies of the sample where they are missing. Raises SampleError."""
    again = replace(spec, luck=spec.luck + 1)
    sample = await open_sample(servers, again, model, database=_AGAIN)
    for number, event in zip(spec.numbers, sample.events, strict=True):
        name = f"{_ALONE}_{event.slug.replace('-', '_')}"
        await open_sample(servers, replace(spec, only=(number,)), model, database=name)
    return copies_of(servers)
