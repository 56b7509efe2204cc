"""Rows on their way into the database: a list of tuples per table, in an order that keys allow."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from uuid import UUID

from bot.demo.sample.rosters import new_id

_STAMPS = ("created_at", "updated_at", "deleted_at")

_OWN: Mapping[str, str] = {
    "worlds": "name slug description",
    "continents": "name slug description world_id",
    "countries": "name slug code description continent_id",
    "disciplines": "name slug description rules_pdf_url country_disciplines",
    "locations": "name slug address city latitude longitude description country_locations",
    "fields": "name capacity surface_type metadata location_fields",
    "events": "name slug year start_date end_date status description settings categories"
    " teams_count games_count discipline_events location_events",
    "division_pools": "name division_type max_teams ranking_criteria description"
    " event_division_pools",
    "game_rounds": "name round_type round_number start_date end_date event_game_rounds",
    "teams": "name initial_seed final_placement metadata division_pool_teams location_teams",
    "players": "name email gender date_of_birth jersey_number is_captain is_spirit_captain"
    " metadata team_players",
    "users": "email password_hash name role is_active last_login_at",
    "games": "name scheduled_time actual_start_time actual_end_time allocated_time_minutes"
    " stoppage_time_seconds status home_team_score away_team_score first_pull_by version metadata"
    " division_pool_games field_games game_round_games team_home_games team_away_games"
    " user_officiated_games",
    "scorings": "goals assists blocks turns version game_scores player_scores",
    "game_events": "event_type minute second description metadata game_game_events"
    " player_game_events",
    "spirit_scores": "rules_knowledge fouls_body_contact fair_mindedness attitude communication"
    " comments game_spirit_scores team_spirit_scores_given team_spirit_scores_received"
    " user_submitted_spirit_scores",
    "mvp_nominations": "category player_mvp_nominations spirit_score_mvp_nominations",
    "spirit_nominations": "category player_spirit_nominations spirit_score_spirit_nominations",
    "event_reconciliations": "reconciled_at reconciled_by status comments event_reconciliations",
    "audit_logs": "created_at action entity_type entity_id user_id changes ip_address",
    "analytic_searches": "question user_id",
    "analytics_embeddings": "content embedding",
}

_UNSTAMPED = frozenset({"mvp_nominations", "spirit_nominations", "audit_logs"})

COLUMNS: Mapping[str, tuple[str, ...]] = {
    table: ("id", *(() if table in _UNSTAMPED else _STAMPS), *own.split())
    for table, own in _OWN.items()
}
"""Every table with the columns that the sample fills; the others are null or have a default."""


@dataclass(slots=True)
class Rows:
    """Collects rows. `made_at` is their created_at; `random` gives their ids."""

    random: Random
    made_at: datetime
    tables: dict[str, list[tuple[object, ...]]] = field(default_factory=dict)

    def add(self, table: str, **values: object) -> UUID:
        """Add a row and give its id, a new one unless there is an `id`.

        Columns not named are null; mappings and lists become JSON. Raises ValueError for a
        column that the table does not have.
        """
        unknown = values.keys() - set(COLUMNS[table])
        if unknown:
            raise ValueError(f"{table} has no {sorted(unknown)}")
        made = values.get("id") or new_id(self.random)
        assert isinstance(made, UUID)
        row = {"created_at": self.made_at, "updated_at": self.made_at, **values, "id": made}
        self.tables.setdefault(table, []).append(
            tuple(_plain(row.get(column)) for column in COLUMNS[table])
        )
        return made

    def in_order(self) -> Iterable[tuple[str, list[tuple[object, ...]]]]:
        """Tables with rows, each after those that it refers to."""
        return [(table, self.tables[table]) for table in COLUMNS if table in self.tables]


def _plain(value: object) -> object:
    return json.dumps(value) if isinstance(value, dict | list) else value
