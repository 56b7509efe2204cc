"""Rows that all events share: countries, disciplines, locations with their fields, users.

They come out of the seed alone, so that they are the same whichever events are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from bot.demo.sample.names import CITIES, person_name
from bot.demo.sample.rows import Rows
from bot.demo.sample.schedule import FIELDS

_COUNTRIES = (("Norlund", "nl-x"), ("Sudmark", "sm-x"), ("Ostravia", "ov-x"), ("Westria", "we-x"))
_ROLES = ("admin", "event_manager", "team_manager", "scorekeeper", "spectator")
_LOCATIONS, _USERS = 12, 40


@dataclass(frozen=True, slots=True)
class Shared:
    """Ids that events refer to. `fields` belong to the location of the same index."""

    disciplines: tuple[UUID, ...]
    locations: tuple[UUID, ...]
    fields: tuple[tuple[UUID, ...], ...]
    users: tuple[UUID, ...]


def make_shared(random: Random, rows: Rows) -> Shared:
    """Add the shared rows."""
    world = rows.add("worlds", name="Terra", slug="terra")
    continents = [
        rows.add("continents", name=name, slug=name.lower(), world_id=world)
        for name in ("Borealis", "Australis")
    ]
    countries = [
        rows.add("countries", name=name, slug=name.lower(), code=code, continent_id=continent)
        for (name, code), continent in zip(_COUNTRIES, continents * 2, strict=True)
    ]
    disciplines = tuple(
        rows.add("disciplines", name=name, slug=name.lower(), country_disciplines=countries[0])
        for name in ("Grass", "Beach", "Indoor")
    )
    locations = [_location(random, rows, index, countries) for index in range(_LOCATIONS)]
    _deleted_place(rows, countries[0])
    users = tuple(_user(random, rows, index) for index in range(_USERS))
    rows.add("analytic_searches", question="top scorers", user_id=users[0])
    rows.add("analytics_embeddings", content="top scorers", embedding=[0.1, 0.2])
    return Shared(disciplines, tuple(id_ for id_, _ in locations), _all(locations), users)


def _all(locations: list[tuple[UUID, tuple[UUID, ...]]]) -> tuple[tuple[UUID, ...], ...]:
    return tuple(fields for _, fields in locations)


def _location(
    random: Random, rows: Rows, index: int, countries: list[UUID]
) -> tuple[UUID, tuple[UUID, ...]]:
    city = CITIES[index * 5 % len(CITIES)]
    kind = random.choice(("Park", "Sports Ground", "Meadows", "Fields"))
    location = rows.add(
        "locations",
        name=f"{city} {kind}",
        slug=f"{city}-{kind}".lower().replace(" ", "-"),
        address=f"{random.randrange(1, 200)} Orchard Road",
        city=city,
        latitude=round(random.uniform(-60, 60), 5),
        longitude=round(random.uniform(-170, 170), 5),
        country_locations=countries[index % len(countries)],
    )
    fields = tuple(
        rows.add(
            "fields",
            name=f"Field {number}",
            capacity=random.choice((None, 100, 200, 500)),
            surface_type=random.choice(("grass", "grass", "turf")),
            metadata={"lights": number <= 2},
            location_fields=location,
        )
        for number in range(1, FIELDS + 1)
    )
    return location, fields


def _deleted_place(rows: Rows, country: UUID) -> None:
    gone = rows.made_at
    place = rows.add(
        "locations",
        name="Flooded Meadow",
        slug="flooded-meadow",
        city="Ashford",
        country_locations=country,
        deleted_at=gone,
    )
    rows.add("fields", name="Field 99", location_fields=place, deleted_at=gone)
    rows.add(
        "disciplines", name="Dodge", slug="dodge", country_disciplines=country, deleted_at=gone
    )


def _user(random: Random, rows: Rows, index: int) -> UUID:
    name = person_name(random, random.choice(("female", "male")))
    return rows.add(
        "users",
        email=f"{name.lower().replace(' ', '.')}.{index}@example.org",
        # Shaped like a hash, and the hash of nothing.
        password_hash=f"$2b$12${random.getrandbits(264):066x}",
        name=name,
        role=_ROLES[min(index, random.randrange(len(_ROLES)))],
        is_active=index % 9 != 8,
        last_login_at=rows.made_at + timedelta(hours=random.randrange(2_000)),
        deleted_at=rows.made_at if index == _USERS - 1 else None,
    )


def made_at(today: datetime) -> datetime:
    """When the shared rows were made: long before anything is played."""
    return today - timedelta(days=400)
