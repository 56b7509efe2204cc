"""deploy/compose.yml as docker-compose reads it: valid, without a secret, healthy, limited."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import Settings
from tests.deploy.programs import compose

DEPLOY = Path(__file__).parents[2] / "deploy"
REQUIRED = {
    "DATABASE_URL": "postgresql://reader:r@db.example.org/tournament",
    "POSTGRES_PASSWORD": "postgres-given",
    "VALKEY_PASSWORD": "valkey-given",
    "GRAFANA_PASSWORD": "grafana-given",
}


ELSEWHERE = {
    "EVAL_DATABASE_URL": "for eval, which runs beside a working copy",
    "EVAL_ALONE_URL": "for eval, which runs beside a working copy",
    "HTTP_HOST": "the image's",
    "HTTP_PORT": "the image's",
}
"""Settings that the container is not given, and why."""
FIXED = {"OLLAMA_BASE_URL", "BOT_DATABASE_URL", "REDIS_URL", "SEMANTIC_MODEL"}
"""What the file itself knows: addresses of its services, and where it mounts the model."""


@cache
def services(*files: str) -> dict[str, Any]:
    """The services as docker-compose understands them with every required variable set."""
    return given_services(REQUIRED, *files)


def given_services(given: dict[str, str], *files: str) -> dict[str, Any]:
    """The services with these variables set."""
    options = [word for file in files for word in ("-f", str(DEPLOY / file))]
    found: dict[str, Any] = yaml.safe_load(compose(*options, "config", environment=given))
    return dict(found["services"])


def test_compose_accepts_the_file_and_its_parts_are_there() -> None:
    """Everything that the bot needs and that watches it is one command away."""
    assert set(services("compose.yml")) == {
        "bot",
        "ollama",
        "model",
        "postgres",
        "valkey",
        "backup",
        "prometheus",
        "grafana",
    }


@pytest.mark.parametrize("missing", sorted(REQUIRED))
def test_a_secret_that_is_not_given_is_asked_for_by_name(missing: str) -> None:
    """Nothing starts with an empty password; the message names the variable or its file."""
    given = {name: value for name, value in REQUIRED.items() if name != missing}
    with pytest.raises(RuntimeError, match=rf"{missing}.*example\.env"):
        compose("-f", DEPLOY / "compose.yml", "config", environment=given)


def test_no_file_holds_a_secret() -> None:
    """The example has every required name, all of them empty, and git ignores the filled copy."""
    lines = (DEPLOY / "example.env").read_text().splitlines()
    pairs = dict(line.split("=", 1) for line in lines if re.match(r"[A-Z_]+=", line))
    assert pairs.pop("COMPOSE_PROJECT_NAME") == "game-stats-bot"
    assert pairs == dict.fromkeys([*REQUIRED, "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"], "")
    assert ".env" in (DEPLOY.parent / ".gitignore").read_text().splitlines()


def test_every_service_has_limits_a_version_and_a_rule_for_restarts() -> None:
    """No service can take the machine, change under us, or stay down after a crash."""
    for name, service in services("compose.yml").items():
        assert {"cpus", "memory"} <= set(service["deploy"]["resources"]["limits"]), name
        assert re.search(r":\S*\d", service["image"]), name
        once = name == "model"
        assert service["restart"] == ("on-failure:10" if once else "unless-stopped"), name


def test_every_lasting_service_is_checked() -> None:
    """Docker knows of each whether it is well; the bot's check is in its image."""
    unchecked = {
        name for name, service in services("compose.yml").items() if "healthcheck" not in service
    }
    assert unchecked == {"bot", "model"}
    assert "HEALTHCHECK" in (DEPLOY.parent / "Dockerfile").read_text()


def test_nothing_listens_beyond_the_machine() -> None:
    """Published ports are on loopback: a proxy decides who reaches them."""
    for name, service in services("compose.yml").items():
        for port in service.get("ports", []):
            assert str(port).startswith("127.0.0.1:"), (name, port)


def test_ollama_keeps_one_model_a_day_for_four_questions_at_once() -> None:
    """The server's settings are those of the guide, and the bot sends as many at once."""
    found = services("compose.yml")
    environment = found["ollama"]["environment"]
    assert environment == {
        "OLLAMA_KEEP_ALIVE": "24h",
        "OLLAMA_NUM_PARALLEL": "4",
        "OLLAMA_MAX_LOADED_MODELS": "1",
    }
    bot = found["bot"]["environment"]
    assert bot["OLLAMA_NUM_PARALLEL"] == environment["OLLAMA_NUM_PARALLEL"]
    assert bot["OLLAMA_MODEL"] == found["model"]["environment"]["OLLAMA_MODEL"]


def test_every_setting_reaches_the_bot_under_its_own_name() -> None:
    """Socket Mode, HTTP, many workspaces and the API alike: what .env says, the bot is told."""
    known = {name.upper() for name in Settings.model_fields}
    assert set(services("compose.yml")["bot"]["environment"]) == known - ELSEWHERE.keys()
    given = {name: f"given-{name}" for name in known - ELSEWHERE.keys() - FIXED}
    told = given_services(REQUIRED | given, "compose.yml")["bot"]["environment"]
    assert {name: told[name] for name in given} == given


def test_a_setting_that_is_not_given_is_left_to_the_bot() -> None:
    """No default stands in two places, but for the few that the server and the bot must share."""
    told = services("compose.yml")["bot"]["environment"]
    shared = {"OLLAMA_MODEL", "OLLAMA_KEEP_ALIVE", "OLLAMA_NUM_PARALLEL"}
    assert {name for name, value in told.items() if value is not None} == (
        FIXED | shared | {"DATABASE_URL"}
    )


def test_a_semantic_model_of_ones_own_is_mounted() -> None:
    """SEMANTIC_MODEL names a file of this machine, and the bot reads it inside."""
    given = REQUIRED | {"SEMANTIC_MODEL": str(DEPLOY / "compose.yml")}
    bot = given_services(given, "compose.yml")["bot"]
    inside = bot["environment"]["SEMANTIC_MODEL"]
    assert bot["volumes"] == [f"{DEPLOY / 'compose.yml'}:{inside}:ro"]


def test_every_way_into_slack_is_in_the_example() -> None:
    """An operator need not look elsewhere for the name of a secret."""
    text = (DEPLOY / "example.env").read_text()
    named = set(re.findall(r"^(?:# )?([A-Z_]+)=", text, re.MULTILINE))
    secrets = {
        name.upper()
        for name, field in Settings.model_fields.items()
        if "Secret" in str(field.annotation)
    }
    assert secrets - ELSEWHERE.keys() - FIXED <= named


def test_the_gpu_file_adds_a_card_and_changes_nothing_else() -> None:
    """The override reserves one NVIDIA device for Ollama."""
    plain, card = services("compose.yml"), services("compose.yml", "compose.gpu.yml")
    resources = card["ollama"]["deploy"]["resources"]
    assert resources["reservations"]["devices"] == [
        {"driver": "nvidia", "count": 1, "capabilities": ["gpu"]}
    ]
    assert resources["limits"] == plain["ollama"]["deploy"]["resources"]["limits"]
    assert card.keys() == plain.keys()
    assert card["bot"] == plain["bot"]


def test_every_file_that_is_mounted_is_there() -> None:
    """Docker makes an empty folder of a path that is missing, and says nothing."""
    for name, service in services("compose.yml").items():
        for volume in service.get("volumes", []):
            source = str(volume).split(":")[0]
            if source.startswith(("/", ".")):
                assert Path(source).exists(), (name, source)
