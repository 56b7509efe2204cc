"""A small model file of three tables that tests bend, one fault at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

SMALL = """\
name: small
root: events
linked: [teams.name]
tables:
  events:
    source: tournaments
    soft_delete: deleted_at
    key: [id]
    columns:
      id: {type: uuid}
      slug: {type: text}
      name: {type: text}
      status: {type: text, samples: [published]}
      starts_at: {type: timestamptz, source: start_date}
      ends_at: {type: timestamptz, source: end_date}
  teams:
    description: one row per team
    source: teams
    parent: event_id
    key: [id]
    columns:
      id: {type: uuid}
      name: {type: text}
      event_id: {type: uuid, source: event_teams, references: events.id}
      event: {lookup: event_id.name}
      strength: {type: integer, expression: wins - losses}
      ground_id: {type: uuid, source: ground_teams, references: grounds.id}
      ground: {lookup: ground_id.name}
  grounds:
    source: grounds
    used_by: [teams.ground_id]
    key: [id]
    columns:
      id: {type: uuid}
      name: {type: text}
  strongest:
    key: [team]
    columns:
      team: {type: text}
      strength: {type: integer}
    sql: SELECT name AS team, strength FROM teams ORDER BY strength DESC LIMIT 1
examples:
  - question: Which teams are there?
    sql: SELECT name FROM teams
verified:
  - question: How many teams?
    also: [Number of teams]
    sql: SELECT count(*) FROM teams
"""


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., Path]:
    """Writes the small model, with `old` replaced by `new`, and gives its path."""

    def write(old: str = "", new: str = "") -> Path:
        assert old in SMALL
        path = tmp_path / "small.yml"
        path.write_text(SMALL.replace(old, new, 1) if old else SMALL)
        return path

    return write
