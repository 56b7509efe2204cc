"""Which language model on which server: an ordered list, as settings and admins write it.

    "sqlcoder:7b, qwen2.5-coder:7b@http://other:11434"

A name without an address is on the first server. Model names hold no "@" followed by http.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_ADDRESS = re.compile(r"@(?=https?://)")


@dataclass(frozen=True, slots=True)
class Route:
    """A model and the address (without a slash at its end) of the server to ask it on."""

    model: str
    address: str


def read_routes(names: Sequence[str], first: str) -> tuple[Route, ...]:
    """Routes in the order of `names`, each once; `first` is the first server's address."""
    routes = []
    for name in names:
        model, *address = _ADDRESS.split(name.strip(), maxsplit=1)
        if model:
            routes.append(Route(model, (address[0] if address else first).rstrip("/")))
    return tuple(dict.fromkeys(routes))


def listed(text: str) -> tuple[str, ...]:
    """The names in a comma-separated list."""
    return tuple(name.strip() for name in text.split(",") if name.strip())
