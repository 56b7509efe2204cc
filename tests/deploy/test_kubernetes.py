"""What kustomize makes of deploy/kubernetes: valid for the API server, locked down, complete."""

from __future__ import annotations

import itertools
import json
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from bot.settings import Settings
from tests.deploy.programs import operator_schemas, wheel

ROOT = Path(__file__).parents[2]
KUBERNETES = ROOT / "deploy" / "kubernetes"
OVERLAYS = ("cpu", "gpu", "demo", "replicas")
PRODUCTION = ("cpu", "gpu", "replicas")

Document = dict[str, Any]


@cache
def built(overlay: str) -> tuple[Document, ...]:
    """Every document of an overlay, as `kubectl apply -k` would send it."""
    done = subprocess.run(
        [wheel("kubectl"), "kustomize", KUBERNETES / "overlays" / overlay],
        check=False,
        capture_output=True,
        text=True,
    )
    # kustomize warns of what will go away.
    assert (done.returncode, done.stderr) == (0, "")
    return tuple(yaml.safe_load_all(done.stdout))


def one(overlay: str, kind: str, name: str) -> Document:
    """The document of this kind and name; a generated name without its hash."""
    found = [
        each
        for each in built(overlay)
        if each["kind"] == kind and each["metadata"]["name"].startswith(name)
    ]
    assert len(found) == 1, (kind, name, [each["metadata"]["name"] for each in found])
    return found[0]


def pods(overlay: str) -> Iterator[tuple[str, Document]]:
    """The name and the specification of each pod that an overlay makes."""
    for each in built(overlay):
        spec = each.get("spec", {})
        template = spec.get("jobTemplate", {}).get("spec", spec).get("template")
        if template:
            yield f"{each['kind']}/{each['metadata']['name']}", template["spec"]


def containers(pod: Document) -> list[Document]:
    """All containers of a pod."""
    return [*pod["containers"], *pod.get("initContainers", [])]


def test_each_document_is_valid_for_the_api_server() -> None:
    """No unknown field, no wrong type, by the schemas of the newest Kubernetes that we know of.

    Those kinds that the Prometheus operator brings are held against its own schemas.
    """
    distinct = {json.dumps(each): each for overlay in OVERLAYS for each in built(overlay)}
    assert set(operator_schemas()) < {document["kind"] for document in distinct.values()}
    for document in distinct.values():
        if document["kind"] in operator_schemas():
            hold(document)
        else:
            kubernetes_validate.validate(document, "1.37", strict=True)


@pytest.mark.parametrize(
    "fault",
    [
        {"jobLable": "x"},
        {"endpoints": [{"intervall": "15s"}]},
        {"endpoints": [{"interval": "soon"}]},
    ],
)
def test_the_operators_schemas_find_a_misspelt_field(fault: Document) -> None:
    """A field that the operator does not know is found, at any depth."""
    document = one("cpu", "ServiceMonitor", "game-stats-bot")
    with pytest.raises(jsonschema.ValidationError):
        hold({**document, "spec": document["spec"] | fault})


def hold(document: Document) -> None:
    """Hold a document against the operator's schema of its kind."""
    jsonschema.Draft202012Validator(operator_schemas()[document["kind"]]).validate(document)


def test_the_template_of_the_secret_is_valid_and_holds_no_value() -> None:
    """An operator's values are never in a file of ours."""
    secrets = list(yaml.safe_load_all((KUBERNETES / "secret.template.yaml").read_text()))
    for secret in secrets:
        kubernetes_validate.validate(secret, "1.37", strict=True)
        assert set(secret["stringData"].values()) == {""}
    known = {name.upper(): field for name, field in Settings.model_fields.items()}
    secret = {name for name, field in known.items() if "Secret" in str(field.annotation)}
    for_eval = {"EVAL_DATABASE_URL", "EVAL_ALONE_URL"}
    # With a secret stand what is filled in with it: an app's id, and where people reach it.
    assert set(secrets[0]["stringData"]) == secret - for_eval | {"SLACK_CLIENT_ID", "PUBLIC_URL"}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_no_overlay_makes_a_secret(overlay: str) -> None:
    """`kubectl apply -k` cannot overwrite the operator's secret with an empty one."""
    assert not [each for each in built(overlay) if each["kind"] == "Secret"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_no_pod_is_root_writes_its_image_or_keeps_a_privilege(overlay: str) -> None:
    """Every pod passes the restricted standard, has no service account token, and has limits."""
    found = dict(pods(overlay))
    assert found
    for name, pod in found.items():
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["runAsUser"] > 0, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for container in containers(pod):
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False, name
            assert context["readOnlyRootFilesystem"] is True, name
            assert context["capabilities"] == {"drop": ["ALL"]}, name
            for kind in ("requests", "limits"):
                assert {"cpu", "memory"} <= set(container["resources"][kind]), name


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_image_has_a_version(overlay: str) -> None:
    """Nothing is deployed as “latest”."""
    for name, pod in pods(overlay):
        for container in containers(pod):
            tag = container["image"].rpartition(":")[2]
            assert any(letter.isdigit() for letter in tag), (name, container["image"])


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_reference_leads_somewhere(overlay: str) -> None:
    """ConfigMaps, claims and mounted volumes are there; secrets are those of the template."""
    template = yaml.safe_load_all((KUBERNETES / "secret.template.yaml").read_text())
    secrets = {each["metadata"]["name"]: set(each["stringData"]) for each in template}
    named = {(each["kind"], each["metadata"]["name"]) for each in built(overlay)}
    keys = {
        each["metadata"]["name"]: set(each["data"])
        for each in built(overlay)
        if each["kind"] == "ConfigMap"
    }
    claims = {
        claim["metadata"]["name"]
        for each in built(overlay)
        for claim in each.get("spec", {}).get("volumeClaimTemplates", [])
    }
    for pod_name, pod in pods(overlay):
        volumes = {each["name"]: each for each in pod.get("volumes", [])}
        for volume in volumes.values():
            if "configMap" in volume:
                assert volume["configMap"]["name"] in keys, pod_name
            if "persistentVolumeClaim" in volume:
                claim = volume["persistentVolumeClaim"]["claimName"]
                # A StatefulSet's claims are named template-set-number.
                of_a_set = any(claim.startswith(f"{name}-") for name in claims)
                assert ("PersistentVolumeClaim", claim) in named or of_a_set, (pod_name, claim)
        for container in containers(pod):
            mounted = {each["name"] for each in container.get("volumeMounts", [])}
            assert mounted <= set(volumes) | claims, pod_name
            for source in container.get("envFrom", []):
                for kind, reference in source.items():
                    known = secrets if kind == "secretRef" else keys
                    assert reference["name"] in known, (pod_name, reference)
            for variable in container.get("env", []):
                for kind, reference in variable.get("valueFrom", {}).items():
                    known = secrets if kind == "secretKeyRef" else keys
                    assert reference["key"] in known[reference["name"]], (pod_name, reference)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_selector_finds_a_pod(overlay: str) -> None:
    """Services, network policies and disruption budgets select labels that some pod carries."""
    labels = [
        (spec.get("jobTemplate", {}).get("spec", spec))["template"]["metadata"]["labels"]
        for each in built(overlay)
        if (spec := each.get("spec", {})).get("jobTemplate") or spec.get("template")
    ]
    for each in built(overlay):
        spec = each.get("spec", {})
        if each["kind"] == "Service":
            wanted = spec["selector"]
        elif each["kind"] in {"NetworkPolicy", "PodDisruptionBudget"}:
            selector = spec.get("podSelector", spec.get("selector", {}))
            wanted = selector.get("matchLabels", {})
        else:
            continue
        assert any(wanted.items() <= these.items() for these in labels), each["metadata"]["name"]


def test_ollama_is_sized_and_probed_as_the_guide_says() -> None:
    """20 Gi of disk, 8 Gi and 2 processors at least, twice that at most, probed on /api/tags."""
    claim = one("cpu", "PersistentVolumeClaim", "ollama-models")
    assert claim["spec"]["resources"]["requests"]["storage"] == "20Gi"
    container = one("cpu", "Deployment", "ollama")["spec"]["template"]["spec"]["containers"][0]
    assert container["resources"]["requests"] == {"cpu": "2", "memory": "8Gi"}
    assert container["resources"]["limits"] == {"cpu": "4", "memory": "16Gi"}
    for probe in ("readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["path"] == "/api/tags"


def test_the_gpu_overlay_adds_one_card_and_keeps_the_rest() -> None:
    """The only difference in resources is the card."""
    container = one("gpu", "Deployment", "ollama")["spec"]["template"]["spec"]["containers"][0]
    assert container["resources"]["limits"] == {
        "cpu": "4",
        "memory": "16Gi",
        "nvidia.com/gpu": "1",
    }


def test_several_ollamas_have_a_disk_each_and_the_model_before_they_serve() -> None:
    """The replicas are a StatefulSet with a claim a pod, and the shared claim and Job are gone."""
    spec = one("replicas", "StatefulSet", "ollama")["spec"]
    assert spec["replicas"] > 1
    assert spec["volumeClaimTemplates"][0]["spec"]["resources"]["requests"]["storage"] == "20Gi"
    assert "ollama pull" in spec["template"]["spec"]["initContainers"][0]["command"][-1]
    kinds = {(each["kind"], each["metadata"]["name"]) for each in built("replicas")}
    assert ("Job", "ollama-pull") not in kinds
    assert ("PersistentVolumeClaim", "ollama-models") not in kinds
    assert ("Deployment", "ollama") not in kinds


@pytest.mark.parametrize("overlay", PRODUCTION)
def test_the_bot_serves_and_works_with_probes(overlay: str) -> None:
    """Both roles are alive by /healthz and ready by /readyz, on the port that the bot opens."""
    for role in ("serve", "worker"):
        container = one(overlay, "Deployment", role)["spec"]["template"]["spec"]["containers"][0]
        assert container["args"] == [role]
        assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
        assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
        assert container["ports"][0]["containerPort"] == Settings.model_fields["http_port"].default
    assert one(overlay, "HorizontalPodAutoscaler", "worker")["spec"]["maxReplicas"] > 1
    assert one(overlay, "PodDisruptionBudget", "serve")


@pytest.mark.parametrize("overlay", PRODUCTION)
def test_what_the_bot_is_told_are_settings_that_it_knows(overlay: str) -> None:
    """A variable that is misspelt in a ConfigMap would be ignored in silence."""
    known = {name.upper() for name in Settings.model_fields}
    for name in ("settings", "language-model"):
        assert set(one(overlay, "ConfigMap", name)["data"]) <= known


@pytest.mark.parametrize("overlay", PRODUCTION)
def test_the_semantic_model_in_the_cluster_is_the_projects(overlay: str) -> None:
    """The ConfigMap is made from the model's own file, so that the two cannot differ."""
    data = one(overlay, "ConfigMap", "semantic-model")["data"]
    model = (ROOT / "bot" / "semantic" / "game_stats.yml").read_text()
    assert data == {"semantic-model.yml": model}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_only_the_bot_and_the_pull_reach_ollama(overlay: str) -> None:
    """Everything is denied by default, and port 11434 is open to two kinds of pods."""
    everybody = one(overlay, "NetworkPolicy", "nobody")["spec"]
    assert everybody == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    named = [
        each
        for each in built(overlay)
        if each["kind"] == "NetworkPolicy" and each["metadata"]["name"] == "ollama"
    ]
    (rule,) = named[0]["spec"]["ingress"]
    names = {each["podSelector"]["matchLabels"]["app.kubernetes.io/name"] for each in rule["from"]}
    assert names == {"game-stats-bot", "ollama-pull"}
    assert [port["port"] for port in rule["ports"]] == [11434]


@pytest.mark.parametrize("overlay", PRODUCTION)
def test_backups_run_by_night_and_restores_only_by_hand(overlay: str) -> None:
    """One at a time; a restore never starts by itself; every script is in the ConfigMap."""
    scripts = one(overlay, "ConfigMap", "backup-scripts")["data"]
    for name in ("backup-database", "backup-models", "restore-database", "restore-models"):
        spec = one(overlay, "CronJob", name)["spec"]
        assert spec["concurrencyPolicy"] == "Forbid"
        assert spec["suspend"] is name.startswith("restore")
        command = spec["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["command"]
        assert command[0].removeprefix("/scripts/") in scripts


def of_ones_own(folder: Path, resource: str, **more: Any) -> list[Document]:
    """What an operator's own overlay in `folder` makes of one of ours."""
    reach = list(itertools.repeat("..", len(folder.resolve().parts) - 1))
    away = Path(*reach) / KUBERNETES.relative_to("/")
    components = [str(away / "components" / name) for name in more.pop("components", ())]
    overlay = {"resources": [str(away / resource)], "components": components, **more}
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(overlay))
    done = subprocess.run(
        [wheel("kubectl"), "kustomize", folder], check=True, capture_output=True, text=True
    )
    return list(yaml.safe_load_all(done.stdout))


def test_settings_of_ones_own_reach_both_roles(tmp_path: Path) -> None:
    """An overlay that merges into the ConfigMap `settings` sets whatever the secret does not."""
    own = {"name": "settings", "behavior": "merge", "literals": ["JWT_JWKS_URL=https://x/keys"]}
    made = of_ones_own(tmp_path, "overlays/cpu", namespace="game-stats", configMapGenerator=[own])
    (settings,) = (
        each
        for each in made
        if each["kind"] == "ConfigMap" and each["metadata"]["name"].startswith("settings")
    )
    assert settings["data"]["JWT_JWKS_URL"] == "https://x/keys"
    assert "SEMANTIC_MODEL" in settings["data"]
    told = {
        each["metadata"]["name"]: {
            reference["name"]
            for source in each["spec"]["template"]["spec"]["containers"][0]["envFrom"]
            for reference in source.values()
        }
        for each in made
        if each["kind"] == "Deployment" and each["metadata"]["name"] in {"serve", "worker"}
    }
    assert len(told) == 2
    assert all({"game-stats-bot", settings["metadata"]["name"]} <= names for names in told.values())


def test_queue_autoscaling_makes_a_valid_autoscaler(tmp_path: Path) -> None:
    """The component that scales by waiting jobs can be put onto an overlay."""
    made = of_ones_own(tmp_path, "base", components=["queue-autoscaling"])
    (scaler,) = (each for each in made if each["kind"] == "HorizontalPodAutoscaler")
    kubernetes_validate.validate(scaler, "1.37", strict=True)
    metric = scaler["spec"]["metrics"][0]["external"]["metric"]["name"]
    assert metric == "gamestats_bot_queue_depth"
