"""Rules, dashboard and runbook fit each other and the bot, shown by Prometheus' own programs."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml

from bot.demo.child import child
from bot.demo.servers.process import free_port
from bot.metrics import new_metrics
from tests.deploy.programs import prometheus
from tests.plugins.office import Office

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy" / "prometheus" / "rules.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "dashboards" / "game-stats-bot.json"
NAME = re.compile(r"\b(?:gamestats_bot_|ollama_)[a-z_]+")


def queries() -> Iterator[tuple[str, str]]:
    """Each query of the dashboard with its panel's title."""
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]


def alerts() -> dict[str, str]:
    """Each alert's expression."""
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return {rule["alert"]: rule["expr"] for group in groups for rule in group["rules"]}


def named(text: str) -> set[str]:
    """The bot's metrics in a query, without what Prometheus adds to their names."""
    return {re.sub(r"_(bucket|sum|count|total)$", "", name) for name in NAME.findall(text)}


def measured() -> set[str]:
    """The bot's metrics by name."""
    return {family.name for family in new_metrics().registry.collect()}


def test_promtool_accepts_the_rules_and_they_fire_when_they_should(tmp_path: Path) -> None:
    """The rules are valid, and series written for them raise and do not raise the alerts."""
    for file in (RULES, Path(__file__).with_name("rules_test.yml")):
        shutil.copy(file, tmp_path)
    for command in (["check", "rules", "rules.yml"], ["test", "rules", "rules_test.yml"]):
        done = subprocess.run(
            [prometheus("promtool"), *command],
            cwd=tmp_path,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_accepts_composes_configuration() -> None:
    """What compose mounts is a configuration that Prometheus takes."""
    done = subprocess.run(
        [prometheus("promtool"), "check", "config", RULES.with_name("prometheus.yml")],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_operators_rules_are_the_same() -> None:
    """A cluster and a machine with compose are told of the same things."""
    path = ROOT / "deploy" / "kubernetes" / "components" / "monitoring" / "rules.yaml"
    operators = yaml.safe_load(path.read_text())
    assert operators["kind"] == "PrometheusRule"
    assert operators["spec"] == yaml.safe_load(RULES.read_text())


def test_every_alert_has_its_section_in_the_runbook_and_no_section_is_left() -> None:
    """Symptom, what to look at and what to do stand under each alert's name."""
    text = (ROOT / "docs" / "runbook.md").read_text()
    pieces = re.split(r"^## (.*)\n", text, flags=re.MULTILINE)[1:]
    sections = dict(zip(pieces[::2], pieces[1::2], strict=True))
    assert sections.keys() == alerts().keys()
    for name, section in sections.items():
        for part in ("**Symptom**", "**Look at**", "**Do**"):
            assert part in section, name


def test_alerts_and_panels_name_metrics_that_the_bot_has() -> None:
    """A renamed metric cannot leave a silent alert or an empty panel behind."""
    expressions = [*alerts().values(), *(query for _, query in queries())]
    assert set().union(*map(named, expressions)) <= measured()


def test_the_dashboard_shows_every_metric() -> None:
    """Nothing is measured that an operator would have to know of to see."""
    assert set().union(*(named(query) for _, query in queries())) == measured()


async def test_every_panel_shows_data_of_a_real_bot(office: Office, tmp_path: Path) -> None:
    """Prometheus scrapes a bot that answers; each of the dashboard's queries gives numbers."""
    office.ollama.answers["secret"] = "SELECT email FROM players"
    office.environment["RATE_LIMIT"] = "1000/hour"
    port = free_port()
    config = {
        "global": {"scrape_interval": "1s"},
        "rule_files": [str(RULES)],
        "scrape_configs": [
            {
                "job_name": "game-stats-bot",
                "static_configs": [{"targets": [f"127.0.0.1:{office.environment['HTTP_PORT']}"]}],
            }
        ],
    }
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(config))
    command = [
        prometheus(),
        f"--config.file={tmp_path / 'prometheus.yml'}",
        f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    asked = ("the first three teams", "top 5 scorers", "secret")
    empty = dict.fromkeys(queries())
    async with (
        child(command, tmp_path / "prometheus.log", {}),
        office.bot(),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        for number in range(60):
            if not empty:
                break
            for words in asked:
                office.workspace.post("sam", "spring-classic", f"@Game Stats {words} {number}")
            await asyncio.sleep(1)
            for panel, query in list(empty):
                if await _gives_numbers(client, query.replace("$__rate_interval", "1m")):
                    del empty[panel, query]
        alerting = (await client.get("/api/v1/alerts")).json()["data"]["alerts"]
    assert list(empty) == []
    assert "BotDown" not in {alert["labels"]["alertname"] for alert in alerting}


async def _gives_numbers(client: httpx.AsyncClient, query: str) -> bool:
    try:
        answer = await client.get("/api/v1/query", params={"query": query})
    except httpx.TransportError:  # it is still starting
        return False
    if answer.status_code == 503:
        return False
    assert answer.status_code == 200, answer.text
    return any(
        not math.isnan(float(series["value"][1])) for series in answer.json()["data"]["result"]
    )


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback is reached directly."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


async def test_a_worker_is_ready_without_a_socket_of_its_own_and_without_a_model(
    office: Office,
) -> None:
    """Only who listens is asked about the socket, and a model that is down is told by name."""
    office.environment["OLLAMA_BASE_URL"] = "http://127.0.0.1:9"
    command = [sys.executable, "-m", "bot.cli", "worker"]
    address = f"http://127.0.0.1:{office.environment['HTTP_PORT']}/readyz"
    async with (
        child(command, office.log, office.environment),
        httpx.AsyncClient() as client,
        asyncio.timeout(60),
    ):
        answer = None
        while answer is None or answer.status_code != 200:
            await asyncio.sleep(0.1)
            with contextlib.suppress(httpx.TransportError):
                answer = await client.get(address)
    said = answer.json()
    assert "slack" not in said["checks"]
    assert said["status"] == "degraded"
    assert said["checks"]["language model"]["state"] != "ok"
