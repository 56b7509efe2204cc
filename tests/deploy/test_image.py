"""The Dockerfile: linted, and as careful as the manifests expect."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.deploy.programs import wheel
from tests.deploy.replay import instructions

ROOT = Path(__file__).parents[2]


def test_hadolint_finds_nothing() -> None:
    """No rule of hadolint's is broken, and none is switched off."""
    done = subprocess.run(
        [wheel("hadolint"), "--no-color", ROOT / "Dockerfile"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert "hadolint ignore" not in (ROOT / "Dockerfile").read_text()


def test_the_image_is_labelled_with_the_licence_of_what_it_holds() -> None:
    """An image with pglast in it says GPL, whatever the source's licence is."""
    assert "pglast==" in (ROOT / "locks" / "runtime.txt").read_text()
    assert 'licenses="GPL-3.0-or-later"' in (ROOT / "Dockerfile").read_text()


def test_every_image_ends_as_the_user_that_the_manifests_name() -> None:
    """Both images run as 10001, as `runAsUser` says."""
    stages = (ROOT / "Dockerfile").read_text().split("\nFROM ")
    ends = [stage for stage in stages if "ENTRYPOINT" in stage]
    assert len(ends) == 2
    assert all("USER 10001" in stage for stage in ends)
    bot = (ROOT / "deploy" / "kubernetes" / "base" / "bot" / "bot.yaml").read_text()
    assert bot.count("runAsUser: 10001") == 2


def test_what_the_image_is_made_of_is_there_and_not_ignored() -> None:
    """Each COPY from the project finds its files, and each COPY from a stage a stage before it."""
    ignored = {name.strip("*/") for name in (ROOT / ".dockerignore").read_text().split()}
    stages: set[str] = set()
    copied = 0
    for word, rest in instructions():
        words = rest.split()
        if word == "FROM":
            stages.add(words[-1])
        elif word == "COPY" and words[0].startswith("--from="):
            assert words[0].removeprefix("--from=") in stages
        elif word == "COPY":
            for source in words[:-1]:
                assert (ROOT / source).exists(), source
                assert source.split("/")[0] not in ignored, source
                copied += 1
    assert copied > 3
