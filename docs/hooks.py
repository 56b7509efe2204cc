"""What mkdocs runs while it builds: the page of settings is made from `.env.example`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

EXAMPLE = Path(__file__).parents[1] / ".env.example"


def on_page_markdown(markdown: str, **_rest: Any) -> str:
    """Put the table where a page asks for it."""
    if "{{ settings }}" not in markdown:
        return markdown
    return markdown.replace("{{ settings }}", settings(EXAMPLE.read_text(encoding="utf-8")))


def settings(example: str) -> str:
    """A heading and a table for each paragraph of `.env.example`."""
    lines: list[str] = []
    for line in example.splitlines()[1:]:
        if line.startswith("# "):
            lines += ["", f"## {line[2:]}", "", "| variable | default | |", "|---|---|---|"]
        elif found := re.match(r"([A-Z_]+)=([^#]*)(?:#\s*(.*))?$", line):
            name, value, note = found.groups()
            shown = f"`{value.strip()}`" if value.strip() else ""
            lines.append(f"| `{name}` | {shown} | {(note or '').replace('|', '&#124;')} |")
        elif line:
            raise ValueError(f".env.example: {line!r} is neither a heading nor a setting")
    return "\n".join(lines)
